namespace VaeGpu.Kernels.Likelihoods;

/// <summary>Bernoulli from the logit l: −log p(x) = softplus(l) − x·l, with x in [0, 1].</summary>
/// <remarks>
/// softplus(l) − x·l = (max(l, 0) − x·l) + ln(1 + e^−|l|): finite for every finite l, and nothing cancels where x is 0 or 1.
/// ∂/∂l = sigmoid(l) − x; mean sigmoid(l). With x strictly between 0 and 1 this is the binary cross-entropy, a loss and no
/// likelihood (Loaiza-Ganem and Cunningham 2019): <see cref="ContinuousBernoulli"/> is one, as is this with binarized data.
/// </remarks>
public struct Bernoulli : ILikelihood
{
    public static LikelihoodDescription Description => new(Support.Binary);

    public static int Outputs => 1;

    public static float NegativeLog(float x, ArrayView<float> outputs, LikelihoodSettings settings) => CrossEntropy(x, outputs[0]);

    public static void Differentiate(float x, ArrayView<float> outputs, LikelihoodSettings settings) =>
        outputs[0] = Probability(outputs[0]) - Bounds.Level(x);

    public static float Mean(ArrayView<float> outputs, LikelihoodSettings settings) => Probability(outputs[0]);

    public static float Sample(ArrayView<float> outputs, RandomWords words, LikelihoodSettings settings) =>
        Philox.Uniform(words.A) < Probability(outputs[0]) ? 1f : 0f;

    /// <summary>sigmoid(l), the logit between its bounds as in <see cref="CrossEntropy"/>, with which it shares the exponential.</summary>
    public static float Probability(float output) => Sigmoids.Sigmoid(Bounds.Logit(output));

    /// <summary>softplus(l) − x·l.</summary>
    public static float CrossEntropy(float x, float output)
    {
        float logit = Bounds.Logit(output);
        float positivePart = logit < 0f ? 0f : logit;
        return MathF.FusedMultiplyAdd(-Bounds.Level(x), logit, positivePart)
            + Logarithm.Log1pOfUnit(Exponential.ExpOfNegative(-MathF.Abs(logit)));
    }
}
