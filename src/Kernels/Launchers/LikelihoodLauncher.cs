using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Step;

namespace VaeGpu.Kernels.Launchers;

/// <summary><see cref="Reconstruction"/> for one likelihood, loaded on a device.</summary>
public sealed class LikelihoodLauncher : IDisposable
{
    private readonly MemoryBuffer1D<LikelihoodSettings, Stride1D.Dense> settings;
    private readonly DeviceTuning tuning;
    private readonly LikelihoodKernels kernels;

    /// <summary>Loads the kernels of a likelihood.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="likelihood">Which one.</param>
    /// <param name="fixedSettings">What its kernels are told: <see cref="Likelihood.Settings"/>.</param>
    public LikelihoodLauncher(Accelerator accelerator, Likelihood likelihood, LikelihoodSettings fixedSettings)
    {
        Likelihood = likelihood;
        Outputs = likelihood.Outputs(fixedSettings);
        tuning = DeviceTuning.For(accelerator);
        kernels = likelihood.Load(accelerator);
        settings = accelerator.Allocate1D(new[] { fixedSettings });
        if (likelihood.Variance != VarianceSource.Settings)
            Variance = new VarianceLauncher(accelerator, settings.View, fixedSettings.Scale);
    }

    /// <summary>Which one.</summary>
    public Likelihood Likelihood { get; }

    /// <summary>Decoder outputs per data dimension.</summary>
    public int Outputs { get; }

    /// <summary>Where one variance for all dimensions comes from; null where the settings are fixed.</summary>
    public VarianceLauncher? Variance { get; }

    /// <inheritdoc cref="Reconstruction.LossAndGradient{TLikelihood}"/>
    public void LossAndGradient(
        ArrayView<float> data, ArrayView<float> outputs, ArrayView<float> losses, ArrayView<ControlBlock> control,
        ReconstructionShape shape) =>
        kernels.LossAndGradient.Launch(tuning.Rows(shape.Rows, shape.Columns), data, outputs, losses, control, settings.View, shape);

    /// <inheritdoc cref="Reconstruction.Loss{TLikelihood}"/>
    public void Loss(ArrayView<float> data, ArrayView<float> outputs, ArrayView<float> losses, ReconstructionShape shape) =>
        kernels.Loss.Launch(tuning.Rows(shape.Rows, shape.Columns), data, outputs, losses, settings.View, shape);

    /// <inheritdoc cref="Reconstruction.Gradient{TLikelihood}"/>
    public void Gradient(
        ArrayView<float> data, ArrayView<float> outputs, ArrayView<float> gradients, ArrayView<ControlBlock> control,
        ReconstructionShape shape) =>
        kernels.Gradient.Launch(tuning.Elements(shape.Rows, shape.Columns), data, outputs, gradients, control, settings.View, shape);

    /// <inheritdoc cref="Reconstruction.Mean{TLikelihood}"/>
    public void Mean(ArrayView<float> outputs, ArrayView<float> means, ReconstructionShape shape)
    {
        if (shape.Columns > 0)
            kernels.Mean.Launch(tuning.Elements(shape.Rows, shape.Columns), outputs, means, settings.View, shape);
    }

    /// <inheritdoc cref="Reconstruction.Sample{TLikelihood}"/>
    public void Sample(ArrayView<float> outputs, ArrayView<float> samples, ArrayView<ControlBlock> control, ReconstructionShape shape)
    {
        if (shape.Columns > 0)
            kernels.Sample.Launch(tuning.Elements(shape.Rows, shape.Columns), outputs, samples, control, settings.View, shape);
    }

    /// <summary>Frees the settings.</summary>
    public void Dispose() => settings.Dispose();
}
