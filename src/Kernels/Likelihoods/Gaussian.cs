namespace VaeGpu.Kernels.Likelihoods;

/// <summary>Gaussian of fixed σ around the output μ: −log p(x) = (x − μ)²/(2σ²) + ½log(2πσ²).</summary>
/// <remarks>∂/∂μ = (μ − x)/σ²; mean μ.</remarks>
public struct Gaussian : ILikelihood
{
    /// <summary>The settings of a given σ.</summary>
    /// <exception cref="ArgumentOutOfRangeException">σ is not positive.</exception>
    public static LikelihoodSettings Settings(double sigma)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sigma);
        return new() { Scale = (float)sigma, Constant = (float)(0.5 * Math.Log(2 * Math.PI * sigma * sigma)) };
    }

    public static int Outputs => 1;

    public static float NegativeLog(float x, ArrayView<float> outputs, LikelihoodSettings settings)
    {
        float distance = (x - outputs[0]) / settings.Scale;
        return MathF.FusedMultiplyAdd(0.5f * distance, distance, settings.Constant);
    }

    public static void Differentiate(float x, ArrayView<float> outputs, LikelihoodSettings settings) =>
        outputs[0] = (outputs[0] - x) / (settings.Scale * settings.Scale);

    public static float Mean(ArrayView<float> outputs, LikelihoodSettings settings) => outputs[0];

    public static float Sample(ArrayView<float> outputs, RandomWords words, LikelihoodSettings settings) =>
        MathF.FusedMultiplyAdd(settings.Scale, Philox.Normal(words.A, words.B), outputs[0]);
}
