namespace VaeGpu.Kernels.Likelihoods;

/// <summary>Laplace distribution of fixed scale b around the output μ: −log p(x) = |t| + log 2b, t = (x − μ)/b.</summary>
/// <remarks>∂/∂μ = −sign(t)/b, and 0 where x = μ; mean μ, variance 2b². Sampler: |t| = −ln(1 − u), and a random sign.</remarks>
public struct Laplace : ILikelihood
{
    public static LikelihoodDescription Description => new(Support.RealLine, o => Settings(o.Scale), nameof(LikelihoodOptions.Scale));

    /// <summary>The settings of a given b.</summary>
    public static LikelihoodSettings Settings(double scale) => new() { Scale = (float)scale, Constant = (float)Math.Log(2 * scale) };

    public static int Outputs => 1;

    public static float NegativeLog(float x, ArrayView<float> outputs, LikelihoodSettings settings) =>
        MathF.Abs(Bounds.Distance((x - outputs[0]) / settings.Scale)) + settings.Constant;

    public static void Differentiate(float x, ArrayView<float> outputs, LikelihoodSettings settings) =>
        outputs[0] = Slope(x - outputs[0]) / settings.Scale;

    public static float Mean(ArrayView<float> outputs, LikelihoodSettings settings) => outputs[0];

    public static float Sample(ArrayView<float> outputs, RandomWords words, LikelihoodSettings settings) =>
        MathF.FusedMultiplyAdd(settings.Scale, Standard(words), outputs[0]);

    /// <summary>−sign(distance): the derivative of |x − μ| with respect to μ. NaN stays.</summary>
    public static float Slope(float distance)
    {
        float sign = distance > 0f ? -1f : 1f;
        return MathF.Abs(distance) > 0f ? sign : distance;
    }

    /// <summary>A draw of the distribution with μ = 0 and b = 1.</summary>
    public static float Standard(RandomWords words)
    {
        float magnitude = -Logarithm.Log(1f - Philox.Uniform(words.A));
        return (words.B & 1) != 0 ? -magnitude : magnitude;
    }
}
