namespace VaeGpu.Kernels.Numerics;

/// <summary>eˣ and eˣ − 1, the same bits on every device.</summary>
/// <remarks>
/// 1. x = n·ln2 + r with n = round(x/ln2) and |r| ≤ ½ln2. ln2 is the sum of two floats; n·(its high part) needs at most 24
///    bits below the leading one of x, so the first fused multiply-add is exact and the second rounds r once.
/// 2. eʳ − 1 = r + r²·Q(r), Q of degree 5, minimax for the relative error of eʳ − 1 (2^−31).
/// 3. eˣ = 2ⁿ·eʳ, the power of two split in halves so that the subnormal results are rounded once and overflow gives ∞.
/// </remarks>
public static class Exponential
{
    private const float Log2E = 1.44269504f;
    private const float Ln2High = 0.693147182f;
    private const float Ln2Low = -1.90465430e-9f;

    private const float Q0 = 0.5f;
    private const float Q1 = 0.166666672f;
    private const float Q2 = 0.0416662395f;
    private const float Q3 = 0.00833328627f;
    private const float Q4 = 0.00139485928f;
    private const float Q5 = 0.000199075846f;

    // 1.5·2²³: a sum with it is rounded to an integer, which stands in its last bits.
    private const float Rounding = 12582912f;

    // Above the first eˣ overflows, below the second it rounds to 0, below the third eˣ − 1 rounds to −1.
    private const float ExpOverflow = 89f;
    private const float ExpUnderflow = -104f;
    private const float Expm1Floor = -18f;

    /// <summary>eˣ.</summary>
    /// <remarks>All floats. e^−∞ = 0, e^∞ = ∞, NaN stays. Error below 1.1 ulp, subnormal results included.</remarks>
    public static float Exp(float x) => ExpBelowOverflow(x > ExpOverflow ? ExpOverflow : x);

    /// <summary>eˣ for x ≤ 0: <see cref="Exp"/> with an instruction less.</summary>
    public static float ExpOfNegative(float x) => ExpBelowOverflow(x);

    /// <summary>eˣ − 1, accurate near 0 where the difference would cancel.</summary>
    /// <remarks>All floats. x = −∞ gives −1, ∞ gives ∞, NaN stays. Error below 1.5 ulp.</remarks>
    public static float Expm1(float x)
    {
        float y = x > ExpOverflow ? ExpOverflow : x;
        y = y < Expm1Floor ? Expm1Floor : y;
        float rounded = y * Log2E + Rounding;
        float power = Expm1Reduced(Remainder(y, rounded - Rounding));
        // 2ⁿ·(1 + p) − 1 = 2·(2ⁿ⁻¹·p + (2ⁿ⁻¹ − ½)): half of everything, so that n = 128 does not overflow early.
        float halfScale = FloatBits.PowerOfTwo(Integer(rounded) - 1);
        return 2f * MathF.FusedMultiplyAdd(power, halfScale, halfScale - 0.5f);
    }

    private static float ExpBelowOverflow(float x)
    {
        float y = x < ExpUnderflow ? ExpUnderflow : x;
        float rounded = y * Log2E + Rounding;
        float power = 1f + Expm1Reduced(Remainder(y, rounded - Rounding));
        int exponent = Integer(rounded);
        int half = exponent >> 1;
        return power * FloatBits.PowerOfTwo(half) * FloatBits.PowerOfTwo(exponent - half);
    }

    /// <summary>The integer that <see cref="Rounding"/> was added to.</summary>
    private static int Integer(float rounded) => BitConverter.SingleToInt32Bits(rounded) - BitConverter.SingleToInt32Bits(Rounding);

    private static float Remainder(float x, float n) => MathF.FusedMultiplyAdd(-n, Ln2Low, MathF.FusedMultiplyAdd(-n, Ln2High, x));

    private static float Expm1Reduced(float r)
    {
        float q = MathF.FusedMultiplyAdd(Q5, r, Q4);
        q = MathF.FusedMultiplyAdd(q, r, Q3);
        q = MathF.FusedMultiplyAdd(q, r, Q2);
        q = MathF.FusedMultiplyAdd(q, r, Q1);
        q = MathF.FusedMultiplyAdd(q, r, Q0);
        return MathF.FusedMultiplyAdd(r * r, q, r);
    }
}
