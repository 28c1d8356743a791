namespace VaeGpu.Kernels.Likelihoods;

/// <summary>
/// λ·(cross-entropy) + (1 − λ)·(squared error) of the logit l: λ(softplus(l) − x·l) + (1 − λ)(s − x)², s = sigmoid(l), x in [0, 1]. A
/// loss, reported as such: no density has it as its −log p, so no ELBO and no bits per dimension follow from it.
/// </summary>
/// <remarks>
/// ∂/∂l = (s − x)·(λ + 2(1 − λ)·s(1 − s)), with 1 − s = sigmoid(−l). What it shows is s; its sampler draws the cross-entropy's
/// Bernoulli distribution.
/// </remarks>
public struct Hybrid : ILikelihood
{
    public static LikelihoodDescription Description => new(
        Support.Binary | Support.UnitInterval,
        o => Settings(o.CrossEntropyShare), nameof(LikelihoodOptions.CrossEntropyShare)) { IsNormalized = false };

    /// <summary>The settings of a given share λ of the cross-entropy.</summary>
    public static LikelihoodSettings Settings(double share) => new() { Scale = (float)share };

    public static int Outputs => 1;

    public static float NegativeLog(float x, ArrayView<float> outputs, LikelihoodSettings settings)
    {
        float distance = Bernoulli.Probability(outputs[0]) - Bounds.Level(x);
        return MathF.FusedMultiplyAdd((1f - settings.Scale) * distance, distance, settings.Scale * Bernoulli.CrossEntropy(x, outputs[0]));
    }

    public static void Differentiate(float x, ArrayView<float> outputs, LikelihoodSettings settings)
    {
        float mean = Bernoulli.Probability(outputs[0]);
        float variance = mean * Sigmoids.Sigmoid(-Bounds.Logit(outputs[0]));
        outputs[0] = (mean - Bounds.Level(x)) * MathF.FusedMultiplyAdd(2f * (1f - settings.Scale), variance, settings.Scale);
    }

    public static float Mean(ArrayView<float> outputs, LikelihoodSettings settings) => Bernoulli.Probability(outputs[0]);

    public static float Sample(ArrayView<float> outputs, RandomWords words, LikelihoodSettings settings) =>
        Bernoulli.Sample(outputs, words, settings);
}
