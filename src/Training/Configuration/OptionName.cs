using System.Text.Json;

namespace VaeGpu.Training.Configuration;

/// <summary>
/// What values are called on the command line and in files: <c>LeakyRelu</c> is "leaky-relu". The values are those of an enumeration or
/// of a <see cref="Choice{TSelf}"/>.
/// </summary>
public static class OptionName
{
    /// <summary>The name of <paramref name="value"/>.</summary>
    public static string Of(object value) =>
        value is Enum ? JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()!) : value.ToString()!;

    /// <summary>Every value of an enumeration or a choice.</summary>
    public static IReadOnlyList<object> All(Type type) => type.IsEnum
        ? [.. Enum.GetValues(type).Cast<object>()]
        : (IReadOnlyList<object>)typeof(Choice<>).MakeGenericType(type).GetProperty(nameof(Choice<Prior>.All))!.GetValue(null)!;
}
