using VaeGpu.Training.Data;
using VaeGpu.Training.Files;

namespace VaeGpu.Training.Inference;

/// <summary>
/// Latent codes as a file: .npy of shape (count, 2d), first μ then σ; or .csv with a header, the columns of
/// <see cref="ExamplesFile"/>, μ and σ.
/// </summary>
public static class CodesFile
{
    /// <summary>Whether <paramref name="path"/> ends as one of the two formats.</summary>
    public static bool CanWrite(string path) => Path.GetExtension(path).ToLowerInvariant() is ".npy" or ".csv";

    /// <summary>Whether a file of the name of <paramref name="path"/> says which example is which; .npy has no room for that.</summary>
    public static bool NamesExamples(string path) => Path.GetExtension(path).ToLowerInvariant() is ".csv";

    /// <summary>Writes the codes of <paramref name="data"/>.</summary>
    /// <exception cref="IOException">The file cannot be written; an older one is as it was.</exception>
    public static void Write(string path, LatentCodes codes, ExampleSet data)
    {
        if (Path.GetExtension(path).Equals(".npy", StringComparison.OrdinalIgnoreCase))
            NpyFile.Write(path, Beside(codes), codes.Count, 2 * codes.Dimensions);
        else
            CsvText.Write(path, Header(codes, data), Enumerable.Range(0, codes.Count).Select(i => Row(codes, data, i)));
    }

    private static float[] Beside(LatentCodes codes)
    {
        int d = codes.Dimensions;
        var values = new float[2 * codes.Means.Length];
        for (var i = 0; i < codes.Count; i++)
        {
            codes.Mean(i).CopyTo(values.AsSpan(2 * i * d));
            codes.Deviation(i).CopyTo(values.AsSpan((2 * i + 1) * d));
        }
        return values;
    }

    private static IEnumerable<string> Header(LatentCodes codes, ExampleSet data) =>
    [
        .. ExamplesFile.Header(data),
        .. Enumerable.Range(0, codes.Dimensions).Select(i => string.Create(CultureInfo.InvariantCulture, $"mu_{i}")),
        .. Enumerable.Range(0, codes.Dimensions).Select(i => string.Create(CultureInfo.InvariantCulture, $"sigma_{i}")),
    ];

    private static IEnumerable<string> Row(LatentCodes codes, ExampleSet data, int i) =>
    [
        .. ExamplesFile.Row(data, i),
        .. codes.Mean(i).ToArray().Select(Number),
        .. codes.Deviation(i).ToArray().Select(Number),
    ];

    private static string Number(float value) => value.ToString("R", CultureInfo.InvariantCulture);
}
