using VaeGpu.Kernels.Ladders;
using VaeGpu.Training.Diagnostics.Measuring;
using VaeGpu.Training.Diagnostics.Profiling;

namespace VaeGpu.Training.Diagnostics.Ladders;

/// <summary>A ladder that was measured on a device.</summary>
/// <param name="Ladder">The ladder.</param>
/// <param name="Sizes">The sizes of its task.</param>
/// <param name="Limits">What the device can do.</param>
/// <param name="Bound">The task at the device's limits; null where these are not measured.</param>
/// <param name="Rungs">Each rung, in order.</param>
/// <param name="Library">The best library at hand; null where there is none.</param>
public sealed record LadderResult(
    Ladder Ladder, LadderSizes Sizes, DeviceLimits Limits, TaskBound? Bound, IReadOnlyList<RungResult> Rungs, LibraryResult? Library)
{
    /// <summary>The task's operations, or, where memory bounds it, its bytes: what a rate is made of.</summary>
    public double Work => IsBoundByMemory ? Ladder.Bytes(Sizes) : Ladder.Flops(Sizes);

    /// <summary>Whether rates are in bytes: by the measured limits, or by a rule of thumb where there are none.</summary>
    public bool IsBoundByMemory => Bound?.IsMemory ?? Ladder.Flops(Sizes) < 4 * Ladder.Bytes(Sizes);

    /// <summary>The share of the limit that a time reaches; null where there is no limit.</summary>
    public double? OfLimit(Spread? seconds) => Bound?.Seconds / seconds?.Median;
}

/// <summary>The least time of a task: its operations at the peak, or its bytes at the bandwidth.</summary>
/// <param name="ComputeSeconds">The fewest operations at the peak of arithmetic.</param>
/// <param name="MemorySeconds">The fewest bytes at the bandwidth of a copy of as many.</param>
public sealed record TaskBound(double ComputeSeconds, double MemorySeconds)
{
    /// <summary>The larger one.</summary>
    public double Seconds => Math.Max(ComputeSeconds, MemorySeconds);

    /// <summary>Whether memory bounds the task.</summary>
    public bool IsMemory => MemorySeconds > ComputeSeconds;
}

/// <summary>A rung that was measured.</summary>
/// <param name="Rung">The rung.</param>
/// <param name="Number">Its number.</param>
/// <param name="Refusal">Why it was not run; null where it was.</param>
public sealed record RungResult(Rung Rung, int Number, string? Refusal)
{
    /// <summary>The time; null where it was not run.</summary>
    public Spread? Seconds { get; init; }

    /// <summary>The rung that it is compared with, by number; null where that was not run, and for the first.</summary>
    public int? After { get; init; }

    /// <summary>How many times as fast as <see cref="After"/>, round by round.</summary>
    public Spread? Gain { get; init; }

    /// <summary>How many times as fast as the library, round by round.</summary>
    public Spread? OfLibrary { get; init; }

    /// <summary>Launches of the rung.</summary>
    public int Launches { get; init; }

    /// <summary>Operations of all threads; null where they are not counted.</summary>
    public long? Flops { get; init; }

    /// <summary>Bytes that the threads load and store in device memory; null where they are not counted.</summary>
    public long? AccessedBytes { get; init; }

    /// <summary>Operations for each byte that is loaded or stored.</summary>
    public double? Intensity => (double?)Flops / AccessedBytes;

    /// <summary>
    /// How far the results lie from those of the first rung, ‖C − C₁‖ / ‖C₁‖; 0 where the bits are the same.
    /// </summary>
    public double Difference { get; init; }
}

/// <summary>A library that was measured with the same task.</summary>
/// <param name="Name">Its name and version.</param>
/// <param name="Seconds">The time.</param>
public sealed record LibraryResult(string Name, Spread Seconds);
