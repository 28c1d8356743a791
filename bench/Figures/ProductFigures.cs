using VaeGpu.Bench.Measuring;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Bench.Figures;

/// <summary>The matrix product of the kernels, at square sizes and at those of the standard model's step.</summary>
internal static class ProductFigures
{
    private static readonly (MatMulShape Shape, bool LeftTurned, string Use)[] Products =
    [
        (Of(512, 512, 512), false, "square"),
        (Of(1024, 1024, 1024), false, "square"),
        (Of(128, 784, 400), false, "first layer, forward"),
        (Of(128, 400, 784), false, "last layer, forward"),
        (Of(784, 128, 400), true, "first layer, weight gradient"),
    ];

    public static IEnumerable<Figure> Measure(IReadOnlyList<BenchDevice> devices, Effort effort)
    {
        foreach ((MatMulShape shape, bool leftTurned, string use) in Products)
        {
            foreach (BenchDevice device in devices)
                yield return Measure(device, shape, leftTurned, use, effort);
        }
    }

    /// <summary>The sizes of (rows, depth) times (depth, columns).</summary>
    internal static MatMulShape Of(int rows, int depth, int columns) => new() { Rows = rows, Depth = depth, Columns = columns };

    private static Figure Measure(BenchDevice device, MatMulShape shape, bool leftTurned, string use, Effort effort)
    {
        Accelerator accelerator = device.Accelerator;
        MatMulLauncher product = leftTurned
            ? MatMulLauncher.WeightGradient(accelerator)
            : MatMulLauncher.Load<DepthFastest, DepthSlowest, Plain>(accelerator);
        using var left = accelerator.Allocate1D(Data.Normal(shape.Rows * shape.Depth));
        using var right = accelerator.Allocate1D(Data.Normal(shape.Depth * shape.Columns));
        using var output = accelerator.Allocate1D<float>(shape.Rows * shape.Columns);
        double flops = 2.0 * shape.Rows * shape.Depth * shape.Columns;
        Timing timing = device.Time(effort, flops, () => product.Run(left.View, right.View, output.View, default, default, shape));
        string size = $"{shape.Rows}×{shape.Depth}×{shape.Columns}{(leftTurned ? " (TN)" : "")}";
        return new($"matrix product, {use}", device.Name, size, $"{Numbers.Giga(timing.Rate)} GFLOP/s", timing.Peak, timing.OfPeak);
    }
}
