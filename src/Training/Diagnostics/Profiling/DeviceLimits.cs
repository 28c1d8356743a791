using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Inspection;
using VaeGpu.Kernels.Devices;
using VaeGpu.Training.Diagnostics.Measuring;

namespace VaeGpu.Training.Diagnostics.Profiling;

/// <summary>
/// What a device can do at most, measured when it is asked for: each figure is the best of many short samples, since a machine that others
/// use as well is quiet for moments.
/// </summary>
/// <remarks>
/// On the processor the rulers are not compiled by the compiler under test: <see cref="FmaPeak"/> and <see cref="CopyPeak"/>, the latter at
/// the footprint of the kernel, since caches are faster than memory. On a GPU they are kernels (<see cref="PeakKernels"/>).
/// </remarks>
public sealed class DeviceLimits
{
    private const double Seconds = 0.06;
    private const int FmaRounds = 1 << 17, EmptyGroups = 64;
    private const long CopiedBytes = 8 << 20;

    private readonly Accelerator accelerator;
    private readonly int threads;
    private readonly SortedDictionary<long, double> bandwidths = [];

    /// <summary>Measures the peak of arithmetic and the cost of a launch; bandwidths are measured when they are asked for.</summary>
    public DeviceLimits(Accelerator accelerator)
    {
        this.accelerator = accelerator;
        threads = accelerator is SimdAccelerator ? accelerator.NumMultiprocessors : Environment.ProcessorCount;
        (LaunchSeconds, SavedByRecording) = MeasureLaunch();
        if (!IsMeasured)
            return;
        FlopsPerSecond = Backend.IsGpu(accelerator) ? new PeakKernels(accelerator).FlopsPerSecond() : MeasureCores();
    }

    /// <summary>Whether there are limits: devices that check kernels have none worth the name.</summary>
    public bool IsMeasured => DeviceKind.Of(accelerator) is { IsForChecking: false };

    /// <summary>fp32 operations for each second; a fused multiply-add is two.</summary>
    public double FlopsPerSecond { get; }

    /// <summary>The time of a launch whose threads do nothing, with 64 groups; null where it is not known.</summary>
    public double? LaunchSeconds { get; }

    /// <summary>
    /// The time that such a launch takes less in the replay of a recording than made by itself, by the host's clock; null where it is not
    /// known.
    /// </summary>
    public double? SavedByRecording { get; }

    /// <summary>The bandwidths measured so far, in bytes for each second, by the bytes that were copied within.</summary>
    public IReadOnlyDictionary<long, double> Bandwidths => bandwidths;

    /// <summary>Bytes that are read or written for each second at most, where so many lie in memory that is used again and again.</summary>
    public double BytesPerSecond(double footprint)
    {
        // On a GPU memory alone is measured: what its caches send shows as more than 100 %.
        long rounded = Backend.IsGpu(accelerator) ? PeakKernels.CopiedBytes : Math.Clamp(PowerOfTwo(footprint), 1 << 14, 1 << 28);
        if (!bandwidths.TryGetValue(rounded, out double found))
        {
            found = Backend.IsGpu(accelerator) ? new PeakKernels(accelerator).BytesPerSecond() : MeasureCopy(rounded);
            bandwidths.Add(rounded, found);
        }
        return found;
    }

    private static long PowerOfTwo(double bytes) => 1L << (int)Math.Ceiling(Math.Log2(Math.Max(1, bytes)));

    private double MeasureCores()
    {
        using var peak =
            new FmaPeak(threads, Math.Max(4, accelerator is SimdAccelerator ? accelerator.WarpSize : CodeListing.VectorLanes), FmaRounds);
        return peak.Flops / Best(Samplers.Of(peak.Run), 5 * Seconds);
    }

    private double MeasureCopy(long footprint)
    {
        using var copy = new CopyPeak(threads, footprint, CopiedBytes);
        return copy.Bytes / Best(Samplers.Of(copy.Run), Seconds);
    }

    private (double? Seconds, double? Saved) MeasureLaunch()
    {
        const int Launches = 50, Replays = 20;
        if (accelerator is not ILaunchRecorder recorder)
            return default;
        var empty = accelerator.LoadStreamKernel<ArrayView<float>>(PeakKernels.Nothing);
        using var view = accelerator.Allocate1D<float>(1);
        KernelConfig config = DeviceTuning.For(accelerator).Elements(EmptyGroups, 1);
        using LaunchGraph graph = recorder.Record(LaunchEach);
        graph.ReplayTimed();
        double seconds = Enumerable.Range(0, Replays).Min(_ => graph.ReplayTimed().Seconds) / Launches;
        return (seconds, IsMeasured ? (Fastest(LaunchEach) - Fastest(graph.Replay)) / Launches : null);

        void LaunchEach()
        {
            for (int i = 0; i < Launches; i++)
                empty(config, view.View);
        }

        double Fastest(Action work) => Best(runs => Enumerable.Range(0, runs).Sum(_ => StepProfiler.SecondsOf(accelerator, work)), Seconds);
    }

    /// <summary>The shortest time of a run: a limit is what was reached once.</summary>
    internal static double Best(Sampler sampler, double seconds)
    {
        // The first sample is that of cold caches.
        double best = double.MaxValue;
        for (double spent = sampler(1); spent < seconds || best == double.MaxValue;)
        {
            double taken = sampler(1);
            (best, spent) = (Math.Min(best, taken), spent + taken);
        }
        return best;
    }
}
