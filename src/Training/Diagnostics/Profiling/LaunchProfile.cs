using VaeGpu.Training.Diagnostics.Measuring;

namespace VaeGpu.Training.Diagnostics.Profiling;

/// <summary>What bounds the time of a launch from below: the largest of three times that it cannot do without.</summary>
public enum LaunchBound
{
    /// <summary>Its operations at the peak of arithmetic.</summary>
    Compute,
    /// <summary>Its bytes at the bandwidth.</summary>
    Memory,
    /// <summary>The launch itself.</summary>
    Launch,
}

/// <summary>A launch of a training step: what it does, and how long that takes.</summary>
/// <param name="Number">Its place in the step, from 1 on.</param>
/// <param name="Kernel">The kernel with its type arguments.</param>
/// <param name="GroupDim">Threads of a group.</param>
/// <param name="GridDim">Groups.</param>
/// <param name="Flops">Floating-point operations, a fused multiply-add as two; null where they are not counted.</param>
/// <param name="Bytes">Bytes of device memory that are read, each once, and written, each once; null where they are not counted.</param>
/// <param name="Seconds">The time over the measured steps.</param>
/// <param name="Share">Its part of the sum of all.</param>
/// <param name="Limits">The limits that hold for it; null where the device's are not measured, or nothing is counted.</param>
public sealed record LaunchProfile(
    int Number, string Kernel, Index3D GroupDim, Index3D GridDim, long? Flops, long? Bytes, Spread Seconds, double Share,
        LaunchLimits? Limits)
{
    /// <summary>Operations for each second.</summary>
    public double? FlopsPerSecond => Flops / Time;

    /// <summary>Bytes for each second.</summary>
    public double? BytesPerSecond => Bytes / Time;

    /// <summary>Operations for each byte.</summary>
    public double? Intensity => (double?)Flops / Bytes;

    /// <summary>
    /// The share of the roofline that is reached: the least time for its operations and bytes over the time that it took.
    /// </summary>
    public double? OfRoofline => Limits is null ? null : Math.Max(ComputeSeconds, MemorySeconds) / Time;

    /// <summary>Whether more is reached than was measured as possible: the limits, or the counts, are not those of this launch.</summary>
    public bool IsBeyondLimits => OfRoofline > 1;

    /// <summary>What bounds it.</summary>
    public LaunchBound? Bound => Limits is not { } limits ? null
        : limits.LaunchSeconds >= Math.Max(ComputeSeconds, MemorySeconds) ? LaunchBound.Launch
        : ComputeSeconds > MemorySeconds ? LaunchBound.Compute : LaunchBound.Memory;

    /// <summary>The median; null where the device's clock is too coarse for the launch, which then has no rates.</summary>
    private double? Time => Seconds.Median > 0 ? Seconds.Median : null;

    private double ComputeSeconds => (Flops ?? 0) / Limits!.FlopsPerSecond;

    private double MemorySeconds => (Bytes ?? 0) / Limits!.BytesPerSecond;
}

/// <summary>What a device can do at most in a launch.</summary>
/// <param name="FlopsPerSecond">fp32 operations for each second.</param>
/// <param name="BytesPerSecond">Bytes for each second, where as many lie as the launch moves.</param>
/// <param name="LaunchSeconds">The time of a launch that does nothing.</param>
public sealed record LaunchLimits(double FlopsPerSecond, double BytesPerSecond, double LaunchSeconds);
