using VaeGpu.Bench.Measuring;
using VaeGpu.Kernels;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Step;
using VaeGpu.Layers;

namespace VaeGpu.Bench.Figures;

/// <summary>Kernels that memory bounds, beside the system's copy.</summary>
internal static class ElementwiseFigures
{
    private const int Rows = 2048, Columns = 8192;
    private const int Parameters = 1 << 20;

    public static IEnumerable<Figure> Measure(IReadOnlyList<BenchDevice> devices, Effort effort)
    {
        foreach (BenchDevice device in devices)
        {
            if (device.IsCpu)
                yield return Copy(device, effort);
            yield return Activate(device, effort);
            yield return Update(device, effort, Optimizer.Adam, "Adam", 28, AdamSettings.Of());
            yield return Update(
                device, effort, Optimizer.Adamw, "AdamW, gradients clipped", 32.25, AdamSettings.Of(weightDecay: 0.01, clipNorm: 1));
        }
    }

    private static Figure Copy(BenchDevice device, Effort effort)
    {
        float[] source = Data.Uniform(Rows * Columns), target = new float[source.Length];
        int threads = device.Accelerator.NumMultiprocessors, part = source.Length / threads;
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads };
        double seconds = Alternation.Median(effort, Samplers.Of(() => Parallel.For(0, threads, options, i =>
            source.AsSpan(i * part, part).CopyTo(target.AsSpan(i * part, part)))));
        return new("the system's copy", device.Name, $"{Rows * Columns:N0} floats", Bandwidth(8.0 * part * threads, seconds));
    }

    private static Figure Activate(BenchDevice device, Effort effort)
    {
        Accelerator accelerator = device.Accelerator;
        int groupSize = DeviceTuning.For(accelerator).GroupSize;
        var shape = new MatrixShape { Rows = Rows, Columns = Columns };
        using var values = accelerator.Allocate1D(Data.Normal(Rows * Columns));
        using var bias = accelerator.Allocate1D(new float[Columns]);
        var kernel = Elementwise.AddBiasAndActivate<Relu>;
        var activate = accelerator.LoadStreamKernel(kernel);
        KernelConfig config = Launch.Config(Elementwise.GridFor(shape, groupSize), groupSize);
        double seconds = Alternation.Median(effort, Samplers.Of(accelerator, () =>
            activate(config, values.View, bias.View, default, shape)));
        return new("bias and ReLU, in place", device.Name, $"{Rows}×{Columns}", Bandwidth(8.0 * Rows * Columns, seconds));
    }

    private static Figure Update(
        BenchDevice device, Effort effort, Optimizer optimizer, string name, double bytes, AdamSettings settings)
    {
        Accelerator accelerator = device.Accelerator;
        var launcher = new StepLauncher(accelerator, optimizer);
        var layout = new ParameterLayout(Initialization.Pytorch);
        layout.AddWeights("all", Columns, Parameters / Columns, Columns, Columns, Activation.Identity);
        using var arena = new ParameterArena(accelerator, layout);
        arena.Parameters.CopyFromCPU(Data.Normal(Parameters));
        arena.Gradients.CopyFromCPU(Data.Normal(Parameters));
        using var control = accelerator.Allocate1D([new ControlBlock { Step = 1, LearningRate = 1e-3f }]);
        double seconds = Alternation.Median(effort, Samplers.Of(accelerator, () => arena.Update(launcher, control.View, settings)));
        return new(name, device.Name, $"{Parameters:N0} parameters", $"{Numbers.Time(seconds)}, {Bandwidth(bytes * Parameters, seconds)}");
    }

    private static string Bandwidth(double bytes, double seconds) => $"{Numbers.Giga(bytes / seconds)} GB/s";
}
