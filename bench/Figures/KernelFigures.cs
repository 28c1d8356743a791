using VaeGpu.Bench.Measuring;

namespace VaeGpu.Bench.Figures;

/// <summary>
/// Each of <see cref="StepKernels"/> with its time and its rate, beside a copy of as much memory: from caches where that fits into them,
/// from memory where it does not. It is bound by something else where its share of that is small.
/// </summary>
internal static class KernelFigures
{
    private const string Unit = "GB/s";

    public static IEnumerable<Figure> Measure(IReadOnlyList<BenchDevice> devices, Effort effort)
    {
        foreach (BenchDevice device in devices)
        {
            if (device.IsCpu)
            {
                foreach (long bytes in (long[])[1 << 14, 1 << 18, 1 << 20, 1 << 24, 1 << 29])
                    yield return Copy(device, bytes, effort);
            }
            using var kernels = new StepKernels(device.Accelerator);
            foreach (StepKernel kernel in kernels.All())
            {
                foreach (Figure figure in Measure(device, kernel, effort))
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

    private static Figure[] Measure(BenchDevice device, StepKernel kernel, Effort effort)
    {
        var empty = new Figure(kernel.Name, device.Name, kernel.Size);
        Sampler ours = Samplers.Of(device.Accelerator, kernel.Launch);
        if (!device.IsCpu)
        {
            Spread alone = Alternation.Seconds(effort, ours);
            return [empty with { Value = Quantity.Seconds(alone) }, empty with { Value = Quantity.Giga(kernel.Bytes, alone, Unit) }];
        }
        using var copy = new CopyPeak(device.Accelerator.NumMultiprocessors, (long)kernel.Footprint);
        Samples samples = Alternation.Measure(effort, ours, Samplers.Of(copy.Run));
        return
        [
            empty with { Value = Quantity.Seconds(samples.Seconds(0)) },
            empty with
            {
                Value = Quantity.Giga(kernel.Bytes, samples.Seconds(0), Unit), Peak = Quantity.Giga(copy.Bytes, samples.Seconds(1), Unit),
                OfPeak = samples.Ratio(1, 0).Median * kernel.Bytes / copy.Bytes,
            },
        ];
    }
}
