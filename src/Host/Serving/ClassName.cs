namespace VaeGpu.Host.Serving;

/// <summary>What classes are called.</summary>
internal static class ClassName
{
    /// <summary>The name of a class, or its number where it has none.</summary>
    public static string Of(int label, IReadOnlyList<string>? names) =>
        names is not null && label < names.Count ? names[label] : label.ToString(CultureInfo.InvariantCulture);
}
