using System.CommandLine;
using VaeGpu.Kernels;
using VaeGpu.Training.Configuration;

namespace VaeGpu.Host.Commands;

/// <summary>The options of "train" that say more of a likelihood; each goes with some of them.</summary>
internal sealed class LikelihoodSettingOptions
{
    private static readonly LikelihoodOptions Defaults = new();

    private readonly Option<double> sigma = OptionOf.Number(
        "--sigma", "σ", Defaults.Scale, 1e-6, 1e4,
            "Scale of gaussian, laplace (its b), huber and p-huber, and where gaussian-shared starts");
    private readonly Option<double> delta = OptionOf.Number(
        "--delta", "δ", Defaults.Delta, 1e-2, 1e2, "Where the square of huber and p-huber becomes a line, in units of σ");
    private readonly Option<int> classes = OptionOf.Number(
        "--classes", "k", Defaults.Classes, 2, 1 << 16, "Levels of grey of categorical and logistic-mixture");
    private readonly Option<int> components = OptionOf.Number(
        "--components", "k", Defaults.Components, 1, 1 << 10, "Components of mixture and logistic-mixture");
    private readonly Option<double> share = OptionOf.Number(
        "--bce-share", "λ", Defaults.CrossEntropyShare, 0, 1, "Share of the cross-entropy in hybrid; the squared error has the rest");

    /// <summary>Every option, in the order of the help text.</summary>
    public Option[] All => [sigma, delta, classes, components, share];

    /// <summary>Whether the number of classes was asked for.</summary>
    public bool GaveClasses(ParseResult result) => result.Gave(classes);

    /// <param name="result">The command line.</param>
    /// <param name="likelihood">The likelihood that was named; null where the data chooses.</param>
    /// <exception cref="UsageException">An option is given that does not concern the likelihood.</exception>
    public LikelihoodOptions Read(ParseResult result, Likelihood? likelihood)
    {
        (Option Option, Likelihood[] Concerned)[] rules =
        [
            (sigma, [Likelihood.Gaussian, Likelihood.GaussianShared, Likelihood.Laplace, Likelihood.Huber, Likelihood.PHuber]),
            (delta, [Likelihood.Huber, Likelihood.PHuber]),
            (classes, [Likelihood.Categorical, Likelihood.LogisticMixture]),
            (components, [Likelihood.Mixture, Likelihood.LogisticMixture]),
            (share, [Likelihood.Hybrid]),
        ];
        foreach (var (option, concerned) in rules)
        {
            if (result.Gave(option) && !(likelihood is { } named && concerned.Contains(named)))
                throw new UsageException($"{option.Name} goes with --likelihood {Alternatives(concerned)}.");
        }
        return new LikelihoodOptions
        {
            Scale = result.GetValue(sigma),
            Delta = result.GetValue(delta),
            Classes = result.GetValue(classes),
            Components = result.GetValue(components),
            CrossEntropyShare = result.GetValue(share),
        };
    }

    private static string Alternatives(Likelihood[] likelihoods)
    {
        string[] names = Array.ConvertAll(likelihoods, OptionName.Of);
        return names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} or {names[^1]}";
    }
}
