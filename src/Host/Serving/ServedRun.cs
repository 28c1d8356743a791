using System.Diagnostics;
using VaeGpu.Training;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host.Serving;

/// <summary>A run that is shown. Its files are only read, and read again when they change.</summary>
/// <param name="name">What it is called.</param>
/// <param name="folder">Its folder.</param>
/// <param name="accelerator">The device of the model.</param>
/// <param name="queue">The thread that uses the device.</param>
/// <param name="load">Loads the run's data.</param>
internal sealed class ServedRun(
    string name, string folder, Accelerator accelerator, DeviceQueue queue, Func<RunConfiguration, DataSplit> load) : IDisposable
{
    /// <summary>Held-out examples that are shown; they lie evenly in the set.</summary>
    private const int Shown = 2000;

    /// <summary>
    /// A model is read again after this pause, and after so many times what the reading took: a training needs the processor, too.
    /// </summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private const int PausePerReading = 50;

    private readonly SemaphoreSlim reading = new(1);
    private readonly Lock guard = new();
    private readonly Stopwatch sinceReading = new();
    private TimeSpan pause = Pause;
    private TrainingProgress? progress;
    private volatile ServedModel? current;
    private Task<ExampleSet>? heldOut;
    private (FileStamp Stamp, IReadOnlyList<EpochMetrics> Epochs) metrics = (default, []);
    private (FileStamp Stamp, RunConfiguration? Run) configuration;

    public string Name => name;

    public string Folder => folder;

    /// <summary>Where a training in this process stands; null where there is none.</summary>
    public TrainingProgress? Progress
    {
        get
        {
            lock (guard)
                return progress;
        }
        set
        {
            lock (guard)
                progress = value;
        }
    }

    /// <summary>The epochs that are done.</summary>
    /// <exception cref="RunException">The file cannot be read.</exception>
    public IReadOnlyList<EpochMetrics> Epochs()
    {
        string path = RunFolder.MetricsIn(folder);
        FileStamp stamp = FileStamp.Of(path);
        lock (guard)
        {
            if (metrics.Stamp != stamp)
                metrics = (stamp, MetricsCsv.Read(path));
            return metrics.Epochs;
        }
    }

    /// <summary>What the run follows from.</summary>
    /// <exception cref="RunException">The file cannot be read.</exception>
    public RunConfiguration Configuration()
    {
        string path = RunFolder.ConfigurationIn(folder);
        FileStamp stamp = FileStamp.Of(path);
        lock (guard)
        {
            if (configuration.Run is null || configuration.Stamp != stamp)
                configuration = (stamp, RunConfiguration.Read(path));
            return configuration.Run!;
        }
    }

    /// <summary>The state of the file that the model is read from.</summary>
    public FileStamp Checkpoint() => FileStamp.Of(RunFolder.ModelIn(folder));

    /// <summary>What <paramref name="use"/> makes of the model, on the device's thread.</summary>
    /// <exception cref="RefusedException">There is no checkpoint yet, or the device is busy.</exception>
    public async Task<T> Use<T>(Func<ServedModel, T> use, CancellationToken stop)
    {
        await Refresh(stop);
        return await queue.Run(() => use(current!), stop);
    }

    /// <summary>The model as it is now, for what is begun on it.</summary>
    /// <exception cref="RefusedException">There is no checkpoint yet.</exception>
    public async Task<ServedModel> Latest(CancellationToken stop)
    {
        await Refresh(stop);
        return current!;
    }

    /// <summary>Held-out examples of the run's data.</summary>
    /// <exception cref="RefusedException">The data cannot be loaded; the reason is said.</exception>
    public async Task<ExampleSet> HeldOut(CancellationToken stop)
    {
        await Refresh(stop);
        RunConfiguration run = current!.Configuration;
        Task<ExampleSet> loading;
        lock (guard)
            loading = heldOut ??= Task.Run(() => Some(load(run).Test), CancellationToken.None);
        try
        {
            return await loading.WaitAsync(stop);
        }
        catch (Exception e) when (e is DataException or RunException)
        {
            throw RefusedException.Missing($"The run's data cannot be shown: {e.Message}");
        }
    }

    public void Dispose()
    {
        reading.Dispose();
        current?.Dispose();
    }

    private static ExampleSet Some(ExampleSet all)
    {
        int count = Math.Min(Shown, all.Count);
        return all.Select([.. Enumerable.Range(0, count).Select(i => (int)((long)i * all.Count / count))]);
    }

    private async Task Refresh(CancellationToken stop)
    {
        if (IsFresh())
            return;
        await reading.WaitAsync(stop);
        try
        {
            if (IsFresh())
                return;
            // The first reading compiles as well, and so says nothing about the next ones.
            bool isFirst = current is null;
            long began = Stopwatch.GetTimestamp();
            await Read(stop);
            sinceReading.Restart();
            TimeSpan needed = isFirst ? Pause : PausePerReading * Stopwatch.GetElapsedTime(began);
            pause = needed > Pause ? needed : Pause;
        }
        catch (RunException e) when (current is null)
        {
            throw RefusedException.Missing(e.Message);
        }
        catch (RunException)
        {
            // The earlier model stays; the run's state says what is wrong with its files.
            sinceReading.Restart();
        }
        finally
        {
            reading.Release();
        }
    }

    private bool IsFresh() => current is not null && (sinceReading.Elapsed < pause || current.Stamp == Checkpoint());

    private async Task Read(CancellationToken stop)
    {
        string path = RunFolder.ModelIn(folder);
        FileStamp stamp = FileStamp.Of(path);
        (CheckpointHeader header, float[] parameters) = await Task.Run(() => CheckpointFile.ReadParameters(path), stop);
        ServedModel? before = current;
        current = await queue.Run(() => new ServedModel(accelerator, queue, header, parameters, stamp), stop);
        _ = before?.Retire();
    }
}
