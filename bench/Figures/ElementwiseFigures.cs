using VaeGpu.Bench.Measuring;
using VaeGpu.Kernels;

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
            yield return Adam(device, effort);
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

    private static Figure Adam(BenchDevice device, Effort effort)
    {
        Accelerator accelerator = device.Accelerator;
        var launcher = new StepLauncher(accelerator);
        float[] data = Data.Normal(Parameters);
        using var parameters = accelerator.Allocate1D(data);
        using var gradients = accelerator.Allocate1D(data);
        using var first = accelerator.Allocate1D(new float[Parameters]);
        using var second = accelerator.Allocate1D(new float[Parameters]);
        using var control = accelerator.Allocate1D([new ControlBlock { Step = 1, LearningRate = 1e-3f }]);
        AdamSettings settings = AdamSettings.Of();
        double seconds = Alternation.Median(effort, Samplers.Of(accelerator, () =>
            launcher.Adam(parameters.View, gradients.View, first.View, second.View, control.View, settings)));
        return new("Adam", device.Name, $"{Parameters:N0} parameters", $"{Numbers.Time(seconds)}, {Bandwidth(28.0 * Parameters, seconds)}");
    }

    private static string Bandwidth(double bytes, double seconds) => $"{Numbers.Giga(bytes / seconds)} GB/s";
}
