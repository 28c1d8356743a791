namespace VaeGpu.Kernels.Likelihoods;

/// <summary>What a fixed scale may be.</summary>
internal static class Scales
{
    private const double Smallest = 1e-6;
    private const double Largest = 1e4;

    /// <exception cref="ArgumentOutOfRangeException">The scale is not a number of [10⁻⁶, 10⁴].</exception>
    public static void ThrowIfUnusable(double scale)
    {
        if (!(scale >= Smallest && scale <= Largest))
            throw new ArgumentOutOfRangeException(nameof(scale), scale, $"A likelihood's scale lies between {Smallest} and {Largest}.");
    }
}
