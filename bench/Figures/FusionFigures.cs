using VaeGpu.Bench.Measuring;

namespace VaeGpu.Bench.Figures;

/// <summary>What fusing buys: each fused kernel beside the launches that it replaces, with the same result.</summary>
internal static class FusionFigures
{
    public static IEnumerable<Figure> Measure(IReadOnlyList<BenchDevice> devices, Effort effort) =>
        devices.SelectMany(device => FusedPair.All.Select(pair => Compare(device, pair, effort)));

    private static Figure Compare(BenchDevice device, FusedPair pair, Effort effort)
    {
        using var buffers = new Buffers(device.Accelerator);
        Action fused = pair.On(device.Accelerator, fused: true, buffers), unfused = pair.On(device.Accelerator, fused: false, buffers);
        Samples samples = Alternation.Measure(effort, Samplers.Of(device.Accelerator, fused), Samplers.Of(device.Accelerator, unfused));
        return new(pair.Name, device.Name, pair.Size)
        {
            Value = Quantity.Seconds(samples.Seconds(0)), Beside = Comparison.OfTimes("unfused", samples, Quantity.Seconds),
        };
    }
}
