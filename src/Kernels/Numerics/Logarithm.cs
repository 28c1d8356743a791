namespace VaeGpu.Kernels.Numerics;

/// <summary>ln x and ln(1 + x), the same bits on every device.</summary>
/// <remarks>
/// 1. x = 2ᵉ·m with m in [√½, √2): subtracting the bits of √½ from those of x leaves e in the exponent's place.
/// 2. f = m − 1, exactly. ln(1 + f) = f − ½f² + f³·R(f), R of degree 8, minimax for the relative error (2^−30).
/// 3. ln x = e·ln2 + ln m, ln2 as the sum of two floats.
/// ln(1 + x) rounds s = 1 + x, and gives the rounding error c = x − (s − 1), which is exact, back to f as c·2⁻ᵉ.
/// </remarks>
public static class Logarithm
{
    private const float Ln2High = 0.693147182f;
    private const float Ln2Low = -1.90465430e-9f;
    private const int SqrtHalfBits = 0x3f3504f3;
    private const int FractionBits = 23;
    private const float SmallestNormal = 1.17549435e-38f;
    private const float TwoTo23 = 8388608f;

    private const float R0 = 0.333333135f;
    private const float R1 = -0.250000089f;
    private const float R2 = 0.200021192f;
    private const float R3 = -0.166679963f;
    private const float R4 = 0.142195523f;
    private const float R5 = -0.1240559f;
    private const float R6 = 0.11888162f;
    private const float R7 = -0.116756454f;
    private const float R8 = 0.0674663335f;

    /// <summary>ln x.</summary>
    /// <remarks>x ≥ 0, subnormal numbers included. ln 0 = −∞, ln ∞ = ∞, NaN for x &lt; 0 and NaN. Error below 1.0 ulp.</remarks>
    public static float Log(float x)
    {
        bool subnormal = x < SmallestNormal;
        int bits = BitConverter.SingleToInt32Bits(subnormal ? x * TwoTo23 : x);
        int exponent = (bits - SqrtHalfBits) >> FractionBits;
        float mantissa = BitConverter.Int32BitsToSingle(bits - (exponent << FractionBits));
        float result = FromParts(subnormal ? exponent - FractionBits : exponent, mantissa - 1f);
        return AtTheEnds(x, result);
    }

    /// <summary>ln(1 + x), accurate near 0 where 1 + x would lose x.</summary>
    /// <remarks>x ≥ −1. x = −1 gives −∞, ∞ gives ∞, NaN for x &lt; −1 and NaN; −0 gives 0. Error below 1.6 ulp.</remarks>
    public static float Log1p(float x)
    {
        float sum = 1f + x;
        float lost = x >= 1f ? 1f - (sum - x) : x - (sum - 1f);
        int bits = BitConverter.SingleToInt32Bits(sum);
        int exponent = (bits - SqrtHalfBits) >> FractionBits;
        float mantissa = BitConverter.Int32BitsToSingle(bits - (exponent << FractionBits));
        // Beyond 2⁶⁴ what was lost is too small to count, and 2⁻ᵉ may not be a normal number.
        int scale = exponent > 64 ? -64 : -exponent;
        float result = FromParts(exponent, MathF.FusedMultiplyAdd(lost, FloatBits.PowerOfTwo(scale), mantissa - 1f));
        return AtTheEnds(sum, result);
    }

    /// <summary>ln(1 + x) for x in [0, 1]: <see cref="Log1p"/> without what other numbers need. NaN stays.</summary>
    public static float Log1pOfUnit(float x)
    {
        float sum = 1f + x;
        float lost = x - (sum - 1f);
        int bits = BitConverter.SingleToInt32Bits(sum);
        int exponent = (bits - SqrtHalfBits) >> FractionBits;
        float mantissa = BitConverter.Int32BitsToSingle(bits - (exponent << FractionBits));
        return FromParts(exponent, MathF.FusedMultiplyAdd(lost, FloatBits.PowerOfTwo(-exponent), mantissa - 1f));
    }

    /// <summary>ln x of a positive normal number: <see cref="Log"/> without what other numbers need.</summary>
    public static float LogOfNormal(float x)
    {
        int bits = BitConverter.SingleToInt32Bits(x);
        int exponent = (bits - SqrtHalfBits) >> FractionBits;
        return FromParts(exponent, BitConverter.Int32BitsToSingle(bits - (exponent << FractionBits)) - 1f);
    }

    private static float FromParts(int exponent, float f)
    {
        float r = MathF.FusedMultiplyAdd(R8, f, R7);
        r = MathF.FusedMultiplyAdd(r, f, R6);
        r = MathF.FusedMultiplyAdd(r, f, R5);
        r = MathF.FusedMultiplyAdd(r, f, R4);
        r = MathF.FusedMultiplyAdd(r, f, R3);
        r = MathF.FusedMultiplyAdd(r, f, R2);
        r = MathF.FusedMultiplyAdd(r, f, R1);
        r = MathF.FusedMultiplyAdd(r, f, R0);
        float e = exponent;
        float tail = f * f * MathF.FusedMultiplyAdd(f, r, -0.5f);
        return MathF.FusedMultiplyAdd(e, Ln2High, f + MathF.FusedMultiplyAdd(e, Ln2Low, tail));
    }

    private static float AtTheEnds(float x, float result)
    {
        float atZeroOrBelow = x == 0f ? float.NegativeInfinity : float.NaN;
        float above = x < float.PositiveInfinity ? result : x;
        return x > 0f ? above : atZeroOrBelow;
    }
}
