using VaeGpu.Kernels.Likelihoods;

namespace VaeGpu.Kernels;

/// <summary>The likelihoods by name.</summary>
public enum Likelihood
{
    Bernoulli,
    Gaussian,
    /// <summary>A variance for each dimension from the decoder.</summary>
    GaussianLearned,
    /// <summary>One variance, a parameter of the model.</summary>
    GaussianShared,
    /// <summary>One variance, the best for each batch.</summary>
    GaussianOptimal,
    Laplace,
    /// <summary>A scale for each dimension from the decoder.</summary>
    LaplaceLearned,
    Categorical,
    /// <summary>A mixture of Gaussians.</summary>
    Mixture,
    Huber,
    /// <summary>Pseudo-Huber.</summary>
    PHuber,
    ContinuousBernoulli,
    /// <summary>A mixture of discretised logistic laws.</summary>
    LogisticMixture,
    /// <summary>Cross-entropy and squared error: a loss and no likelihood.</summary>
    Hybrid,
}

/// <summary><see cref="Reconstruction"/> for one likelihood, loaded on a device.</summary>
public sealed class LikelihoodLauncher : IDisposable
{
    private readonly MemoryBuffer1D<LikelihoodSettings, Stride1D.Dense> settings;
    private readonly DeviceTuning tuning;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<ControlBlock>,
        ArrayView<LikelihoodSettings>, ReconstructionShape> lossAndGradient, gradient;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<LikelihoodSettings>,
        ReconstructionShape> loss;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<LikelihoodSettings>, ReconstructionShape> mean;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<ControlBlock>, ArrayView<LikelihoodSettings>,
        ReconstructionShape> sample;

    private LikelihoodLauncher(Accelerator accelerator, Likelihood likelihood, LikelihoodSettings fixedSettings, Kernels kernels)
    {
        Likelihood = likelihood;
        Outputs = kernels.Outputs;
        tuning = DeviceTuning.For(accelerator);
        lossAndGradient = accelerator.LoadStreamKernel(kernels.LossAndGradient);
        gradient = accelerator.LoadStreamKernel(kernels.Gradient);
        loss = accelerator.LoadStreamKernel(kernels.Loss);
        mean = accelerator.LoadStreamKernel(kernels.Mean);
        sample = accelerator.LoadStreamKernel(kernels.Sample);
        settings = accelerator.Allocate1D(new[] { fixedSettings });
        if (likelihood is Likelihood.GaussianShared or Likelihood.GaussianOptimal)
            Variance = new VarianceLauncher(accelerator, settings.View, fixedSettings.Scale);
    }

    /// <summary>Which one.</summary>
    public Likelihood Likelihood { get; }

    /// <summary>Decoder outputs per data dimension.</summary>
    public int Outputs { get; }

    /// <summary>Where one variance for all dimensions comes from; null where the settings are fixed.</summary>
    public VarianceLauncher? Variance { get; }

    /// <summary>Whether there is a law behind the loss, so that it counts in nats.</summary>
    public static bool IsLikelihood(Likelihood likelihood) => likelihood != Likelihood.Hybrid;

    /// <summary>The kernels of a likelihood; see <see cref="LikelihoodOptions"/> for its settings.</summary>
    public static LikelihoodLauncher Load(Accelerator accelerator, Likelihood likelihood, LikelihoodSettings settings) =>
        new(accelerator, likelihood, settings, likelihood switch
        {
            Likelihood.Bernoulli => Kernels.Of<Bernoulli>(),
            Likelihood.Gaussian or Likelihood.GaussianShared or Likelihood.GaussianOptimal => Kernels.Of<Gaussian>(),
            Likelihood.GaussianLearned => Kernels.Of<LearnedGaussian>(),
            Likelihood.Laplace => Kernels.Of<Laplace>(),
            Likelihood.LaplaceLearned => Kernels.Of<LearnedLaplace>(),
            Likelihood.Categorical => Kernels.OfStreamed<Categorical>(settings),
            Likelihood.Mixture => Kernels.OfStreamed<Mixture<GaussianComponent>>(settings),
            Likelihood.Huber => Kernels.Of<SymmetricLaw<Huber>>(),
            Likelihood.PHuber => Kernels.Of<SymmetricLaw<PseudoHuber>>(),
            Likelihood.ContinuousBernoulli => Kernels.Of<ContinuousBernoulli>(),
            Likelihood.LogisticMixture => Kernels.OfStreamed<Mixture<LogisticComponent>>(settings),
            Likelihood.Hybrid => Kernels.Of<Hybrid>(),
            _ => throw new ArgumentOutOfRangeException(nameof(likelihood), likelihood, "No such likelihood."),
        });

