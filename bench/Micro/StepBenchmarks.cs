using BenchmarkDotNet.Attributes;
using VaeGpu.Bench.Figures;
using VaeGpu.Kernels;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Step;

namespace VaeGpu.Bench.Micro;

/// <summary>A step and what frames its products: Adam, a pass over activations, the least launch.</summary>
public class StepBenchmarks : KernelBenchmark
{
    private const int Parameters = 1 << 20;
    private static readonly MatrixShape Matrix = new() { Rows = 128, Columns = 784 };
    private readonly AdamSettings adam = AdamSettings.Of();
    private ArrayView<float> parameters, gradients, first, second, decayed, values, bias;
    private ArrayView<ControlBlock> control;
    private StepLauncher launcher = null!;
    private TrainingStep step = null!;
    private Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, MatrixShape> activate = null!;
    private KernelConfig elements, least;

    /// <summary>784-400-20, batch 128.</summary>
    [Benchmark]
    public void TrainingStep() => step.Run();

    /// <summary>Adam over 2²⁰ parameters.</summary>
    [Benchmark]
    public void Adam() => launcher.Update(parameters, gradients, first, second, decayed, control, adam);

    /// <summary>Bias and ReLU in place, 128 × 784.</summary>
    [Benchmark]
    public void Activate() => activate(elements, values, bias, default, Matrix);

    /// <summary>The same kernel over one group.</summary>
    [Benchmark]
    public void Launch() => activate(least, values, bias, default, Matrix);

    /// <inheritdoc/>
    protected override void Prepare()
    {
        int groupSize = DeviceTuning.For(Accelerator).GroupSize;
        (parameters, gradients, values) = (Numbers(Parameters), Numbers(Parameters), Numbers(Matrix.Rows * Matrix.Columns));
        (first, second) = (Zeros(Parameters), Zeros(Parameters));
        (bias, decayed) = (Zeros(Matrix.Columns), Zeros(Parameters / AdamW.Block));
        control = Accelerator.Allocate1D([new ControlBlock { Step = 1, LearningRate = 1e-3f }]).View;
        launcher = new StepLauncher(Accelerator);
        step = new TrainingStep(Accelerator, new StepSize(128, 400));
        var kernel = Elementwise.AddBiasAndActivate<Relu>;
        activate = Accelerator.LoadStreamKernel(kernel);
        elements = Kernels.Launch.Config(Elementwise.GridFor(Matrix, groupSize), groupSize);
        least = Kernels.Launch.Config(1, groupSize);
    }

    private ArrayView<float> Zeros(int count) => Accelerator.Allocate1D(new float[count]).View;
}
