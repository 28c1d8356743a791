namespace VaeGpu.Kernels.Numerics;

/// <summary>eˣ and eˣ − 1, the same bits on every device.</summary>
/// <remarks>
/// 1. x = n·ln2 + r with n = round(x/ln2) and |r| ≤ ½ln2. ln2 is the sum of two floats; n·(its high part) needs at most 24
///    bits below the leading one of x, so the first fused multiply-add is exact and the second rounds r once.
/// 2. eʳ − 1 = r + r²·Q(r), Q of degree 5, minimax for the relative error of eʳ − 1 (2^−31).
/// 3. eˣ = 2ⁿ·eʳ, the power of two split in two so that the subnormal results are rounded once and overflow gives ∞.
///
/// x/ln2 is rounded by adding 1.5·2²³ and a bias. The last bits of the sum are n + bias; shifted into the exponent field, they are a power
/// of two. The bias is even, so that it does not change how ties are rounded.
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

    // Added to n, these give the sum of the exponent fields of two powers of two whose product is 2ⁿ, the exponent field of 2ⁿ⁺⁶⁵, which is
    // normal for every n ≥ −151, and that of 2ⁿ⁻¹.
    private const int BiasOfHalves = 254, BiasOfNegative = 192, BiasOfExpm1 = 126;
    private const float TwoToMinus65 = 2.7105054e-20f;
    private const int FractionBits = 23, ExponentMask = 0xff << FractionBits;

    // Above the first eˣ overflows, below the second it rounds to 0, below the third eˣ − 1 rounds to −1.
    private const float ExpOverflow = 89f;
    private const float ExpUnderflow = -104f;
    private const float Expm1Floor = -18f;

    /// <summary>eˣ.</summary>
    /// <remarks>All floats. e^−∞ = 0, e^∞ = ∞, NaN stays. Error below 1.1 ulp, subnormal results included.</remarks>
    public static float Exp(float x)
    {
        float y = x > ExpOverflow ? ExpOverflow : x;
        y = y < ExpUnderflow ? ExpUnderflow : y;
        float rounded = y * Log2E + Rounding(BiasOfHalves);
        float power = 1f + Expm1Reduced(Remainder(y, rounded - Rounding(BiasOfHalves)));
        // Half of n + 254, rounded down, and the rest of it: each is the exponent of a normal number.
        int bits = BitConverter.SingleToInt32Bits(rounded);
        int half = (bits << (FractionBits - 1)) & ExponentMask;
        int rest = (bits << FractionBits) - half;
        return power * BitConverter.Int32BitsToSingle(half) * BitConverter.Int32BitsToSingle(rest);
    }

    /// <summary>eˣ for x ≤ 0: <see cref="Exp"/> with fewer instructions.</summary>
    public static float ExpOfNegative(float x)
    {
        float y = x < ExpUnderflow ? ExpUnderflow : x;
        float rounded = y * Log2E + Rounding(BiasOfNegative);
        float power = 1f + Expm1Reduced(Remainder(y, rounded - Rounding(BiasOfNegative)));
        return power * PowerOfTwo(rounded) * TwoToMinus65;
    }

    /// <summary>eˣ − 1, accurate near 0 where the difference would cancel.</summary>
    /// <remarks>All floats. x = −∞ gives −1, ∞ gives ∞, NaN stays. Error below 1.5 ulp.</remarks>
    public static float Expm1(float x)
    {
        float y = x > ExpOverflow ? ExpOverflow : x;
        y = y < Expm1Floor ? Expm1Floor : y;
        float rounded = y * Log2E + Rounding(BiasOfExpm1);
        float power = Expm1Reduced(Remainder(y, rounded - Rounding(BiasOfExpm1)));
        // 2ⁿ·(1 + p) − 1 = 2·(2ⁿ⁻¹·p + (2ⁿ⁻¹ − ½)): half of everything, so that n = 128 does not overflow early.
        float halfScale = PowerOfTwo(rounded);
        return 2f * MathF.FusedMultiplyAdd(power, halfScale, halfScale - 0.5f);
    }

    /// <summary>1.5·2²³ + <paramref name="bias"/>: a sum with it is rounded to an integer.</summary>
    private static float Rounding(int bias) => 12582912f + bias;

    /// <summary>The power of two whose exponent field is in the last bits of a sum with <see cref="Rounding"/>.</summary>
    private static float PowerOfTwo(float rounded) =>
        BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(rounded) << FractionBits);

    private static float Remainder(float x, float n) => MathF.FusedMultiplyAdd(n, -Ln2Low, MathF.FusedMultiplyAdd(n, -Ln2High, x));

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
