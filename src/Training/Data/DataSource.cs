namespace VaeGpu.Training.Data;

/// <summary>Where data comes from: a name, a folder or a file.</summary>
public static class DataSource
{
    /// <summary>Images to train on in the built-in digits.</summary>
    public const int TrainCount = 60_000;

    /// <summary>Images held out in the built-in digits.</summary>
    public const int TestCount = 10_000;

    /// <summary>The name of the built-in digits.</summary>
    internal const string Digits = "digits";

    private const string ShapesName = "shapes";

    /// <summary>Whether <paramref name="source"/> is one of the names; to mean a folder of that name, write "./name".</summary>
    public static bool IsName(string source) => Names.Contains(source);

    private static IEnumerable<string> Names => [Digits, ShapesName, .. DownloadedData.Known.Select(known => known.Name)];

    /// <summary>
    /// Loads <paramref name="source"/>: "digits" (also where it is null), "shapes", "mnist", "fashion-mnist", or a folder of IDX files or
    /// of pictures, or a .csv, .parquet, .npy, .npz or .txt file. What comes without a held-out part is split by <paramref name="seed"/>,
    /// which the digits
    /// follow from, too.
    /// </summary>
    /// <exception cref="DataException">The source cannot be used.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is not positive.</exception>
    public static DataSplit Load(string? source, ulong seed, int threads, DataFit? fit = null) =>
        Load(source, seed, new LoadingOptions { Threads = threads }, fit);

    /// <summary>The same with more to say about how it is loaded.</summary>
    /// <exception cref="DataException">The source cannot be used.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is not positive.</exception>
    public static DataSplit Load(string? source, ulong seed, LoadingOptions how, DataFit? fit = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(how.Threads);
        fit ??= new DataFit();
        var data = Read(source ?? Digits, seed, how, fit);
        if (fit.Format is { } wanted)
            ThrowIfOther(data, wanted);
        data = !fit.Whole ? DataParts.Named(data) : fit.Known is { } known ? DataParts.Found(data, known, seed) : data;
        if (fit.LabelNames is { } names)
            data = data with { Train = Conditioning.Renumbered(data.Train, names), Test = Conditioning.Renumbered(data.Test, names) };
        if (data.Train is DiskImageSet || data.Test is DiskImageSet)
            data = data with { Notes = [.. data.Notes, OnDisk(data, how)] };
        return fit.Binarization is not Binarization.None ? Binarized(data, fit.Binarization, seed, how.Threads) : data;
    }

    private static string OnDisk(DataSplit data, LoadingOptions how)
    {
        long bytes = data.Format.Size * ((long)data.Train.Count + data.Test.Count);
        string why = bytes > how.Memory
            ? FormattableString.Invariant($"--memory is {how.Memory / 1e9:N2} GB")
            : "an array holds 2.15 GB at most";
        return FormattableString.Invariant($"the {data.Format.Examples} take {bytes / 1e9:N2} GB, and {why}: ")
            + $"they are kept in temporary files of \"{how.Folder}\" and read a batch at a time";
    }

    private static void ThrowIfOther(DataSplit data, ExampleFormat wanted)
    {
        if (data.Format.Kind != wanted.Kind)
            throw new DataException($"The data \"{data.Name}\" is {data.Format.Kind}, and the run is of {wanted.Kind}; name data of "
                + "that kind with --data.");
        if (data.Format.SizeInWords != wanted.SizeInWords)
            throw new DataException($"The model takes {wanted.Examples} of {wanted.SizeInWords}; the data has {data.Format.SizeInWords}.");
    }

    /// <summary>Images that are trained on stay gray where they are drawn again for each batch.</summary>
    private static DataSplit Binarized(DataSplit data, Binarization when, ulong seed, int threads) => data with
    {
        Train = when is Binarization.Static ? data.Train.Binarized(seed, first: 0, threads) : data.Train,
        Test = data.Test.Binarized(seed, data.Train.Count, threads),
    };

    private static DataSplit Read(string source, ulong seed, LoadingOptions how, DataFit fit)
    {
        if (fit.Size is not null && (IsName(source) || File.Exists(source)))
            throw NoPictures(source);
        bool namesArray = fit.Options.As is not ArrayKind.Auto || fit.Options.Member is not null;
        if (namesArray && fit.Format is null && !(File.Exists(source) && ArrayFile.IsArray(source)))
            throw new DataException($"--as and --member are for .npy and .npz files; leave them out for \"{source}\".");
        bool isText = File.Exists(source) && Path.GetExtension(source).Equals(".txt", StringComparison.OrdinalIgnoreCase);
        if (fit.Options.Length > 0 && fit.Format is null && !isText)
            throw new DataException($"--length is for .txt files; leave it out for \"{source}\".");
        if (source is Digits)
        {
            return new DataSplit(
                Digits,
                StrokeDigits.Generate(TrainCount, seed, how.Threads),
                StrokeDigits.Generate(TestCount, seed, how.Threads, first: TrainCount)
                    .WithSources(ExampleSources.IndicesFrom(TrainCount, TestCount)));
        }
        if (source is ShapesName)
            return SeededSplit.Of(ShapesName, Shapes.Generate(how.Threads), seed, fit.Whole);
        if (DownloadedData.Known.FirstOrDefault(known => known.Name == source) is { } named)
            return named.Load(DownloadedData.UserFolder, DownloadedData.Fetch, how);
        if (File.Exists(source))
            return LoadFile(source, fit, seed, how);
        if (!Directory.Exists(source))
        {
            throw new DataException(
                $"There is no file or folder \"{source}\"; --data takes a name ({string.Join(", ", Names)}), a folder, or a .csv, "
                    + ".parquet, .npy, .npz or .txt file.");
        }
        bool isIdx = Directory.EnumerateFiles(source, "*-ubyte*").Any();
        if (isIdx && fit.Size is not null)
            throw NoPictures(source);
        // A folder with one of MNIST's files is meant as such, so that what is missing can be named.
        return !isIdx
            ? ImageFolder.Load(source, fit, seed, how)
            : IdxFolder.Load(source, how);
    }

    private static DataSplit LoadCsv(string path, DataFit fit, ulong seed)
    {
        var notes = new List<string>();
        return TextFile.Guarded(path, () => TableFile.Load(new CsvTable(path, fit, notes), fit, seed, notes));
    }

    private static DataException NoPictures(string source) =>
        new($"--size resizes the pictures of a folder; leave it out for \"{source}\".");

    private static DataSplit LoadFile(string path, DataFit fit, ulong seed, LoadingOptions how) =>
        Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".csv" => LoadCsv(path, fit, seed),
        ".parquet" => TableFile.Load(new ParquetTable(path, fit), fit, seed, []),
        ".npy" or ".npz" => ArrayFile.Load(path, fit, seed, how),
        ".txt" => TextLines.Load(path, fit, seed),
        _ => throw new DataException(
            $"{path} has a format that is not supported; --data takes .csv, .parquet, .npy, .npz and .txt files, folders and names."),
    };
}
