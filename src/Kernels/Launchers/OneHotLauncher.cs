using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Likelihoods;

namespace VaeGpu.Kernels.Launchers;

/// <summary><see cref="OneHot"/>, loaded on a device.</summary>
public sealed class OneHotLauncher(Accelerator accelerator)
{
    private readonly DeviceTuning tuning = DeviceTuning.For(accelerator);
    private readonly Loaded<ArrayView<float>, ArrayView<float>, LikelihoodSettings, OneHotShape> run = new(accelerator, OneHot.Run);

    /// <inheritdoc cref="OneHot"/>
    public void Run(ArrayView<float> values, ArrayView<float> oneHot, OneHotShape shape, int rows) => run.Launch(
        tuning.Elements(rows, shape.Columns * shape.Classes), values, oneHot, Categorical.SettingsOfSymbols(shape.Classes), shape);
}
