using VaeGpu.Kernels.Likelihoods;

namespace VaeGpu.Kernels;

/// <summary><see cref="SharedVariance"/> and <see cref="OptimalVariance"/>, loaded on a device for one likelihood's settings.</summary>
public sealed class VarianceLauncher
{
    private readonly ArrayView<LikelihoodSettings> settings;
    private readonly float start;
    private readonly DeviceTuning tuning;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<LikelihoodSettings>, float> prepare;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<LikelihoodSettings>, ArrayView<float>,
        ArrayView<ControlBlock>, ReconstructionShape, float> gradient;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ReconstructionShape> squaredErrors;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<LikelihoodSettings>, ReconstructionShape,
        float> fit;

    internal VarianceLauncher(Accelerator accelerator, ArrayView<LikelihoodSettings> settings, float sigma)
    {
        this.settings = settings;
        start = (float)(2 * Math.Log(sigma));
        tuning = DeviceTuning.For(accelerator);
        var prepareKernel = SharedVariance.Prepare;
        var gradientKernel = SharedVariance.Gradient;
        var squaredErrorsKernel = OptimalVariance.SquaredErrors;
        var fitKernel = OptimalVariance.Fit;
        prepare = accelerator.LoadStreamKernel(prepareKernel);
        gradient = accelerator.LoadStreamKernel(gradientKernel);
        squaredErrors = accelerator.LoadStreamKernel(squaredErrorsKernel);
        fit = accelerator.LoadStreamKernel(fitKernel);
    }

    /// <inheritdoc cref="SharedVariance.Prepare"/>
    public void Prepare(ArrayView<float> parameter) => prepare(Launch.Config(1, 1), parameter, settings, start);

    /// <inheritdoc cref="SharedVariance.Gradient"/>
    public void Gradient(
        ArrayView<float> losses, ArrayView<float> parameter, ArrayView<float> gradients, ArrayView<ControlBlock> control,
        ReconstructionShape shape) =>
        gradient(Launch.Config(1, tuning.RowGroupSize(shape.Rows)), losses, parameter, settings, gradients, control, shape, start);

    /// <summary>Fits the variance to a batch: <see cref="OptimalVariance"/>. The errors (rows) are scratch memory.</summary>
    public void Fit(
        ArrayView<float> data, ArrayView<float> outputs, ArrayView<float> errors, ArrayView<float> parameter, ReconstructionShape shape)
    {
        squaredErrors(Launch.Config(shape.Rows, tuning.RowGroupSize(shape.Columns)), data, outputs, errors, shape);
        fit(Launch.Config(1, tuning.RowGroupSize(shape.Rows)), errors, parameter, settings, shape, start);
    }
}
