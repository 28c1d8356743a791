using VaeGpu.Kernels.Likelihoods;

namespace VaeGpu.Kernels;

/// <summary>The likelihoods by name.</summary>
public enum Likelihood
{
    Bernoulli,
    Gaussian,
}

/// <summary><see cref="Reconstruction"/> for one likelihood, loaded on a device.</summary>
public sealed class LikelihoodLauncher
{
    private readonly LikelihoodSettings settings;
    private readonly int groupSize;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<ControlBlock>,
        ReconstructionShape, LikelihoodSettings> lossAndGradient;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ReconstructionShape,
        LikelihoodSettings> loss;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ReconstructionShape, LikelihoodSettings> mean;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<ControlBlock>, ReconstructionShape,
        LikelihoodSettings> sample;

    private LikelihoodLauncher(
        int outputs,
        LikelihoodSettings settings,
        int groupSize,
        Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<ControlBlock>, ReconstructionShape,
            LikelihoodSettings> lossAndGradient,
        Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ReconstructionShape, LikelihoodSettings> loss,
        Action<KernelConfig, ArrayView<float>, ArrayView<float>, ReconstructionShape, LikelihoodSettings> mean,
        Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<ControlBlock>, ReconstructionShape, LikelihoodSettings> sample)
    {
        Outputs = outputs;
        (this.settings, this.groupSize) = (settings, groupSize);
        (this.lossAndGradient, this.loss, this.mean, this.sample) = (lossAndGradient, loss, mean, sample);
    }

    /// <summary>Decoder outputs per data dimension.</summary>
    public int Outputs { get; }

    /// <summary>The kernels of a likelihood.</summary>
    public static LikelihoodLauncher Load(Accelerator accelerator, Likelihood likelihood, LikelihoodSettings settings) => likelihood switch
    {
        Likelihood.Bernoulli => Load<Bernoulli>(accelerator, settings),
        Likelihood.Gaussian => Load<Gaussian>(accelerator, settings),
        _ => throw new ArgumentOutOfRangeException(nameof(likelihood), likelihood, "No such likelihood."),
    };

    /// <inheritdoc cref="Reconstruction.LossAndGradient{TLikelihood}"/>
    public void LossAndGradient(
        ArrayView<float> data, ArrayView<float> outputs, ArrayView<float> losses, ArrayView<ControlBlock> control,
        ReconstructionShape shape) =>
        lossAndGradient(Launch.Config(shape.Rows, groupSize), data, outputs, losses, control, shape, settings);

    /// <inheritdoc cref="Reconstruction.Loss{TLikelihood}"/>
    public void Loss(ArrayView<float> data, ArrayView<float> outputs, ArrayView<float> losses, ReconstructionShape shape) =>
        loss(Launch.Config(shape.Rows, groupSize), data, outputs, losses, shape, settings);

    /// <inheritdoc cref="Reconstruction.Mean{TLikelihood}"/>
    public void Mean(ArrayView<float> outputs, ArrayView<float> means, ReconstructionShape shape) =>
        mean(Elements(shape), outputs, means, shape, settings);

    /// <inheritdoc cref="Reconstruction.Sample{TLikelihood}"/>
    public void Sample(ArrayView<float> outputs, ArrayView<float> samples, ArrayView<ControlBlock> control, ReconstructionShape shape) =>
        sample(Elements(shape), outputs, samples, control, shape, settings);

    private static LikelihoodLauncher Load<TLikelihood>(Accelerator accelerator, LikelihoodSettings settings)
        where TLikelihood : struct, ILikelihood
    {
        var lossAndGradient = Reconstruction.LossAndGradient<TLikelihood>;
        var loss = Reconstruction.Loss<TLikelihood>;
        var mean = Reconstruction.Mean<TLikelihood>;
        var sample = Reconstruction.Sample<TLikelihood>;
        return new(
            TLikelihood.Outputs, settings, DeviceTuning.For(accelerator).GroupSize, accelerator.LoadStreamKernel(lossAndGradient),
            accelerator.LoadStreamKernel(loss), accelerator.LoadStreamKernel(mean), accelerator.LoadStreamKernel(sample));
    }

    private KernelConfig Elements(ReconstructionShape shape) =>
        Launch.Config(Elementwise.GridFor(new MatrixShape { Rows = shape.Rows, Columns = shape.Columns }, groupSize), groupSize);
}
