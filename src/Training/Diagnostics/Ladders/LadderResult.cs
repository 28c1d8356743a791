using VaeGpu.Kernels.Ladders;
using VaeGpu.Training.Diagnostics.Measuring;
using VaeGpu.Training.Diagnostics.Profiling;

namespace VaeGpu.Training.Diagnostics.Ladders;

/// <summary>A ladder that was measured on a device.</summary>
/// <param name="Ladder">The ladder.</param>
/// <param name="Sizes">The sizes of its task.</param>
/// <param name="Limits">What the device can do.</param>
/// <param name="Rungs">Each rung, in order.</param>
/// <param name="Library">The best library at hand; null where there is none.</param>
public sealed record LadderResult(
    Ladder Ladder, LadderSizes Sizes, DeviceLimits Limits, IReadOnlyList<RungResult> Rungs, LibraryResult? Library)
{
    /// <summary>The ladder's task, and its least time on the device.</summary>
    public TaskBound Task { get; } = TaskBound.Of(Limits, Ladder.Flops(Sizes), Ladder.Bytes(Sizes));
}

/// <summary>What a task needs at least, and how long that takes at the limits of a device.</summary>
/// <param name="Flops">Operations.</param>
/// <param name="Bytes">Bytes of device memory.</param>
/// <param name="IsMemory">Whether memory bounds it: by the limits, or by a rule of thumb where there are none.</param>
/// <param name="LeastSeconds">The operations at the peak, or the bytes at the bandwidth; null where the device has no limits.</param>
public sealed record TaskBound(double Flops, double Bytes, bool IsMemory, double? LeastSeconds)
{
    private const double TypicalBalance = 4;

    /// <summary>What a rate is made of: bytes where memory bounds the task, else operations.</summary>
    public double Work => IsMemory ? Bytes : Flops;

    /// <summary>The unit of a rate.</summary>
    public string RateUnit => IsMemory ? "GB/s" : "GFLOP/s";

    /// <summary>The share of the limit that a time reaches; null where there is no limit.</summary>
    public double? OfLimit(Spread seconds) => LeastSeconds / seconds.Median;

    internal static TaskBound Of(DeviceLimits limits, double flops, double bytes)
    {
        if (!limits.IsMeasured)
            return new(flops, bytes, flops < TypicalBalance * bytes, null);
        double compute = flops / limits.FlopsPerSecond, memory = bytes / limits.BytesPerSecond(bytes);
        return new(flops, bytes, memory > compute, Math.Max(compute, memory));
    }
}

/// <summary>A rung that was measured.</summary>
/// <param name="Rung">The rung.</param>
/// <param name="Number">Its number.</param>
/// <param name="Refusal">Why it was not run; null where it was.</param>
public sealed record RungResult(Rung Rung, int Number, string? Refusal)
{
    /// <summary>Its task, and the least time of that.</summary>
    public required TaskBound Task { get; init; }

    /// <summary>The time; null where it was not run.</summary>
    public Spread? Seconds { get; init; }

    /// <summary>The share of the limit that it reaches; null where it was not run, or the device has no limits.</summary>
    public double? OfLimit => Seconds is { } seconds ? Task.OfLimit(seconds) : null;

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
    /// How far the results lie from those of the first rung of the same task, ‖C − C₁‖ / ‖C₁‖; 0 where the bits are the same.
    /// </summary>
    public double Difference { get; init; }
}

/// <summary>A library that was measured with the same task.</summary>
/// <param name="Name">Its name and version.</param>
/// <param name="Seconds">The time.</param>
/// <param name="Difference">How far its results lie from those of the first rung, ‖C − C₁‖ / ‖C₁‖.</param>
public sealed record LibraryResult(string Name, Spread Seconds, double Difference);
