using VaeGpu.Kernels.Likelihoods;

namespace VaeGpu.Kernels;

/// <summary><see cref="OneHot"/>, loaded on a device.</summary>
public sealed class OneHotLauncher
{
    private readonly int groupSize;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, LikelihoodSettings, OneHotShape> run;

    public OneHotLauncher(Accelerator accelerator)
    {
        groupSize = DeviceTuning.For(accelerator).GroupSize;
        var kernel = OneHot.Run;
        run = accelerator.LoadStreamKernel(kernel);
    }

    /// <inheritdoc cref="OneHot"/>
    public void Run(ArrayView<float> values, ArrayView<float> oneHot, OneHotShape shape, int rows) => run(
        Launch.Config(new Index3D(Launch.Groups(shape.Columns * shape.Classes, groupSize), rows, 1), groupSize),
        values, oneHot, Categorical.SettingsOfSymbols(shape.Classes), shape);
}
