using VaeGpu.Bench.Measuring;

namespace VaeGpu.Bench.Figures;

/// <summary>What the cores can do at most.</summary>
internal static class PeakFigures
{
    /// <summary>The part of "figures".</summary>
    public const string Part = "peak";

    public static IEnumerable<Figure> Measure(IReadOnlyList<BenchDevice> devices, Effort effort)
    {
        foreach (BenchDevice device in devices)
        {
            if (device.Peak is not { } peak)
                continue;
            yield return new("independent fused multiply-adds", device.Name, "12 chains")
            {
                Value = Quantity.Giga(peak.Flops, Alternation.Seconds(effort, Samplers.Of(peak.Run)), Numbers.Operations),
            };
        }
    }
}
