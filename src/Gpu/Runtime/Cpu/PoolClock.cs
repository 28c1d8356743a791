using System.Diagnostics;
using VaeGpu.Gpu.Accelerators;

namespace VaeGpu.Gpu.Runtime.Cpu;

/// <summary>
/// The clock of the processor's pool: launches are done when they return, and a timestamp stands between each and the next.
/// </summary>
internal sealed class PoolClock(EngineAccelerator accelerator, WorkerPool pool) : LaunchClock
{
    public override LaunchTimes Time(IReadOnlyList<RecordedStep> steps, bool workers)
    {
        var stream = (EngineStream)accelerator.DefaultStream;
        var ticks = new long[steps.Count + 1];
        var log = workers ? new WorkerLog(pool.Count, steps.Count) : null;
        pool.Log = log;
        try
        {
            ticks[0] = Stopwatch.GetTimestamp();
            for (int i = 0; i < steps.Count; i++)
            {
                log?.Begin(i);
                steps[i].Run(stream);
                ticks[i + 1] = Stopwatch.GetTimestamp();
            }
        }
        finally
        {
            pool.Log = null;
        }
        return Between("the timestamps of the pool of workers", [.. ticks.Select(Seconds)], log?.Times(Seconds));

        // A TimeSpan counts in steps of 100 ns, which is more than a small launch takes.
        double Seconds(long tick) => (tick - ticks[0]) / (double)Stopwatch.Frequency;
    }
}

/// <summary>When each worker began and ended its part of each launch.</summary>
internal sealed class WorkerLog(int workers, int launches)
{
    private readonly (long Start, long End)[] spans = new (long, long)[workers * launches];
    private int launch;

    /// <summary>What comes now is of another launch.</summary>
    public void Begin(int number) => launch = number;

    /// <summary>Notes that a worker has done a piece of the launch; <paramref name="start"/> counts when it is its first.</summary>
    public void Worked(int worker, long start)
    {
        ref (long Start, long End) span = ref spans[launch * workers + worker];
        span = (span.Start == 0 ? start : span.Start, Stopwatch.GetTimestamp());
    }

    /// <summary>The times of the workers that had a part.</summary>
    public IReadOnlyList<WorkerTime> Times(Func<long, double> seconds) =>
    [
        .. spans.Index().Where(entry => entry.Item.End != 0).Select(entry => new WorkerTime(
            entry.Index / workers, entry.Index % workers, seconds(entry.Item.Start), seconds(entry.Item.End))),
    ];
}
