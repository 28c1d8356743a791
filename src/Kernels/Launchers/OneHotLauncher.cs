using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Likelihoods;

namespace VaeGpu.Kernels.Launchers;

/// <summary><see cref="OneHot"/>, loaded on a device.</summary>
public sealed class OneHotLauncher(Accelerator accelerator)
{
    private readonly DeviceTuning tuning = DeviceTuning.For(accelerator);
    private readonly Loaded<Floats, Floats, LikelihoodSettings, OneHotShape> run = new(accelerator, OneHot.Run);

    /// <inheritdoc cref="OneHot"/>
    public void Run(Floats values, Floats oneHot, OneHotShape shape, int rows) => run.Launch(
        tuning.Elements(rows, shape.Columns * shape.Classes), values, oneHot, Categorical.SettingsOfSymbols(shape.Classes), shape);
}
