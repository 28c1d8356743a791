namespace VaeGpu.Kernels.Likelihoods;

/// <summary>An even convex function P of the distance t in units of σ, with P(0) = 0: the density is ∝ e^−P(t).</summary>
public interface IPotential : IDescribed
{
    /// <summary>P(t).</summary>
    static abstract float Value(float distance, float width);

    /// <summary>P'(t).</summary>
    static abstract float Slope(float distance, float width);

    /// <summary>The t &gt; 0 where P(t) = 1.</summary>
    static abstract float One(float width);
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
