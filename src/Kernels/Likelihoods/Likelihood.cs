using VaeGpu.Kernels.Launchers;
using SettingsView = ILGPU.ArrayView<VaeGpu.Kernels.Likelihoods.LikelihoodSettings>;

namespace VaeGpu.Kernels.Likelihoods;

/// <summary>The likelihoods p(x∣z) by name; the types have their formulas.</summary>
public abstract class Likelihood : Choice<Likelihood>
{
    private Likelihood(string member, LikelihoodDescription description, VarianceSource variance) : base(member)
    {
        Description = description;
        Variance = variance;
    }

    public static Likelihood Bernoulli { get; } = Of<Bernoulli>();
    public static Likelihood Gaussian { get; } = Of<Gaussian>();
    /// <summary>A variance for each dimension from the decoder.</summary>
    public static Likelihood GaussianLearned { get; } = Of<LearnedGaussian>();
    /// <summary>One variance, a parameter of the model.</summary>
    public static Likelihood GaussianShared { get; } = Of<Gaussian>(variance: VarianceSource.Learned);
    /// <summary>One variance, the best for each batch.</summary>
    public static Likelihood GaussianOptimal { get; } = Of<Gaussian>(variance: VarianceSource.BatchOptimal);
    public static Likelihood Laplace { get; } = Of<Laplace>();
    /// <summary>A scale for each dimension from the decoder.</summary>
    public static Likelihood LaplaceLearned { get; } = Of<LearnedLaplace>();
    public static Likelihood Categorical { get; } = OfStreamed<Categorical>();
    /// <summary>A mixture of Gaussians.</summary>
    public static Likelihood Mixture { get; } = OfStreamed<Mixture<GaussianComponent>>();
    public static Likelihood Huber { get; } = Of<SymmetricDensity<Huber>>();
    /// <summary>Pseudo-Huber.</summary>
    public static Likelihood PHuber { get; } = Of<SymmetricDensity<PseudoHuber>>();
    public static Likelihood ContinuousBernoulli { get; } = Of<ContinuousBernoulli>();
    /// <summary>A mixture of discretized logistic distributions.</summary>
    public static Likelihood LogisticMixture { get; } = OfStreamed<Mixture<LogisticComponent>>();
    public static Likelihood StudentT { get; } = Of<StudentT>();
    /// <summary>Cross-entropy and squared error: a loss without a distribution.</summary>
    public static Likelihood Hybrid { get; } = Of<Hybrid>();

    /// <summary>Where the distribution lies and what can be set.</summary>
    public LikelihoodDescription Description { get; }

    /// <summary>Where one variance for all dimensions comes from.</summary>
    public VarianceSource Variance { get; }

    /// <summary>The options that concern it: names of properties of <see cref="LikelihoodOptions"/>.</summary>
    public IReadOnlyList<string> Options => Variance == VarianceSource.BatchOptimal ? [] : Description.Options;

    /// <summary>What the kernels are told.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option that concerns it is beyond its range; the message says which.</exception>
    public LikelihoodSettings Settings(LikelihoodOptions options)
    {
        options.ThrowIfOutside(Description.Options);
        return Description.Settings(options);
    }

    /// <summary>Decoder outputs per data dimension.</summary>
    public abstract int Outputs(LikelihoodSettings settings);

    /// <summary>Loads the kernels on a device.</summary>
    internal abstract LikelihoodKernels Load(Accelerator accelerator);

    /// <summary>Adds a likelihood, which holds a dimension's outputs in registers.</summary>
    /// <param name="member">What it is called: "StudentT" for "student-t".</param>
    /// <param name="variance">Where one variance for all dimensions comes from.</param>
    public static Likelihood Of<TLikelihood>([CallerMemberName] string member = "", VarianceSource variance = VarianceSource.Settings)
        where TLikelihood : struct, ILikelihood => new Typed<InRegisters<TLikelihood>>(member, variance);

    /// <summary>Adds a likelihood, which streams a dimension's outputs from memory.</summary>
    /// <param name="member">What it is called.</param>
    public static Likelihood OfStreamed<TLikelihood>([CallerMemberName] string member = "")
        where TLikelihood : struct, IStreamedLikelihood => new Typed<TLikelihood>(member, VarianceSource.Settings);

    private sealed class Typed<TLikelihood>(string member, VarianceSource variance)
        : Likelihood(member, TLikelihood.Description, variance) where TLikelihood : struct, IStreamedLikelihood
    {
        internal override LikelihoodKernels Load(Accelerator accelerator) => new(
            new(accelerator, Reconstruction.LossAndGradient<TLikelihood>), new(accelerator, Reconstruction.Gradient<TLikelihood>),
            new(accelerator, Reconstruction.Loss<TLikelihood>), new(accelerator, Reconstruction.Mean<TLikelihood>),
            new(accelerator, Reconstruction.Sample<TLikelihood>));

        public override int Outputs(LikelihoodSettings settings) => TLikelihood.Outputs(settings);
    }
}

/// <summary>Where one variance for all dimensions comes from.</summary>
public enum VarianceSource
{
    /// <summary>From the settings, or there is none for all dimensions.</summary>
    Settings,
    /// <summary>It is a parameter of the model: <see cref="SharedVariance"/>.</summary>
    Learned,
    /// <summary>It is the best one for the batch: <see cref="OptimalVariance"/>.</summary>
    BatchOptimal,
}

/// <summary>The instances of <see cref="Reconstruction"/> for one likelihood, loaded on a device.</summary>
internal sealed record LikelihoodKernels(
    Loaded<Floats, Floats, Floats, Control, SettingsView, ReconstructionShape> LossAndGradient,
    Loaded<Floats, Floats, Floats, Control, SettingsView, ReconstructionShape> Gradient,
    Loaded<Floats, Floats, Floats, SettingsView, ReconstructionShape> Loss,
    Loaded<Floats, Floats, SettingsView, ReconstructionShape> Mean,
    Loaded<Floats, Floats, Control, SettingsView, ReconstructionShape> Sample);
