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
