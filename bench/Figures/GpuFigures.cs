using VaeGpu.Bench.Measuring;
using VaeGpu.Kernels;
using VaeGpu.Kernels.Devices;

namespace VaeGpu.Bench.Figures;

/// <summary>What counts on a GPU, in turn with the vendor's library and with PyTorch's three ways to make a step.</summary>
internal static class GpuFigures
{
    private static readonly (MatMulShape Shape, bool LeftTurned)[] Products =
    [
        (ProductFigures.Of(4096, 4096, 4096), false),
        (ProductFigures.Of(1024, 1024, 1024), false),
        (ProductFigures.Of(128, 784, 400), false),
        (ProductFigures.Of(128, 400, 784), false),
        (ProductFigures.Of(784, 128, 400), true),
    ];

    public static IEnumerable<Figure> BesideCublas(IReadOnlyList<BenchDevice> devices, Effort effort)
    {
        using PyTorchGpu? peer = PyTorchGpu.TryStart();
        foreach (BenchDevice device in devices)
        {
            foreach ((MatMulShape shape, bool leftTurned) in Products)
            {
                // A processor takes minutes for what a GPU does in milliseconds.
                if (!device.IsGpu && shape.Rows == 4096)
                    continue;
                foreach (Precision precision in Enum.GetValues<Precision>())
                {
                    if (precision == Precision.Fp32 || Backend.HasTensorCores(device.Accelerator))
                        yield return Product(device, shape, leftTurned, precision, peer, effort);
                }
            }
        }
    }

    public static IEnumerable<Figure> BesidePyTorch(IReadOnlyList<BenchDevice> devices, Effort effort)
    {
        using PyTorchGpu? peer = PyTorchGpu.TryStart();
        foreach (BenchDevice device in devices)
        {
            foreach (StepSize size in (StepSize[])[new(128, 400), new(512, 400), new(128, 1024, 1024)])
            {
                foreach (string mode in (string[])["eager", "graph", "compile"])
                    yield return Step(device, size, mode, peer, effort);
            }
        }
    }

    private static Figure Product(
        BenchDevice device, MatMulShape shape, bool leftTurned, Precision precision, PyTorchGpu? peer, Effort effort)
    {
        Accelerator accelerator = device.Accelerator;
        MatMulLauncher product = leftTurned
            ? MatMulLauncher.WeightGradient(accelerator, precision)
            : MatMulLauncher.Load<DepthFastest, DepthSlowest, Plain>(accelerator, precision);
        using var left = accelerator.Allocate1D(Data.Normal(shape.Rows * shape.Depth));
        using var right = accelerator.Allocate1D(Data.Normal(shape.Depth * shape.Columns));
        using var output = accelerator.Allocate1D<float>(shape.Rows * shape.Columns);
        using var scratch = accelerator.Allocate1D<float>(product.ScratchLength(shape));
        Sampler ours = Samplers.Of(accelerator, () => product.Run(left.View, right.View, output.View, default, default, shape, scratch.View));
        double flops = 2.0 * shape.Rows * shape.Depth * shape.Columns;
        string Rate(double seconds) => $"{Numbers.Giga(flops / seconds)} GFLOP/s";
        string size = $"{shape.Rows}×{shape.Depth}×{shape.Columns}{(leftTurned ? " (TN)" : "")}";
        string name = precision.ToString().ToLowerInvariant();
        return new($"{name} product", device.Name, size, Beside(peer, peer?.Product(name, shape, leftTurned), ours, Rate, effort));
    }

    private static Figure Step(BenchDevice device, StepSize size, string mode, PyTorchGpu? peer, Effort effort)
    {
        using var step = new TrainingStep(device.Accelerator, size);
        string value = Beside(peer, peer?.Step(mode, size), Samplers.Of(device.Accelerator, step.Run), Numbers.Time, effort);
        if (!double.IsFinite(step.MeanLoss()))
            throw new InvalidOperationException($"The loss of {size} is not finite: what was measured is no training.");
        return new($"training step, peer {mode}", device.Name, size.ToString(), value);
    }

    private static string Beside(
        PyTorchGpu? peer, (Sampler? Sampler, string Reason)? other, Sampler ours, Func<double, string> text, Effort effort)
    {
        if (other is not { Sampler: { } theirs })
            return $"{text(Alternation.Median(effort, ours))}; {(peer is null ? "no Python with torch" : $"peer: {other?.Reason}")}";
        Samples samples = Alternation.Measure(effort, ours, theirs);
        return $"{text(samples.Seconds(0))}; PyTorch {peer!.Version}: {text(samples.Seconds(1))}; "
            + $"{Numbers.Three(samples.Ratio(1, 0))} times as fast";
    }
}
