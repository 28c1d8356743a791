using System.Diagnostics;

namespace VaeGpu.Gpu.Accelerators;

/// <summary>Makes recorded launches one by one, and tells when each ran.</summary>
internal abstract class LaunchClock : IDisposable
{
    /// <summary>Makes the launches, waits for them, and gives their times.</summary>
    /// <param name="steps">The launches.</param>
    /// <param name="workers">Whether the times of workers are asked for.</param>
    public abstract LaunchTimes Time(IReadOnlyList<RecordedStep> steps, bool workers);

    /// <summary>Gives what it holds of the driver back.</summary>
    public virtual void Dispose() { }

    /// <summary>The times of launches that follow each other: each ends where the next one begins.</summary>
    /// <param name="clock">What measured it.</param>
    /// <param name="marks">The times between the launches, one more than these.</param>
    /// <param name="workers">What workers did.</param>
    protected static LaunchTimes Between(string clock, double[] marks, IReadOnlyList<WorkerTime>? workers = null) =>
        new(clock, marks[..^1], marks[1..], workers ?? []);
}

/// <summary>The host's clock: each launch is waited for before the next one is made.</summary>
internal sealed class HostClock(EngineAccelerator accelerator) : LaunchClock
{
    public override LaunchTimes Time(IReadOnlyList<RecordedStep> steps, bool workers)
    {
        var stream = (EngineStream)accelerator.DefaultStream;
        var marks = new double[steps.Count + 1];
        accelerator.Finish();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < steps.Count; i++)
        {
            steps[i].Run(stream);
            accelerator.Finish();
            marks[i + 1] = (Stopwatch.GetTimestamp() - start) / (double)Stopwatch.Frequency;
        }
        return Between("the host's clock, with each launch waited for", marks);
    }
}
