namespace VaeGpu.Training.Data;

/// <summary>Where data comes from: a name, a folder or a file.</summary>
public static class DataSource
{
    /// <summary>Images to train on in the built-in digits.</summary>
    public const int TrainCount = 60_000;

    /// <summary>Images held out in the built-in digits.</summary>
    public const int TestCount = 10_000;

    private const string Digits = "digits";
    private const string ShapesName = "shapes";

    /// <summary>Whether <paramref name="source"/> is one of the names; to mean a folder of that name, write "./name".</summary>
    public static bool IsName(string source) =>
        source is Digits or ShapesName || DownloadedData.Known.Any(known => known.Name == source);

    /// <summary>
    /// Loads <paramref name="source"/>: "digits" (also where it is null), "shapes", "mnist", "fashion-mnist", or a folder of IDX files or
    /// of pictures. What comes without a held-out part is split by <paramref name="seed"/>, which the digits follow from, too.
    /// </summary>
    /// <exception cref="DataException">The source cannot be used.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is not positive.</exception>
    public static DataSplit Load(string? source, ulong seed, int threads, ImageFit? fit = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        if (source is null or Digits)
        {
            return new DataSplit(
                Digits,
                StrokeDigits.Generate(TrainCount, seed, threads),
                StrokeDigits.Generate(TestCount, seed, threads, first: TrainCount));
        }
        if (source is ShapesName)
            return SeededSplit.Of(ShapesName, Shapes.Generate(threads), seed);
        if (DownloadedData.Known.FirstOrDefault(known => known.Name == source) is { } named)
            return named.Load(DownloadedData.UserFolder, DownloadedData.Fetch);
        // A folder with one of MNIST's files is meant as such, so that what is missing can be named.
        return Directory.Exists(source) && !Directory.EnumerateFiles(source, "*-ubyte*").Any()
            ? ImageFolder.Load(source, fit ?? new ImageFit(), seed, threads)
            : IdxFolder.Load(source);
    }
}
