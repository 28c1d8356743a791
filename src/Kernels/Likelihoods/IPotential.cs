using VaeGpu.Kernels.Numerics;

namespace VaeGpu.Kernels.Likelihoods;

/// <summary>An even convex function P of the distance t in units of σ, with P(0) = 0: the law of density ∝ e^−P(t).</summary>
public interface IPotential
{
    /// <summary>P(t).</summary>
    static abstract float Value(float distance, float width);

    /// <summary>P'(t).</summary>
    static abstract float Slope(float distance, float width);

    /// <summary>The t &gt; 0 where P(t) = 1.</summary>
    static abstract float One(float width);
}

/// <summary>What the laws of an <see cref="IPotential"/> share: −log p(x) = P(t) + C, t = (x − μ)/σ.</summary>
/// <remarks>
/// ∂/∂μ = −P'(t)/σ; mean μ. Sampler: P lies above 0 and above its tangent where P = 1, at t₁; so e^−P lies below the hat that is 1
/// up to r = t₁ − 1/P'(t₁) and falls as e^−P'(t₁)·(t − r) from there (Devroye 1986, chapter VII.2). A draw under the hat is kept if
/// it lies under e^−P: nine in ten do for a Gaussian, more for longer tails. 32 tries, each with numbers of its own; the chance
/// that none is kept is below 10⁻²⁹.
/// </remarks>
public static class SymmetricLaw<TPotential>
    where TPotential : struct, IPotential
{
    private const int Tries = 32;
    private const float SmallestUniform = 5.96046448e-8f;

    /// <summary>−log p(x).</summary>
    public static float NegativeLog(float x, float mean, LikelihoodSettings settings) =>
        TPotential.Value(Distance(x, mean, settings), settings.Width) + settings.Constant;

    /// <summary>Its derivative with respect to the mean.</summary>
    public static float Differentiate(float x, float mean, LikelihoodSettings settings) =>
        -TPotential.Slope(Distance(x, mean, settings), settings.Width) / settings.Scale;

    /// <summary>A draw.</summary>
    public static float Sample(float mean, RandomWords words, LikelihoodSettings settings)
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
        return MathF.FusedMultiplyAdd(settings.Scale, (words.C & 1) != 0 ? -magnitude : magnitude, mean);
    }

    private static float Distance(float x, float mean, LikelihoodSettings settings) => Bounds.Distance((x - mean) / settings.Scale);
}

/// <summary>What the width δ of an <see cref="IPotential"/> may be.</summary>
internal static class Widths
{
    private const double Smallest = 1e-2;
    private const double Largest = 1e2;

    /// <exception cref="ArgumentOutOfRangeException">The width is not a number of [0.01, 100].</exception>
    public static void ThrowIfUnusable(double width)
    {
        if (!(width >= Smallest && width <= Largest))
            throw new ArgumentOutOfRangeException(nameof(width), width, $"δ lies between {Smallest} and {Largest}, in units of the scale.");
    }
}
