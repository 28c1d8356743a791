using VaeGpu.Kernels;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;

namespace VaeGpu.Training;

/// <summary>Which likelihoods suit which data.</summary>
public static class LikelihoodChoice
{
    /// <summary>What is taken where none is named: an error bar for each column of a table, a class for each symbol of text.</summary>
    public static Likelihood For(DataSplit data) =>
        data.Columns is not null ? Likelihood.GaussianLearned : data.Alphabet is not null ? Likelihood.Categorical : Likelihood.Bernoulli;

    /// <summary>Why the likelihood cannot be that of the data, with the remedy; null where it can.</summary>
    public static string? Refusal(Likelihood likelihood, DataSplit data, Binarization binarization)
    {
        var name = OptionName.Of(likelihood);
        if (binarization is not Binarization.None && !data.HasPixels)
            return $"--binarize draws pixels, and the data \"{data.Name}\" is {(data.Alphabet is null ? "a table" : "text")}; leave it out.";
        if (data.Columns is not null && !IsOfAllNumbers(likelihood))
        {
            var others = Enum.GetValues<Likelihood>().Where(IsOfAllNumbers).Select(OptionName.Of);
            return $"--likelihood {name} is for numbers from 0 to 1, and the columns of a table are standardised and go beyond; "
                + $"leave it out for {OptionName.Of(For(data))}, or give one of {string.Join(", ", others)}.";
        }
        if (data.Alphabet is not null && likelihood is not Likelihood.Categorical)
            return $"--likelihood {name} is for numbers, and the symbols of text are none; leave it out, or give categorical.";
        if (binarization is not Binarization.None && (IsOfAllNumbers(likelihood) || likelihood is Likelihood.ContinuousBernoulli))
        {
            return $"--likelihood {name} is a density over all levels of grey, which has no bound on black and white alone; "
                + $"leave --binarize out, or give --likelihood {OptionName.Of(Likelihood.Bernoulli)}.";
        }
        return null;
    }

    /// <summary>What is doubtful about a likelihood that is not refused, with the remedy; null where nothing is.</summary>
    /// <remarks>
    /// Grey levels under the law of black and white: exp(−cross-entropy) does not add up to 1 over them (Loaiza-Ganem and Cunningham 2019).
    /// </remarks>
    public static string? Warning(Likelihood likelihood, DataSplit data, Binarization binarization)
    {
        if (likelihood is not Likelihood.Bernoulli || binarization is not Binarization.None)
            return null;
        var share = Binarizer.GreyShare(data.Train);
        return share == 0
            ? null
            : FormattableString.Invariant($"{100 * share:F1} % of the pixels are grey, but bernoulli is the law of black and white: its losses are ")
                + "no likelihoods; draw pixels black or white with --binarize dynamic or static, or choose another --likelihood, such as "
                + $"{OptionName.Of(Likelihood.ContinuousBernoulli)}.";
    }

    /// <summary>Whether its support is the real line, and not [0, 1] or what lies in it.</summary>
    private static bool IsOfAllNumbers(Likelihood likelihood) => likelihood
        is not (Likelihood.Bernoulli or Likelihood.ContinuousBernoulli or Likelihood.Categorical or Likelihood.LogisticMixture or Likelihood.Hybrid);
}
