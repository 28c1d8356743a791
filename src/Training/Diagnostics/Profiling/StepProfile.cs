using VaeGpu.Gpu.Accelerators;
using VaeGpu.Training.Diagnostics.Measuring;

namespace VaeGpu.Training.Diagnostics.Profiling;

/// <summary>A training step, launch by launch.</summary>
public sealed record StepProfile
{
    /// <summary>The launches, in their order.</summary>
    public required IReadOnlyList<LaunchProfile> Launches { get; init; }

    /// <summary>What measured the launches, in words.</summary>
    public required string Clock { get; init; }

    /// <summary>The steps that were profiled, and as many that were not, in turn with them.</summary>
    public required int Steps { get; init; }

    /// <summary>The time of a step in which no launch ran.</summary>
    public required Spread Between { get; init; }

    /// <summary>The times of all launches and of what is between them, added up step by step.</summary>
    public required Spread Parts { get; init; }

    /// <summary>That sum over the time of the whole step that was measured in turn with it.</summary>
    public required Spread PartsOfWhole { get; init; }

    /// <summary>A whole step as training makes it, not profiled, by the host's clock.</summary>
    public required Spread Whole { get; init; }

    /// <summary>A whole step that is profiled, by the host's clock.</summary>
    public required Spread Profiled { get; init; }

    /// <summary>How many times as long a profiled step takes, round by round.</summary>
    public required Spread Overhead { get; init; }

    /// <summary>Whether training makes a step by one call of the driver, which may run launches side by side.</summary>
    public required bool IsOneCall { get; init; }

    /// <summary>The largest batch, whose step it is.</summary>
    public required int Batch { get; init; }

    /// <summary>The device's limits.</summary>
    public required DeviceLimits Limits { get; init; }

    /// <summary>The times of a few further steps, with those of the workers on the processor.</summary>
    public required IReadOnlyList<LaunchTimes> Traced { get; init; }

    /// <summary>
    /// The sum of the medians of all launches, and of what lies between them: less than the median of the sums where other programs hold
    /// each step up at another launch.
    /// </summary>
    public double SumOfMedians => Launches.Sum(launch => launch.Seconds.Median) + Between.Median;

    /// <summary>Whether operations and bytes were counted: not where a kernel is PTX written by hand.</summary>
    public bool IsCounted => Launches.All(launch => launch.Flops is not null);
}
