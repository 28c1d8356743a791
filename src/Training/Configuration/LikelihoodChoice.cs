using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Training.Data;

namespace VaeGpu.Training.Configuration;

/// <summary>Which likelihoods suit which data.</summary>
public static class LikelihoodChoice
{
    /// <summary>What is taken where none is named: an error bar for each column of a table, a class for each symbol of text.</summary>
    public static Likelihood For(DataSplit data) =>
        data.Columns is not null ? Likelihood.GaussianLearned : data.Alphabet is not null ? Likelihood.Categorical : Likelihood.Bernoulli;

    /// <summary>Why the likelihood cannot be that of the data, with the remedy; null where it can.</summary>
    public static string? Refusal(Likelihood likelihood, DataSplit data, Binarization binarization)
    {
        if (binarization is not Binarization.None && !data.HasPixels)
            return $"--binarize draws pixels, and the data \"{data.Name}\" is {(data.Alphabet is null ? "a table" : "text")}; leave it out.";
        if (data.Columns is not null && !IsOnTheRealLine(likelihood))
        {
            var others = Likelihood.All.Where(IsOnTheRealLine);
            return $"--likelihood {likelihood} is for numbers from 0 to 1, and the columns of a table are standardized and go beyond; "
                + $"leave it out for {For(data)}, or give one of {string.Join(", ", others)}.";
        }
        if (data.Alphabet is not null && !likelihood.Description.Support.HasFlag(Support.Symbols))
            return $"--likelihood {likelihood} is for numbers, not for the symbols of text; leave it out, or give {Likelihood.Categorical}.";
        if (binarization is not Binarization.None && likelihood.Description.Support is Support.RealLine or Support.UnitInterval)
        {
            return $"--likelihood {likelihood} is a density over all levels of gray, which is unbounded on black and white alone; "
                + $"leave --binarize out, or give --likelihood {Likelihood.Bernoulli}.";
        }
        return null;
    }

    /// <summary>What is doubtful about a likelihood that is not refused, with the remedy; null where nothing is.</summary>
    /// <remarks>
    /// Gray levels under a distribution of black and white: exp(−cross-entropy) does not add up to 1 over them (Loaiza-Ganem and Cunningham 2019).
    /// </remarks>
    public static string? Caveat(Likelihood likelihood, DataSplit data, Binarization binarization)
    {
        if (likelihood != Likelihood.Bernoulli || binarization is not Binarization.None)
            return null;
        var share = Binarizer.GrayShare(data.Train);
        return share == 0
            ? null
            : FormattableString.Invariant($"{100 * share:F1} % of the pixels are gray, and bernoulli is a distribution of black and white: its losses ")
                + "are not log-likelihoods; draw pixels black or white with --binarize dynamic or static, or choose another --likelihood, such as "
                + $"{Likelihood.ContinuousBernoulli}.";
    }

    private static bool IsOnTheRealLine(Likelihood likelihood) => likelihood.Description.Support == Support.RealLine;
}
