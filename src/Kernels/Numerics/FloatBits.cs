namespace VaeGpu.Kernels.Numerics;

/// <summary>Floats taken apart and put together by their bits (IEEE 754 binary32: sign, 8 bits of exponent, 23 of fraction).</summary>
public static class FloatBits
{
    private const int ExponentBias = 127;
    private const int FractionBits = 23;

    /// <summary>2^<paramref name="exponent"/>, exactly; the exponent lies in [−126, 127].</summary>
    public static float PowerOfTwo(int exponent) => BitConverter.Int32BitsToSingle((exponent + ExponentBias) << FractionBits);

    /// <summary>The magnitude of one number with the sign of another.</summary>
    public static float CopySign(float magnitude, float sign) => BitConverter.Int32BitsToSingle(
        (BitConverter.SingleToInt32Bits(magnitude) & int.MaxValue) | (BitConverter.SingleToInt32Bits(sign) & int.MinValue));

    /// <summary>Whether the number is neither infinite nor NaN.</summary>
    public static bool IsFinite(float x) => MathF.Abs(x) <= float.MaxValue;
}
