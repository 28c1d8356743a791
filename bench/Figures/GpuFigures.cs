using VaeGpu.Bench.Measuring;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Bench.Figures;

/// <summary>
/// What counts on a GPU, in turn with the vendor's library and with PyTorch's three ways to make a step. Our products are replayed as a
/// graph, cuBLAS's are queued one by one. Factors of tf32 products lie in memory as fp32 on both sides.
/// </summary>
internal static class GpuFigures
{
    /// <summary>Products in one run.</summary>
    private const int Repeats = 20;

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
        foreach (BenchDevice device in devices)
        {
            (CuBlasPeer? peer, string reason) = CuBlasPeer.TryOpen(device);
            using CuBlasPeer? opened = peer;
            foreach ((MatMulShape shape, bool leftTurned) in Products)
            {
                // A processor takes minutes for what a GPU does in milliseconds.
                if (!device.IsGpu && shape.Rows == 4096)
                    continue;
                foreach (Precision precision in Enum.GetValues<Precision>())
                {
                    if (precision == Precision.Fp32 || Backend.HasTensorCores(device.Accelerator))
                        yield return Product(device, shape, leftTurned, precision, peer, reason, effort);
                }
            }
        }
    }

    public static IEnumerable<Figure> BesidePyTorch(IReadOnlyList<BenchDevice> devices, Effort effort)
    {
        foreach (BenchDevice device in devices)
        {
            using var peer = new Peer(device);
            // torch.compile comes last: it takes its time, and may fail.
            foreach (string[] modes in (string[][])[["eager", "graph"], ["compile"]])
            {
                foreach (StepSize size in (StepSize[])[new(128, 400), new(512, 400), new(128, 1024, 1024)])
                {
                    foreach (string mode in modes)
                        yield return Step(device, size, mode, peer, effort);
                }
            }
        }
    }

    private static Figure Product(
        BenchDevice device, MatMulShape shape, bool leftTurned, Precision precision, CuBlasPeer? peer, string reason, Effort effort)
    {
        string size = $"{shape.Rows}×{shape.Depth}×{shape.Columns}{(leftTurned ? " (TN)" : "")}";
        string name = precision.ToString().ToLowerInvariant(), what = $"{name} product";
        return Figure.Attempt(what, device.Name, size, () =>
        {
            Accelerator accelerator = device.Accelerator;
            MatMulLauncher product = leftTurned
                ? MatMulLauncher.WeightGradient(accelerator, precision)
                : MatMulLauncher.Load<DepthFastest, DepthSlowest, Plain>(accelerator, precision);
            using var left = accelerator.Allocate1D(Data.Normal(shape.Rows * shape.Depth));
            using var right = accelerator.Allocate1D(Data.Normal(shape.Depth * shape.Columns));
            using var output = accelerator.Allocate1D<float>(shape.Rows * shape.Columns);
            using var scratch = accelerator.Allocate1D<float>(product.ScratchLength(shape));
            using StepGraph graph = StepGraph.Record(accelerator, () =>
            {
                for (int i = 0; i < Repeats; i++)
                    product.Run(left.View, right.View, output.View, default, default, shape, scratch.View);
            });
            double flops = 2.0 * shape.Rows * shape.Depth * shape.Columns;
            Quantity Rate(Spread seconds) => Quantity.Giga(Repeats * flops, seconds, Numbers.Operations);
            Sampler ours = Samplers.Of(accelerator, graph.Replay);
            (Sampler? sampler, string why) = peer?.Product(precision, shape, leftTurned, Repeats) ?? (null, reason);
            if (sampler is null)
                return new(what, device.Name, size) { Value = Rate(Alternation.Seconds(effort, ours)), Note = why };
            Samples samples = Alternation.Measure(effort, ours, sampler);
            double least = shape.Rows < 4096 ? 1 : precision == Precision.Fp32 ? 0.85 : 0.45;
            return new(what, device.Name, size)
            {
                Value = Rate(samples.Seconds(0)), Beside = Comparison.OfTimes($"cuBLAS {peer!.Version}", samples, Rate),
                Goals = [Goal.Times(samples.Ratio(1, 0).Median, least)],
            };
        });
    }

    private static Figure Step(BenchDevice device, StepSize size, string mode, Peer peer, Effort effort)
    {
        string what = $"training step, PyTorch {mode}";
        return Figure.Attempt(what, device.Name, size.ToString(), () =>
        {
            using var step = new TrainingStep(device.Accelerator, size);
            Figure figure = peer.Beside(
                new(what, device.Name, size.ToString()), $"step {mode} {size.Batch} {string.Join(',', size.Hidden)}",
                Samplers.Of(device.Accelerator, step.Run), effort);
            step.ThrowIfDiverged();
            var goals = new List<Goal>();
            if (figure.Beside?.Ratio is { } ratio)
                goals.Add(Goal.Times(ratio.Median, 1));
            if (device.IsGpu && mode == "graph" && size.Batch == 128 && size.Hidden is [400])
                goals.Add(Goal.Under(figure.Value!.Spread.Median, 60e-6));
            return figure with { Goals = goals };
        });
    }

    /// <summary>The peer of a device, started when it is wanted, and anew after it was lost: that costs a figure, not the table.</summary>
    private sealed class Peer(BenchDevice device) : IDisposable
    {
        private PeerProcess? process;

        /// <summary>The figure with our time, and the peer's where there is one.</summary>
        public Figure Beside(Figure figure, string work, Sampler ours, Effort effort)
        {
            string reason = "";
            try
            {
                if (process is null)
                    (process, reason) = PyTorchGpu.TryStart(device);
                if (process is not null)
                {
                    (Sampler? theirs, reason) = process.Work(work);
                    if (theirs is not null)
                    {
                        Samples samples = Alternation.Measure(effort, ours, theirs);
                        return figure with
                        {
                            Value = Quantity.Seconds(samples.Seconds(0)),
                            Beside = Comparison.OfTimes(process.Name, samples, Quantity.Seconds),
                        };
                    }
                }
            }
            catch (PeerLostException lost)
            {
                reason = lost.Message;
                Dispose();
            }
            return figure with { Value = Quantity.Seconds(Alternation.Seconds(effort, ours)), Note = reason };
        }

        public void Dispose()
        {
            process?.Dispose();
            process = null;
        }
    }
}
