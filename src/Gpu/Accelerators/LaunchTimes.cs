namespace VaeGpu.Gpu.Accelerators;

/// <summary>When the launches of a replay ran, in seconds from the begin of the first one.</summary>
/// <param name="Clock">What measured it, for people to read.</param>
/// <param name="Starts">When each launch began.</param>
/// <param name="Ends">When each launch ended.</param>
/// <param name="Workers">What the workers of the processor did; empty where that was not asked for, and on other devices.</param>
public sealed record LaunchTimes(string Clock, double[] Starts, double[] Ends, IReadOnlyList<WorkerTime> Workers)
{
    /// <summary>From the begin of the first launch to the end of the last.</summary>
    public double Seconds => Ends.Length == 0 ? 0 : Ends[^1] - Starts[0];
}

/// <summary>The part of a worker in a launch.</summary>
/// <param name="Launch">The number of the launch.</param>
/// <param name="Worker">The number of the worker; 0 is the thread that launches.</param>
/// <param name="Start">When it began, in seconds from the begin of the first launch.</param>
/// <param name="End">When it was done with the last group that it took.</param>
public readonly record struct WorkerTime(int Launch, int Worker, double Start, double End);
