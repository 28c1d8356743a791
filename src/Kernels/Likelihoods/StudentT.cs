using MathNet.Numerics;
using VaeGpu.Kernels.Latent;

namespace VaeGpu.Kernels.Likelihoods;

/// <summary>
/// Student's t with ν degrees of freedom, whose outputs are μ and ℓ = log σ²: −log p(x) = ½(ν + 1)·ln(1 + t²/ν) + ½ℓ + C,
/// t = (x − μ)·e^−½ℓ, C = ln Γ(ν/2) − ln Γ((ν + 1)/2) + ½ln(νπ). Outliers pull it less than a Gaussian (Takahashi et al. 2018).
/// </summary>
/// <remarks>
/// With w = (ν + 1)/(ν + t²): ∂/∂μ = −w·t·e^−½ℓ; ∂/∂ℓ = ½(1 − w·t²), and 0 where ℓ lies beyond its bounds. Its mean is μ for ν > 1; for
/// ν = 1 the mean does not exist, and μ is the median. Sampler: t = √(ν·(u^(−2/ν) − 1))·cos 2πv (Bailey 1994).
/// </remarks>
public struct StudentT : ILikelihood
{
    public static LikelihoodDescription Description => new(Support.RealLine, o => Settings(o.Freedom), nameof(LikelihoodOptions.Freedom));

    /// <summary>The settings of ν degrees of freedom.</summary>
    public static LikelihoodSettings Settings(double freedom)
    {
        double constant = SpecialFunctions.GammaLn(freedom / 2) - SpecialFunctions.GammaLn((freedom + 1) / 2)
            + 0.5 * Math.Log(freedom * Math.PI);
        return new() { Width = (float)freedom, Constant = (float)constant };
    }

    public static int Outputs => 2;

    public static float NegativeLog(float x, ArrayView<float> outputs, LikelihoodSettings settings)
    {
        float logVariance = LogVariance.Clamp(outputs[1]);
        float distance = Bounds.Distance((x - outputs[0]) * Exponential.Exp(-0.5f * logVariance));
        float tail = Logarithm.Log1p(distance * distance / settings.Width);
        return MathF.FusedMultiplyAdd(0.5f * (settings.Width + 1f), tail, MathF.FusedMultiplyAdd(0.5f, logVariance, settings.Constant));
    }

    public static void Differentiate(float x, ArrayView<float> outputs, LikelihoodSettings settings)
    {
        float logVariance = LogVariance.Clamp(outputs[1]);
        float inverse = Exponential.Exp(-0.5f * logVariance);
        float distance = Bounds.Distance((x - outputs[0]) * inverse);
        float weight = (settings.Width + 1f) / MathF.FusedMultiplyAdd(distance, distance, settings.Width);
        outputs[0] = -weight * distance * inverse;
        outputs[1] = logVariance != outputs[1] ? 0f : 0.5f * (1f - weight * distance * distance);
    }

    public static float Mean(ArrayView<float> outputs, LikelihoodSettings settings) => outputs[0];

    public static float Sample(ArrayView<float> outputs, RandomWords words, LikelihoodSettings settings)
    {
        float stretch = Exponential.Expm1(-2f * Logarithm.Log(Philox.UniformInside(words.A)) / settings.Width);
        float drawn = MathF.Sqrt(settings.Width * stretch) * Turns.Cos(Philox.Uniform(words.B));
        return MathF.FusedMultiplyAdd(Exponential.Exp(0.5f * LogVariance.Clamp(outputs[1])), drawn, outputs[0]);
    }
}
