using System.Numerics;
using System.Runtime.Intrinsics;

namespace VaeGpu.CudaEmulator.Machine;

/// <summary>Floating point as PTX has it: IEEE, and a single that is no number is always 0x7FFFFFFF.</summary>
internal static class PtxFloats
{
    public static readonly float NaN = BitConverter.UInt32BitsToSingle(0x7FFFFFFF);

    public static Vector256<T> Canonical<T>(Vector256<T> value) =>
        typeof(T) == typeof(float)
            ? Vector256.ConditionalSelect(Vector256.Equals(value, value), value, Vector256.Create(0x7FFFFFFFu).As<uint, T>())
            : value;

    public static float Canonical(float value) => float.IsNaN(value) ? NaN : value;

    /// <summary>Single to bfloat16, to nearest even or towards zero.</summary>
    public static ushort ToBFloat16(float value, bool nearest)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
            return 0x7FFF;
        return (ushort)((nearest ? bits + 0x7FFF + (bits >> 16 & 1) : bits) >> 16);
    }

    /// <summary>Single to half, to nearest even or towards zero.</summary>
    public static ushort ToHalf(float value, bool nearest)
    {
        if (float.IsNaN(value))
            return 0x7FFF;
        System.Half half = (System.Half)value;
        if (!nearest && MathF.Abs((float)half) > MathF.Abs(value))
            half = BitConverter.UInt16BitsToHalf((ushort)(BitConverter.HalfToUInt16Bits(half) - 1));
        return BitConverter.HalfToUInt16Bits(half);
    }

    /// <summary>Single to tf32 (10 bits after the point), ties away from zero (rna), to even (rn) or towards zero (rz).</summary>
    public static uint ToTf32(float value, string rounding)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
            return 0x7FFFFFFF;
        uint half = rounding switch { "rna" => 0x1000, "rn" => 0xFFF + (bits >> 13 & 1), _ => 0 };
        return (bits + half) & 0xFFFFE000;
    }

    /// <summary>
    /// A 64-bit integer to the nearest single: beyond 2^53 the low bits are gathered into one, so that only one rounding happens.
    /// </summary>
    public static float ToSingle(Int128 value)
    {
        bool negative = value < 0;
        ulong magnitude = (ulong)(negative ? -value : value);
        float result = magnitude < 1ul << 53 ? (float)(double)magnitude
            : (float)(double)((magnitude >> 11) | ((magnitude & 0x7FF) != 0 ? 1ul : 0)) * 2048f;
        return negative ? -result : result;
    }

    /// <summary>A 64-bit integer to the nearest double.</summary>
    public static double ToDouble(Int128 value)
    {
        bool negative = value < 0;
        ulong magnitude = (ulong)(negative ? -value : value);
        double result = (long)magnitude >= 0 ? (long)magnitude : (long)((magnitude >> 1) | (magnitude & 1)) * 2.0;
        return negative ? -result : result;
    }

    /// <summary>Rounds to an integer: rni to even, rzi towards zero, rmi down, rpi up.</summary>
    public static double ToIntegral(double value, string rounding) => rounding switch
    {
        "rni" => Math.Round(value, MidpointRounding.ToEven),
        "rzi" => Math.Truncate(value),
        "rmi" => Math.Floor(value),
        _ => Math.Ceiling(value),
    };

    /// <summary>The smaller; a number wins over NaN, −0 is below +0.</summary>
    public static T Min<T>(T a, T b) where T : IFloatingPointIeee754<T> => T.MinNumber(a, b);

    public static T Max<T>(T a, T b) where T : IFloatingPointIeee754<T> => T.MaxNumber(a, b);

    /// <summary>Subnormal to zero of the same sign, as atom.add.f32 on global memory does with inputs and result.</summary>
    public static float Flush(float value) => float.IsSubnormal(value) ? MathF.CopySign(0, value) : value;
}

internal readonly struct PtxAdd<T> : IPtxVector2<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => PtxFloats.Canonical(a + b);
}

internal readonly struct PtxSub<T> : IPtxVector2<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => PtxFloats.Canonical(a - b);
}

internal readonly struct PtxMul<T> : IPtxVector2<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => PtxFloats.Canonical(a * b);
}

internal readonly struct PtxMad<T> : IPtxVector3<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b, Vector256<T> c) => (a * b) + c;
}

internal readonly struct PtxQuotient<T> : IPtxVector2<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => PtxFloats.Canonical(a / b);
}

internal readonly struct PtxReciprocal<T> : IPtxVector1<T> where T : INumber<T>
{
    public static Vector256<T> Of(Vector256<T> a) => PtxFloats.Canonical(Vector256.Create(T.One) / a);
}

internal readonly struct PtxSqrt<T> : IPtxVector1<T>
{
    public static Vector256<T> Of(Vector256<T> a) => PtxFloats.Canonical(Vector256.Sqrt(a));
}

internal readonly struct PtxFmaSingle : IPtxVector3<float>
{
    public static Vector256<float> Of(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        PtxFloats.Canonical(Vector256.FusedMultiplyAdd(a, b, c));
}

internal readonly struct PtxFmaDouble : IPtxVector3<double>
{
    public static Vector256<double> Of(Vector256<double> a, Vector256<double> b, Vector256<double> c) =>
        Vector256.FusedMultiplyAdd(a, b, c);
}

internal readonly struct PtxNegate<T> : IPtxVector1<T>
{
    public static Vector256<T> Of(Vector256<T> a) => -a;
}

/// <summary>Absolute value; that of the lowest integer is itself.</summary>
internal readonly struct PtxAbs<T> : IPtxVector1<T>
{
    public static Vector256<T> Of(Vector256<T> a) => Vector256.Abs(a);
}

internal readonly struct PtxMin<T> : IPtxVector2<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => Vector256.Min(a, b);
}

internal readonly struct PtxMax<T> : IPtxVector2<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => Vector256.Max(a, b);
}

internal readonly struct PtxMinNumber<T> : IPtxScalar2<T, T, T> where T : IFloatingPointIeee754<T>
{
    public static T Of(T a, T b) => T.IsNaN(a) && T.IsNaN(b) ? T.CreateTruncating(PtxFloats.NaN) : PtxFloats.Min(a, b);
}

internal readonly struct PtxMaxNumber<T> : IPtxScalar2<T, T, T> where T : IFloatingPointIeee754<T>
{
    public static T Of(T a, T b) => T.IsNaN(a) && T.IsNaN(b) ? T.CreateTruncating(PtxFloats.NaN) : PtxFloats.Max(a, b);
}

internal readonly struct PtxMinNaN : IPtxScalar2<float, float, float>
{
    public static float Of(float a, float b) => PtxFloats.Canonical(MathF.Min(a, b));
}

internal readonly struct PtxMaxNaN : IPtxScalar2<float, float, float>
{
    public static float Of(float a, float b) => PtxFloats.Canonical(MathF.Max(a, b));
}

/// <summary><c>copysign d, a, b</c>: the sign of a on the magnitude of b.</summary>
internal readonly struct PtxCopySign<T> : IPtxScalar2<T, T, T> where T : IFloatingPointIeee754<T>
{
    public static T Of(T a, T b) => T.CopySign(b, a);
}
