using VaeGpu.Bench.Measuring;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Bench.Figures;

/// <summary>
/// The matrix product of the kernels, at square sizes and at those of the standard model's step; on the processor beside PyTorch.
/// </summary>
internal static class ProductFigures
{
    private static readonly (MatMulShape Shape, bool LeftTurned, string Use)[] products =
    [
        (Of(512, 512, 512), false, "square"),
        (Of(1024, 1024, 1024), false, "square"),
        (Of(2048, 2048, 2048), false, "square"),
        (Of(128, 784, 400), false, "first layer, forward"),
        (Of(128, 400, 784), false, "last layer, forward"),
        (Of(784, 128, 400), true, "first layer, weight gradient"),
        (Of(512, 1024, 1024), false, "wide layer, forward"),
    ];

    public static IEnumerable<Figure> Measure(IReadOnlyList<BenchDevice> devices, Effort effort)
    {
        using var peers = new TorchPeers();
        foreach ((MatMulShape shape, bool leftTurned, string use) in products)
        {
            foreach (BenchDevice device in devices)
            {
                string what = $"matrix product, {use}", size = $"{shape.Rows}×{shape.Depth}×{shape.Columns}{(leftTurned ? " (TN)" : "")}";
                yield return Figure.Attempt(
                    what, device.Name, size, () => Measure(device, shape, leftTurned, peers, effort, new(what, device.Name, size)));
            }
        }
        if (peers.Reason.Length > 0)
            yield return new("peer", "–", "–") { Note = peers.Reason };
    }

    /// <summary>The sizes of (rows, depth) times (depth, columns).</summary>
    internal static MatMulShape Of(int rows, int depth, int columns) => new() { Rows = rows, Depth = depth, Columns = columns };

    private static Figure Measure(BenchDevice device, MatMulShape shape, bool leftTurned, TorchPeers peers, Effort effort, Figure figure)
    {
        Accelerator accelerator = device.Accelerator;
        MatMulLauncher product = leftTurned
            ? MatMulLauncher.WeightGradient(accelerator)
            : MatMulLauncher.Load<DepthFastest, DepthSlowest, Plain>(accelerator);
        using var left = accelerator.Allocate1D(Data.Normal(shape.Rows * shape.Depth));
        using var right = accelerator.Allocate1D(Data.Normal(shape.Depth * shape.Columns));
        using var output = accelerator.Allocate1D<float>(shape.Rows * shape.Columns);
        using var scratch = accelerator.Allocate1D<float>(product.ScratchLength(shape));
        double flops = 2.0 * shape.Rows * shape.Depth * shape.Columns;
        (Sampler? peer, string name, string reason) = peers.Beside(
            device, $"product {shape.Rows} {shape.Depth} {shape.Columns} {(leftTurned ? "turned" : "plain")}");
        Timing timing =
            device.Time(effort, flops, () => product.Run(left.View, right.View, output.View, default, default, shape, scratch.View), peer);
        Quantity Rate(Spread seconds) => Quantity.Giga(flops, seconds, Numbers.Operations);
        return figure with
        {
            Value = Rate(timing.Samples.Seconds(0)),
            Peak = timing.PeakRate,
            OfPeak = timing.OfPeak,
            Beside = peer is null ? null : Comparison.OfTimes(name, timing.Samples, Rate, theirs: timing.PeerSide),
            Note = reason,
        };
    }
}
