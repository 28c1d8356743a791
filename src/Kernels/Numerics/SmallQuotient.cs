namespace VaeGpu.Kernels.Numerics;

/// <summary>Integer division where the dividend differs from thread to thread: vector units have none, but divide floats.</summary>
public static class SmallQuotient
{
    /// <summary>⌊dividend/divisor⌋.</summary>
    /// <remarks>
    /// 0 ≤ dividend &lt; 2²², divisor ≥ 1. (dividend + ½)/divisor lies at least ½/divisor away from every whole number, and its rounding
    /// error, at most 2⁻²⁴·(dividend + ½)/divisor, is smaller.
    /// </remarks>
    public static int Of(int dividend, int divisor) => (int)((dividend + 0.5f) / divisor);
}
