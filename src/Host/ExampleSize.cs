using VaeGpu.Training.Configuration;

namespace VaeGpu.Host;

/// <summary>The size of the examples of data in words.</summary>
internal static class ExampleSize
{
    /// <summary>Such as "3 columns", "28×28 pixels" or "32×32 pixels in colour".</summary>
    public static string Of(DataConfiguration data, int width, int height, int channels) => FormattableString.Invariant(
        data.Columns is not null ? $"{width} columns"
        : data.Alphabet is not null ? $"{width} characters"
        : (FormattableString)$"{width}×{height} pixels{(channels == 1 ? "" : " in colour")}");
}
