using VaeGpu.Bench.Measuring;
using VaeGpu.Gpu.Inspection;

namespace VaeGpu.Bench.Figures;

/// <summary>
/// Each of <see cref="StepKernels"/> with its time, and on the processor with its rate beside what bounds it: a copy of as much memory,
/// from caches where that fits into them, or as many vector operations as the cores do at most, whichever takes longer.
/// </summary>
internal static class KernelFigures
{
    private const string Unit = "GB/s", OperationsUnit = "Gop/s";

    public static IEnumerable<Figure> Measure(IReadOnlyList<BenchDevice> devices, Effort effort)
    {
        foreach (BenchDevice device in devices)
        {
            if (device.IsCpu)
            {
                foreach (long bytes in (long[])[1 << 14, 1 << 18, 1 << 20, 1 << 24, 1 << 29])
                    yield return Copy(device, bytes, effort);
            }
            double[] operations = device.IsCpu ? CountOperations(device.Accelerator) : [];
            using var kernels = new StepKernels(device.Accelerator);
            foreach ((int i, StepKernel kernel) in kernels.All().Index())
            {
                foreach (Figure figure in device.IsCpu ? Measure(device, kernel, operations[i], effort) : Measure(device, kernel, effort))
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
    private static double[] CountOperations(Accelerator accelerator)
    {
        using var recording = new LaunchRecording(accelerator.WarpSize, LaunchCounting.Sample, standsFor: accelerator);
        using var kernels = new StepKernels(recording.Accelerator);
        var counts = new List<double>();
        foreach (StepKernel kernel in kernels.All())
        {
            int before = recording.Launches.Count;
            kernel.Launch();
            counts.Add(recording.Launches.Skip(before).Sum(launch => launch.Operations));
        }
        return [.. counts];
    }

    private static Figure[] Measure(BenchDevice device, StepKernel kernel, Effort effort)
    {
        var empty = new Figure(kernel.Name, device.Name, kernel.Size);
        Spread alone = Alternation.Seconds(effort, Samplers.Of(device.Accelerator, kernel.Launch));
        return [empty with { Value = Quantity.Seconds(alone) }, empty with { Value = Quantity.Giga(kernel.Bytes, alone, Unit) }];
    }

    private static Figure[] Measure(BenchDevice device, StepKernel kernel, double operations, Effort effort)
    {
        using var copy = new CopyPeak(device.Accelerator.NumMultiprocessors, (long)kernel.Footprint);
        FmaPeak fma = device.Peak!;
        Samples samples = Alternation.Measure(
            effort, Samplers.Of(device.Accelerator, kernel.Launch), Samplers.Of(copy.Run), Samplers.Of(fma.Run));
        Spread seconds = samples.Seconds(0);
        // A fused multiply-add is one operation of a lane.
        double most = fma.Flops / 2;
        double ofCopy = samples.Ratio(1, 0).Median * kernel.Bytes / copy.Bytes;
        double ofOperations = samples.Ratio(2, 0).Median * operations / most;
        var empty = new Figure(kernel.Name, device.Name, kernel.Size);
        return
        [
            empty with { Value = Quantity.Seconds(seconds) },
            ofCopy >= ofOperations
                ? empty with
                {
                    Value = Quantity.Giga(kernel.Bytes, seconds, Unit), Peak = Quantity.Giga(copy.Bytes, samples.Seconds(1), Unit),
                    OfPeak = ofCopy,
                }
                : empty with
                {
                    Value = Quantity.Giga(operations, seconds, OperationsUnit),
                    Peak = Quantity.Giga(most, samples.Seconds(2), OperationsUnit), OfPeak = ofOperations,
                },
        ];
    }
}
