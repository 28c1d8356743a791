using VaeGpu.Kernels.Likelihoods;

namespace VaeGpu.Kernels;

/// <summary>What can be chosen about likelihoods; each takes what concerns it.</summary>
public sealed record LikelihoodOptions
{
    /// <summary>σ or b where it is fixed, and where a shared variance starts; data lie in [0, 1].</summary>
    public double Scale { get; init; } = 0.1;
    /// <summary>δ of the Huber laws, in units of σ: where the square becomes a line.</summary>
    public double Delta { get; init; } = 1;
    /// <summary>The cross-entropy's share of the hybrid loss.</summary>
    public double CrossEntropyShare { get; init; } = 0.5;
    /// <summary>Classes of a categorical law; grey levels of a logistic mixture.</summary>
    public int Classes { get; init; } = 256;
    /// <summary>Whether the classes are symbols, a byte each, and no grey levels.</summary>
    public bool Symbols { get; init; }
    /// <summary>Components of a mixture.</summary>
    public int Components { get; init; } = 5;

    /// <summary>How many numbers a decoder gives for each data dimension.</summary>
    public int Outputs(Likelihood likelihood) => likelihood switch
    {
        Likelihood.GaussianLearned or Likelihood.LaplaceLearned => 2,
        Likelihood.Categorical => Classes,
        Likelihood.Mixture or Likelihood.LogisticMixture => checked(3 * Components),
        _ => 1,
    };

    /// <summary>The settings of a likelihood.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number that concerns it is beyond its range; the message says which.</exception>
    public LikelihoodSettings For(Likelihood likelihood) => likelihood switch
    {
        Likelihood.Gaussian or Likelihood.GaussianShared or Likelihood.GaussianOptimal => Gaussian.Settings(Scale),
        Likelihood.Laplace => Laplace.Settings(Scale),
        Likelihood.Huber => Huber.Settings(Scale, Delta),
        Likelihood.PHuber => PseudoHuber.Settings(Scale, Delta),
        Likelihood.Categorical => Symbols ? Categorical.SettingsOfSymbols(Classes) : Categorical.Settings(Classes),
        Likelihood.Mixture => GaussianComponent.Settings(Components),
        Likelihood.LogisticMixture => LogisticComponent.Settings(Components, Classes),
        Likelihood.Hybrid => Hybrid.Settings(CrossEntropyShare),
        _ => default,
    };
}