    /// <inheritdoc cref="Reconstruction.LossAndGradient{TLikelihood}"/>
    public void LossAndGradient(
        ArrayView<float> data, ArrayView<float> outputs, ArrayView<float> losses, ArrayView<ControlBlock> control,
        ReconstructionShape shape) =>
        lossAndGradient(Rows(shape), data, outputs, losses, control, settings.View, shape);

    /// <inheritdoc cref="Reconstruction.Loss{TLikelihood}"/>
    public void Loss(ArrayView<float> data, ArrayView<float> outputs, ArrayView<float> losses, ReconstructionShape shape) =>
        loss(Rows(shape), data, outputs, losses, settings.View, shape);

    /// <inheritdoc cref="Reconstruction.Gradient{TLikelihood}"/>
    public void Gradient(
        ArrayView<float> data, ArrayView<float> outputs, ArrayView<float> gradients, ArrayView<ControlBlock> control,
        ReconstructionShape shape) =>
        gradient(Elements(shape), data, outputs, gradients, control, settings.View, shape);

    /// <inheritdoc cref="Reconstruction.Mean{TLikelihood}"/>
    public void Mean(ArrayView<float> outputs, ArrayView<float> means, ReconstructionShape shape) =>
        mean(Elements(shape), outputs, means, settings.View, shape);

    /// <inheritdoc cref="Reconstruction.Sample{TLikelihood}"/>
    public void Sample(ArrayView<float> outputs, ArrayView<float> samples, ArrayView<ControlBlock> control, ReconstructionShape shape) =>
        sample(Elements(shape), outputs, samples, control, settings.View, shape);

    /// <summary>Frees the settings.</summary>
    public void Dispose() => settings.Dispose();

    private KernelConfig Rows(ReconstructionShape shape) => Launch.Config(shape.Rows, tuning.RowGroupSize(shape.Columns));

    private KernelConfig Elements(ReconstructionShape shape)
    {
        var matrix = new MatrixShape { Rows = shape.Rows, Columns = shape.Columns };
        return Launch.Config(Elementwise.GridFor(matrix, tuning.GroupSize), tuning.GroupSize);
    }

    private sealed record Kernels(
        int Outputs,
        Action<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<ControlBlock>, ArrayView<LikelihoodSettings>,
            ReconstructionShape> LossAndGradient,
        Action<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<ControlBlock>, ArrayView<LikelihoodSettings>,
            ReconstructionShape> Gradient,
        Action<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<LikelihoodSettings>, ReconstructionShape> Loss,
        Action<ArrayView<float>, ArrayView<float>, ArrayView<LikelihoodSettings>, ReconstructionShape> Mean,
        Action<ArrayView<float>, ArrayView<float>, ArrayView<ControlBlock>, ArrayView<LikelihoodSettings>, ReconstructionShape> Sample)
    {
        public static Kernels Of<TLikelihood>() where TLikelihood : struct, ILikelihood =>
            OfStreamed<InRegisters<TLikelihood>>(default);

        public static Kernels OfStreamed<TLikelihood>(LikelihoodSettings settings) where TLikelihood : struct, IStreamedLikelihood => new(
            TLikelihood.Outputs(settings),
            Reconstruction.LossAndGradient<TLikelihood>, Reconstruction.Gradient<TLikelihood>,
            Reconstruction.Loss<TLikelihood>, Reconstruction.Mean<TLikelihood>, Reconstruction.Sample<TLikelihood>);
    }
}
