namespace VaeGpu.Kernels.Likelihoods;

/// <summary>
/// Continuous Bernoulli from the logit l (Loaiza-Ganem and Cunningham 2019): p(x) = e^(x·l)·l/(eˡ − 1) on [0, 1], the density that
/// the cross-entropy lacks on gray levels.
/// </summary>
/// <remarks>
/// <para>With a = |l|: −log p(x) = max(l, 0) − x·l + ln((1 − e⁻ᵃ)/a). Near l = 0, where that is a small difference, the even part is
/// a series: −log p(x) = l(½ − x) + g(l), g(l) = ln(sinh(l/2)/(l/2)) = l²/24 − l⁴/2880 + l⁶/181440 − … (5 terms: 10⁻¹⁰ at 1).</para>
/// <para>∂/∂l = mean − x. The mean is ½ + g'(l), a series near 0; else, with m = 1/a − 1/(eᵃ − 1), it is m for l &lt; 0 and 1 − m for
/// l &gt; 0. Sampler, by inverse distribution: y = −ln(1 − u(1 − e⁻ᵃ))/a, and x = y for l &lt; 0, 1 − y for l &gt; 0.</para>
/// </remarks>
public struct ContinuousBernoulli : ILikelihood
{
    public static LikelihoodDescription Description => new(Support.UnitInterval);

    // Below this |l| the series is used; below the second the distribution is uniform to the last bit of a draw.
    private const float SeriesBelow = 1f;
    private const float UniformBelow = 1e-7f;

    private const float G2 = 1f / 24f;
    private const float G4 = -1f / 2880f;
    private const float G6 = 1f / 181440f;
    private const float G8 = -1f / 9676800f;
    private const float G10 = 1f / 479001600f;

    public static int Outputs => 1;

    public static float NegativeLog(float x, ArrayView<float> outputs, LikelihoodSettings settings)
    {
        float logit = Bounds.Logit(outputs[0]);
        float level = Bounds.Level(x);
        float magnitude = MathF.Abs(logit);
        float positivePart = logit < 0f ? 0f : logit;
        float far = MathF.FusedMultiplyAdd(-level, logit, positivePart) + Logarithm.Log(-Exponential.Expm1(-magnitude) / magnitude);
        float square = logit * logit;
        float series = MathF.FusedMultiplyAdd(G10, square, G8);
        series = MathF.FusedMultiplyAdd(series, square, G6);
        series = MathF.FusedMultiplyAdd(series, square, G4);
        series = MathF.FusedMultiplyAdd(series, square, G2);
        float near = MathF.FusedMultiplyAdd(logit, 0.5f - level, series * square);
        return magnitude < SeriesBelow ? near : far;
    }

    public static void Differentiate(float x, ArrayView<float> outputs, LikelihoodSettings settings) =>
        outputs[0] = Mean(outputs, settings) - Bounds.Level(x);

    public static float Mean(ArrayView<float> outputs, LikelihoodSettings settings)
    {
        float logit = Bounds.Logit(outputs[0]);
        float magnitude = MathF.Abs(logit);
        float below = 1f / magnitude - 1f / Exponential.Expm1(magnitude);
        float far = logit < 0f ? below : 1f - below;
        float square = logit * logit;
        float series = MathF.FusedMultiplyAdd(10f * G10, square, 8f * G8);
        series = MathF.FusedMultiplyAdd(series, square, 6f * G6);
        series = MathF.FusedMultiplyAdd(series, square, 4f * G4);
        series = MathF.FusedMultiplyAdd(series, square, 2f * G2);
        float near = MathF.FusedMultiplyAdd(series, logit, 0.5f);
        return magnitude < SeriesBelow ? near : far;
    }

    public static float Sample(ArrayView<float> outputs, RandomWords words, LikelihoodSettings settings)
    {
        float logit = Bounds.Logit(outputs[0]);
        float magnitude = MathF.Abs(logit);
        float uniform = Philox.Uniform(words.A);
        float tilted = -Logarithm.Log1p(uniform * Exponential.Expm1(-magnitude)) / magnitude;
        float below = magnitude < UniformBelow ? uniform : tilted;
        return logit < 0f ? below : 1f - below;
    }
}
