using System.Diagnostics;

namespace VaeGpu.Training.Diagnostics.Measuring;

/// <summary>One side of a comparison: does its work so many times and tells the seconds that took.</summary>
internal delegate double Sampler(int runs);

/// <summary>Samplers of common kinds.</summary>
internal static class Samplers
{
    /// <summary>Work that is done when it returns.</summary>
    public static Sampler Of(Action work) => runs =>
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < runs; i++)
            work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    };

    /// <summary>Launches on a device; the clock stops when the device has done them all.</summary>
    public static Sampler Of(Accelerator accelerator, Action launch) => runs =>
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < runs; i++)
            launch();
        accelerator.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    };
}
