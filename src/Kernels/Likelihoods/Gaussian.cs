namespace VaeGpu.Kernels.Likelihoods;

/// <summary>Gaussian of given σ around the output μ: −log p(x) = ½t² + ½log(2πσ²), t = (x − μ)/σ.</summary>
/// <remarks>
/// ∂/∂μ = −t/σ; mean μ. σ is fixed, or lies in device memory: one for all dimensions that is learned
/// (<see cref="SharedVariance"/>) or the best one for the batch (<see cref="OptimalVariance"/>).
/// </remarks>
public struct Gaussian : ILikelihood
{
    public static LikelihoodDescription Description => new(Support.RealLine, o => Settings(o.Scale), nameof(LikelihoodOptions.Scale));

    /// <summary>½log 2π.</summary>
    public const float HalfLogTwoPi = 0.918938533f;

    /// <summary>The settings of a given σ.</summary>
    public static LikelihoodSettings Settings(double sigma) =>
        new() { Scale = (float)sigma, Constant = (float)(0.5 * Math.Log(2 * Math.PI * sigma * sigma)) };

    public static int Outputs => 1;

    public static float NegativeLog(float x, ArrayView<float> outputs, LikelihoodSettings settings)
    {
        float distance = Bounds.Distance((x - outputs[0]) / settings.Scale);
        return MathF.FusedMultiplyAdd(0.5f * distance, distance, settings.Constant);
    }

    public static void Differentiate(float x, ArrayView<float> outputs, LikelihoodSettings settings) =>
        outputs[0] = -Bounds.Distance((x - outputs[0]) / settings.Scale) / settings.Scale;

    public static float Mean(ArrayView<float> outputs, LikelihoodSettings settings) => outputs[0];

    public static float Sample(ArrayView<float> outputs, RandomWords words, LikelihoodSettings settings) =>
        MathF.FusedMultiplyAdd(settings.Scale, Philox.Normal(words.A, words.B), outputs[0]);
}
