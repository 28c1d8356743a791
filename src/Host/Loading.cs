namespace VaeGpu.Host;

/// <summary>Data that is loaded beside other work.</summary>
internal static class Loading
{
    /// <summary>Begins to load with so many threads; 0 for as many as there are processors.</summary>
    public static Task<DataSplit> Start(int threads, Func<int, DataSplit> load) =>
        Task.Run(() => load(threads > 0 ? threads : Environment.ProcessorCount));

    /// <summary>The data, when it is loaded.</summary>
    /// <exception cref="DataException">It cannot be used.</exception>
    /// <exception cref="OperationCanceledException">A stop was asked for, which does not wait for the data.</exception>
    public static DataSplit Result(Task<DataSplit> loading, CancellationToken stop) => loading.WaitAsync(stop).GetAwaiter().GetResult();
}
