using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Likelihoods;
using Settings = ILGPU.ArrayView<VaeGpu.Kernels.Likelihoods.LikelihoodSettings>;

namespace VaeGpu.Kernels.Launchers;

/// <summary><see cref="SharedVariance"/> and <see cref="OptimalVariance"/>, loaded on a device for one likelihood's settings.</summary>
public sealed class VarianceLauncher
{
    private readonly Settings settings;
    private readonly float start;
    private readonly DeviceTuning tuning;
    private readonly Loaded<Floats, Settings, float> prepare;
    private readonly Loaded<Floats, Floats, Settings, Floats, Control, ReconstructionShape, float> gradient;
    private readonly Loaded<Floats, Floats, Floats, ReconstructionShape> squaredErrors;
    private readonly Loaded<Floats, Floats, Settings, ReconstructionShape, float> fit;

    internal VarianceLauncher(Accelerator accelerator, Settings settings, float sigma)
    {
        (this.settings, start, tuning) = (settings, (float)(2 * Math.Log(sigma)), DeviceTuning.For(accelerator));
        prepare = new(accelerator, SharedVariance.Prepare);
        gradient = new(accelerator, SharedVariance.Gradient);
        squaredErrors = new(accelerator, OptimalVariance.SquaredErrors);
        fit = new(accelerator, OptimalVariance.Fit);
    }

    /// <inheritdoc cref="SharedVariance.Prepare"/>
    public void Prepare(Floats parameter) => prepare.Launch(Launch.Config(1, 1), parameter, settings, start);

    /// <inheritdoc cref="SharedVariance.Gradient"/>
    public void Gradient(Floats losses, Floats parameter, Floats gradients, Control control, ReconstructionShape shape) =>
        gradient.Launch(tuning.Rows(1, shape.Rows), losses, parameter, settings, gradients, control, shape, start);

    /// <summary>Fits the variance to a batch: <see cref="OptimalVariance"/>. The errors (rows) are scratch memory.</summary>
    public void Fit(Floats data, Floats outputs, Floats errors, Floats parameter, ReconstructionShape shape)
    {
        SquaredErrors(data, outputs, errors, shape);
        Fit(errors, parameter, shape);
    }

    /// <inheritdoc cref="OptimalVariance.SquaredErrors"/>
    public void SquaredErrors(Floats data, Floats outputs, Floats errors, ReconstructionShape shape) =>
        squaredErrors.Launch(tuning.Rows(shape.Rows, shape.Columns), data, outputs, errors, shape);

    /// <inheritdoc cref="OptimalVariance.Fit"/>
    public void Fit(Floats errors, Floats parameter, ReconstructionShape shape) =>
        fit.Launch(tuning.Rows(1, shape.Rows), errors, parameter, settings, shape, start);
}
