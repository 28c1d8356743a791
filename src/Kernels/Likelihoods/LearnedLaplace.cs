namespace VaeGpu.Kernels.Likelihoods;

/// <summary>Laplace distribution whose outputs are μ and ℓ = log b: −log p(x) = |t| + ℓ + log 2, t = (x − μ)·e^−ℓ.</summary>
/// <remarks>∂/∂μ = −sign(t)·e^−ℓ; ∂/∂ℓ = 1 − |t|, and 0 where ℓ lies beyond its bounds; mean μ, variance 2b².</remarks>
public struct LearnedLaplace : ILikelihood
{
    public static LikelihoodDescription Description => new(Support.RealLine);

    private const float LogTwo = 0.693147181f;

    public static int Outputs => 2;

    public static float NegativeLog(float x, ArrayView<float> outputs, LikelihoodSettings settings)
    {
        float logScale = Bounds.LogScale(outputs[1]);
        return MathF.Abs(Bounds.Distance((x - outputs[0]) * Exponential.Exp(-logScale))) + (logScale + LogTwo);
    }

    public static void Differentiate(float x, ArrayView<float> outputs, LikelihoodSettings settings)
    {
        float logScale = Bounds.LogScale(outputs[1]);
        float inverse = Exponential.Exp(-logScale);
        float distance = Bounds.Distance((x - outputs[0]) * inverse);
        outputs[0] = Laplace.Slope(distance) * inverse;
        outputs[1] = logScale != outputs[1] ? 0f : 1f - MathF.Abs(distance);
    }

    public static float Mean(ArrayView<float> outputs, LikelihoodSettings settings) => outputs[0];

    public static float Sample(ArrayView<float> outputs, RandomWords words, LikelihoodSettings settings) =>
        MathF.FusedMultiplyAdd(Exponential.Exp(Bounds.LogScale(outputs[1])), Laplace.Standard(words), outputs[0]);
}
