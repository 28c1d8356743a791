namespace VaeGpu.Training.Data;

/// <summary>Gray pixels, 0 (black) to 255 (white), where a model expects black and white.</summary>
internal static class GrayLevels
{
    /// <summary>The share of pixels that are neither black nor white.</summary>
    public static double Share(ReadOnlySpan<byte> pixels) =>
        1 - (double)(pixels.Count(byte.MinValue) + pixels.Count(byte.MaxValue)) / pixels.Length;

    /// <summary>Draws each pixel white with probability level/255, else black; a picture by (seed, number) alone.</summary>
    public static void Draw(ReadOnlySpan<byte> picture, Span<byte> drawn, ulong seed, int number)
    {
        var random = new StrokeRandom(seed ^ 0xB1A5ED, (ulong)number);
        for (var i = 0; i < picture.Length; i++)
            drawn[i] = random.Below(255) < picture[i] ? byte.MaxValue : byte.MinValue;
    }

    /// <summary>What is doubtful about a likelihood of black and white for pixels that are gray; null where nothing is.</summary>
    /// <remarks>
    /// Gray levels under a distribution of black and white: exp(−cross-entropy) does not add up to 1 over them (Loaiza-Ganem and Cunningham
    /// 2019).
    /// </remarks>
    public static string? Caveat(Likelihood likelihood, Binarization binarization, Func<double> share)
    {
        if (likelihood != Likelihood.Bernoulli || binarization is not Binarization.None)
            return null;
        double gray = share();
        if (gray is 0)
            return null;
        return FormattableString.Invariant($"{100 * gray:F1} % of the pixels are gray, and bernoulli is a distribution of black and ")
            + "white: its losses are not log-likelihoods; draw pixels black or white with --binarize dynamic or static, or choose another "
            + $"--likelihood, such as {Likelihood.ContinuousBernoulli}.";
    }
}
