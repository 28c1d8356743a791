using VaeGpu.Kernels.Latent;

namespace VaeGpu.Kernels.Likelihoods;

/// <summary>
/// A Gaussian of a <see cref="Mixture{TComponent}"/>, outputs μ and ℓ = log σ²: log p(x) = −½t² − ½ℓ − ½log 2π, t = (x − μ)·e^−½ℓ.
/// </summary>
/// <remarks>∂/∂μ = t·e^−½ℓ; ∂/∂ℓ = ½(t² − 1), and 0 where ℓ lies beyond its bounds; mean μ.</remarks>
public struct GaussianComponent : IComponent
{
    public static LikelihoodDescription Description => new(
        Support.RealLine, o => Settings(o.Components), nameof(LikelihoodOptions.Components));

    /// <summary>The settings of a mixture of K Gaussians.</summary>
    public static LikelihoodSettings Settings(int components) => new() { Count = components };

    public static float Log(float x, float location, float spread, LikelihoodSettings settings)
    {
        float logVariance = LogVariance.Clamp(spread);
        float distance = Bounds.Distance((x - location) * Exponential.Exp(-0.5f * logVariance));
        return MathF.FusedMultiplyAdd(-0.5f * distance, distance, MathF.FusedMultiplyAdd(-0.5f, logVariance, -Gaussian.HalfLogTwoPi));
    }

    public static ComponentGradient Differentiate(float x, float location, float spread, LikelihoodSettings settings)
    {
        float logVariance = LogVariance.Clamp(spread);
        float inverse = Exponential.Exp(-0.5f * logVariance);
        float distance = Bounds.Distance((x - location) * inverse);
        return new()
        {
            Location = distance * inverse,
            Spread = logVariance != spread ? 0f : MathF.FusedMultiplyAdd(0.5f * distance, distance, -0.5f),
        };
    }

    public static float Mean(float location, float spread, LikelihoodSettings settings) => location;

    public static float Sample(float location, float spread, RandomWords words, LikelihoodSettings settings) =>
        MathF.FusedMultiplyAdd(Exponential.Exp(0.5f * LogVariance.Clamp(spread)), Philox.Normal(words.B, words.C), location);
}
