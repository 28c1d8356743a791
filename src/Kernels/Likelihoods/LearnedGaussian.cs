using VaeGpu.Kernels.Latent;

namespace VaeGpu.Kernels.Likelihoods;

/// <summary>Gaussian whose outputs are μ and ℓ = log σ²: −log p(x) = ½t² + ½ℓ + ½log 2π, t = (x − μ)·e^−½ℓ.</summary>
/// <remarks>
/// ∂/∂μ = −t·e^−½ℓ; ∂/∂ℓ = ½(1 − t²), and 0 where ℓ lies beyond its bounds; mean μ. Where the network fits the data exactly
/// the likelihood has no bound but that of ℓ (Mattei and Frellsen 2018).
/// </remarks>
public struct LearnedGaussian : ILikelihood
{
    public static LikelihoodDescription Description => new(Support.RealLine);

    public static int Outputs => 2;

    public static float NegativeLog(float x, ArrayView<float> outputs, LikelihoodSettings settings)
    {
        float logVariance = LogVariance.Clamp(outputs[1]);
        float distance = Bounds.Distance((x - outputs[0]) * Exponential.Exp(-0.5f * logVariance));
        return MathF.FusedMultiplyAdd(0.5f * distance, distance, MathF.FusedMultiplyAdd(0.5f, logVariance, Gaussian.HalfLogTwoPi));
    }

    public static void Differentiate(float x, ArrayView<float> outputs, LikelihoodSettings settings)
    {
        float logVariance = LogVariance.Clamp(outputs[1]);
        float inverse = Exponential.Exp(-0.5f * logVariance);
        float distance = Bounds.Distance((x - outputs[0]) * inverse);
        outputs[0] = -distance * inverse;
        outputs[1] = logVariance != outputs[1] ? 0f : MathF.FusedMultiplyAdd(-0.5f * distance, distance, 0.5f);
    }

    public static float Mean(ArrayView<float> outputs, LikelihoodSettings settings) => outputs[0];

    public static float Sample(ArrayView<float> outputs, RandomWords words, LikelihoodSettings settings) => MathF.FusedMultiplyAdd(
        Exponential.Exp(0.5f * LogVariance.Clamp(outputs[1])), Philox.Normal(words.A, words.B), outputs[0]);
}
