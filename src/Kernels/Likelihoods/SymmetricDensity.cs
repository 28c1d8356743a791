namespace VaeGpu.Kernels.Likelihoods;

/// <summary>The density of an <see cref="IPotential"/>: −log p(x) = P(t) + C, t = (x − μ)/σ, μ from the decoder.</summary>
/// <remarks>
/// ∂/∂μ = −P'(t)/σ; mean μ. Sampler: P lies above 0 and above its tangent where P = 1, at t₁; so e^−P lies below the hat that is 1
/// up to r = t₁ − 1/P'(t₁) and falls as e^−P'(t₁)·(t − r) from there (Devroye 1986, chapter VII.2). A draw under the hat is kept if
/// it lies under e^−P: nine in ten do for a Gaussian, more for longer tails. 32 tries, each with numbers of its own; the chance
/// that none is kept is below 10⁻²⁹.
/// </remarks>
public struct SymmetricDensity<TPotential> : ILikelihood
    where TPotential : struct, IPotential
{
    private const int Tries = 32;
    private const float SmallestUniform = 5.96046448e-8f;

    public static LikelihoodDescription Description => TPotential.Description;

    public static int Outputs => 1;

    public static float NegativeLog(float x, ArrayView<float> outputs, LikelihoodSettings settings) =>
        TPotential.Value(Distance(x, outputs[0], settings), settings.Width) + settings.Constant;

    public static void Differentiate(float x, ArrayView<float> outputs, LikelihoodSettings settings) =>
        outputs[0] = -TPotential.Slope(Distance(x, outputs[0], settings), settings.Width) / settings.Scale;

    public static float Mean(ArrayView<float> outputs, LikelihoodSettings settings) => outputs[0];

    public static float Sample(ArrayView<float> outputs, RandomWords words, LikelihoodSettings settings)
    {
        float touch = TPotential.One(settings.Width);
        float slope = TPotential.Slope(touch, settings.Width);
        float flat = touch - 1f / slope;
        float magnitude = 0f;
        bool found = false;
        RandomWords draw = words;
        for (int attempt = 0; attempt < Tries && !found; attempt++)
        {
            // The hat's half has the area t₁: r of it flat, the rest the tail, whose height is uniform.
            float area = touch * Philox.UniformInside(draw.A);
            float tail = (area - flat) * slope;
            float height = tail < SmallestUniform ? SmallestUniform : tail;
            bool inTail = area > flat;
            float candidate = inTail ? flat - Logarithm.Log(height) / slope : area;
            float hat = inTail ? height : 1f;
            found = Philox.UniformInside(draw.B) * hat <= Exponential.Exp(-TPotential.Value(candidate, settings.Width));
            magnitude = candidate;
            draw = Philox.Block(words, (uint)attempt, RandomPurpose.Data);
        }
        return MathF.FusedMultiplyAdd(settings.Scale, (words.C & 1) != 0 ? -magnitude : magnitude, outputs[0]);
    }

    private static float Distance(float x, float mean, LikelihoodSettings settings) => Bounds.Distance((x - mean) / settings.Scale);
}
