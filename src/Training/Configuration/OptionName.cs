using System.Text.Json;

namespace VaeGpu.Training.Configuration;

/// <summary>What a value of an enumeration is called on the command line and in files: <c>LeakyRelu</c> is "leaky-relu".</summary>
public static class OptionName
{
    /// <summary>The name of <paramref name="value"/>.</summary>
    public static string Of<T>(T value) where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
