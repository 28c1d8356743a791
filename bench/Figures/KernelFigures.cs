using VaeGpu.Bench.Measuring;
using VaeGpu.Gpu.Inspection;

namespace VaeGpu.Bench.Figures;

/// <summary>
/// Each of <see cref="StepKernels"/> with its time, and on the processor with its rate beside what bounds it: a copy of as much memory,
/// from caches where that fits into them, as many vector operations as the cores do at most, or as many divisions, whichever takes
/// longest.
/// </summary>
internal static class KernelFigures
{
    private const string Unit = "GB/s", OperationsUnit = "Gop/s", DivisionsUnit = "Gdiv/s";

    public static IEnumerable<Figure> Measure(IReadOnlyList<BenchDevice> devices, Effort effort)
    {
        foreach (BenchDevice device in devices)
        {
            if (device.IsCpu)
            {
                foreach (long bytes in (long[])[1 << 14, 1 << 18, 1 << 20, 1 << 24, 1 << 29])
                    yield return Copy(device, bytes, effort);
            }
            Arithmetic[] arithmetic = device.IsCpu ? Count(device.Accelerator) : [];
            using DividePeak? divide = device.IsCpu
                ? new(device.Accelerator.NumMultiprocessors, device.Accelerator.WarpSize) : null;
            using var kernels = new StepKernels(device.Accelerator);
            foreach ((int i, StepKernel kernel) in kernels.All().Index())
            {
                Figure[] figures = divide is null
                    ? Measure(device, kernel, effort) : Measure(device, kernel, arithmetic[i], divide, effort);
                foreach (Figure figure in figures)
                    yield return figure;
            }
        }
    }

    private static Figure Copy(BenchDevice device, long bytes, Effort effort)
    {
        using var copy = new CopyPeak(device.Accelerator.NumMultiprocessors, bytes);
        return new("the system's copy", device.Name, $"{bytes / 1024:N0} KiB")
        {
            Value = Quantity.Giga(copy.Bytes, Alternation.Seconds(effort, Samplers.Of(copy.Run)), Unit),
        };
    }

    /// <summary>The arithmetic of each kernel that differs between lanes, counted on a stand-in for the device.</summary>
    private static Arithmetic[] Count(Accelerator accelerator)
    {
        using var recording = new LaunchRecording(accelerator.WarpSize, LaunchCounting.Sample, standsFor: accelerator);
        using var kernels = new StepKernels(recording.Accelerator);
        var counts = new List<Arithmetic>();
        foreach (StepKernel kernel in kernels.All())
        {
            int before = recording.Launches.Count;
            kernel.Launch();
            KernelLaunch[] launches = [.. recording.Launches.Skip(before)];
            counts.Add(new(launches.Sum(launch => launch.Operations), launches.Sum(launch => launch.Divisions)));
        }
        return [.. counts];
    }

    private static Figure[] Measure(BenchDevice device, StepKernel kernel, Effort effort)
    {
        var empty = new Figure(kernel.Name, device.Name, kernel.Size);
        Spread alone = Alternation.Seconds(effort, Samplers.Of(device.Accelerator, kernel.Launch));
        return [empty with { Value = Quantity.Seconds(alone) }, empty with { Value = Quantity.Giga(kernel.Bytes, alone, Unit) }];
    }

    private static Figure[] Measure(
        BenchDevice device, StepKernel kernel, Arithmetic arithmetic, DividePeak divide, Effort effort)
    {
        using var copy = new CopyPeak(device.Accelerator.NumMultiprocessors, (long)kernel.Footprint);
        FmaPeak fma = device.Peak!;
        Samples samples = Alternation.Measure(
            effort, Samplers.Of(device.Accelerator, kernel.Launch), Samplers.Of(copy.Run), Samplers.Of(fma.Run), Samplers.Of(divide.Run));
        Spread seconds = samples.Seconds(0);
        // A fused multiply-add is one operation of a lane.
        Bound[] bounds =
        [
            new(kernel.Bytes, copy.Bytes, Unit), new(arithmetic.Operations, fma.Flops / 2, OperationsUnit),
            new(arithmetic.Divisions, divide.Divisions, DivisionsUnit),
        ];
        (int side, Bound bound, double ofPeak) = bounds
            .Select((bound, i) => (Side: i + 1, Bound: bound, OfPeak: samples.Ratio(i + 1, 0).Median * bound.Work / bound.Most))
            .MaxBy(one => one.OfPeak);
        var empty = new Figure(kernel.Name, device.Name, kernel.Size);
        return
        [
            empty with { Value = Quantity.Seconds(seconds) },
            empty with
            {
                Value = Quantity.Giga(bound.Work, seconds, bound.Unit), Peak = Quantity.Giga(bound.Most, samples.Seconds(side), bound.Unit),
                OfPeak = ofPeak,
            },
        ];
    }

    /// <summary>What a launch computes.</summary>
    /// <param name="Operations">All of it.</param>
    /// <param name="Divisions">The divisions and square roots among them.</param>
    private readonly record struct Arithmetic(double Operations, double Divisions);

    /// <summary>What may limit a launch.</summary>
    /// <param name="Work">How much of it a launch does.</param>
    /// <param name="Most">How much of it a run of the peak does.</param>
    /// <param name="Unit">The unit of its rate: 10⁹ in a second.</param>
    private readonly record struct Bound(double Work, double Most, string Unit);
}
