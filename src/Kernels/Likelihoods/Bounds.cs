using VaeGpu.Kernels.Latent;

namespace VaeGpu.Kernels.Likelihoods;

/// <summary>Where the decoder's outputs are cut off, so that losses and gradients stay finite for every finite output.</summary>
/// <remarks>
/// Log-scales, as <see cref="LogVariance"/>: beyond their bounds the loss stands still and their own derivative is 0, the clamp's.
/// Logits and distances: the bounds lie beyond any use (a sum over 10⁹ dimensions is still finite); the gradient keeps the value
/// that it has at the bound, and so points back. NaN passes everywhere: a network that gives NaN is noticed.
/// </remarks>
public static class Bounds
{
    private const float LargestLogit = 1e20f;
    private const float LargestDistance = 1e12f;
    private const float LargestLevel = 1e6f;

    /// <summary>The logarithm of a scale between its bounds, which are those of the deviation σ.</summary>
    public static float LogScale(float logScale) => Clamp(logScale, 0.5f * LogVariance.Smallest, 0.5f * LogVariance.Largest);

    /// <summary>A logit between ±10²⁰.</summary>
    public static float Logit(float logit) => Clamp(logit, -LargestLogit, LargestLogit);

    /// <summary>A distance in units of the scale, between ±10¹².</summary>
    public static float Distance(float distance) => Clamp(distance, -LargestDistance, LargestDistance);

    /// <summary>A datum of a distribution on [0, 1], between ±10⁶: one that strays from there has no meaning, but a finite loss.</summary>
    public static float Level(float x) => Clamp(x, -LargestLevel, LargestLevel);

    /// <summary>A number between bounds; NaN passes.</summary>
    public static float Clamp(float value, float smallest, float largest)
    {
        float above = value < smallest ? smallest : value;
        return above > largest ? largest : above;
    }
}
