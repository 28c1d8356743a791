namespace VaeGpu.Training.Data;

/// <summary>Where images come from: the built-in digits, or a folder of IDX files.</summary>
public static class DataSource
{
    /// <summary>Images to train on in the built-in set.</summary>
    public const int TrainCount = 60_000;

    /// <summary>Images held out in the built-in set.</summary>
    public const int TestCount = 10_000;

    /// <summary>
    /// Loads <paramref name="dataFolder"/>, or where it is null draws the built-in set "digits" from <paramref name="seed"/>.
    /// </summary>
    /// <exception cref="DataException">The folder's files cannot be used.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is not positive.</exception>
    public static DataSplit Load(string? dataFolder, ulong seed, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        if (dataFolder is not null)
            return IdxFolder.Load(dataFolder);
        return new DataSplit(
            "digits",
            StrokeDigits.Generate(TrainCount, seed, threads),
            StrokeDigits.Generate(TestCount, seed, threads, first: TrainCount));
    }
}
