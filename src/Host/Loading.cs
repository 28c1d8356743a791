using VaeGpu.Training.Data;

namespace VaeGpu.Host;

/// <summary>Data that is loaded beside other work.</summary>
internal static class Loading
{
    /// <summary>Begins to load; no threads given are as many as there are processors.</summary>
    public static Task<DataSplit> Start(string? source, ulong seed, int threads, DataFit fit) =>
        Task.Run(() => DataSource.Load(source, seed, threads > 0 ? threads : Environment.ProcessorCount, fit));

    /// <summary>The data, when it is loaded.</summary>
    /// <exception cref="DataException">It cannot be used.</exception>
    /// <exception cref="OperationCanceledException">A stop was asked for, which does not wait for the data.</exception>
    public static DataSplit Result(Task<DataSplit> loading, CancellationToken stop) =>
        loading.WaitAsync(stop).GetAwaiter().GetResult();
}
