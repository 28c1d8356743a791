using System.Numerics;
using ILGPU.AtomicOperations;

namespace VaeGpu.Gpu.Frontend;

/// <summary>What kernels call and no target has an instruction for, in plain C# that is compiled with the kernel.</summary>
internal static class KernelMath
{
    /// <summary>The number of ones.</summary>
    public static int PopCount(uint x)
    {
        x -= (x >> 1) & 0x55555555;
        x = (x & 0x33333333) + ((x >> 2) & 0x33333333);
        x = (x + (x >> 4)) & 0x0F0F0F0F;
        return (int)((x * 0x01010101) >> 24);
    }

    /// <summary>The number of ones.</summary>
    public static int PopCount64(ulong x) => PopCount((uint)x) + PopCount((uint)(x >> 32));

    /// <summary>The number of zeros before the first one; 32 of zero.</summary>
    public static int LeadingZeroCount(uint x)
    {
        x |= x >> 1;
        x |= x >> 2;
        x |= x >> 4;
        x |= x >> 8;
        x |= x >> 16;
        return PopCount(~x);
    }

    /// <summary>The number of zeros before the first one; 64 of zero.</summary>
    public static int LeadingZeroCount64(ulong x)
    {
        int high = LeadingZeroCount((uint)(x >> 32)), low = 32 + LeadingZeroCount((uint)x);
        return x >> 32 == 0 ? low : high;
    }

    /// <summary>The number of zeros behind the last one; 32 of zero.</summary>
    public static int TrailingZeroCount(uint x) => PopCount(~x & (x - 1));

    /// <summary>The number of zeros behind the last one; 64 of zero.</summary>
    public static int TrailingZeroCount64(ulong x) => PopCount64(~x & (x - 1));

    /// <summary>The value of a half by its bits.</summary>
    public static float HalfToSingle(ushort half)
    {
        uint sign = (uint)(half & 0x8000) << 16, exponent = (uint)half & 0x7C00, fraction = (uint)half & 0x3FF;
        // Zero and subnormal numbers are multiples of 2^-24, which a float holds exactly.
        uint small = BitConverter.SingleToUInt32Bits(fraction * 5.9604644775390625e-8f);
        uint large = (exponent == 0x7C00 ? 0x7F800000 : (exponent << 13) + (112u << 23)) | (fraction << 13);
        return BitConverter.UInt32BitsToSingle(sign | (exponent == 0 ? small : large));
    }

    /// <summary>The half nearest to a value, ties to even, by its bits.</summary>
    public static ushort SingleToHalf(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value), sign = (bits >> 16) & 0x8000, magnitude = bits & 0x7FFFFFFF;
        uint normal = (magnitude + 0xFFF + ((magnitude >> 13) & 1) - (112u << 23)) >> 13;
        // A subnormal half: the fraction with its leading one, shifted to multiples of 2^-24.
        int shift = 126 - (int)(magnitude >> 23);
        int by = shift > 25 ? 25 : shift < 1 ? 1 : shift;
        uint fraction = (magnitude & 0x7FFFFF) | 0x800000, kept = fraction >> by, lost = fraction & ((1u << by) - 1), half = 1u << (by - 1);
        uint up = lost > half || (lost == half && (kept & 1) != 0) ? 1u : 0u;
        uint subnormal = shift > 25 ? 0 : kept + up;
        uint number = magnitude >= 0x38800000 ? normal : subnormal;
        uint result = magnitude > 0x7F800000 ? 0x7E00u : magnitude >= 0x477FF000 ? 0x7C00u : number;
        return (ushort)(sign | result);
    }

    /// <summary>The magnitude of one number with the sign of another.</summary>
    public static float CopySign(float x, float y) => BitConverter.UInt32BitsToSingle(
        (BitConverter.SingleToUInt32Bits(x) & 0x7FFFFFFF) | (BitConverter.SingleToUInt32Bits(y) & 0x80000000));

    /// <summary>The magnitude of one number with the sign of another.</summary>
    public static double CopySign64(double x, double y) => BitConverter.UInt64BitsToDouble(
        (BitConverter.DoubleToUInt64Bits(x) & 0x7FFFFFFFFFFFFFFF) | (BitConverter.DoubleToUInt64Bits(y) & 0x8000000000000000));

    /// <summary>x − y · n, exactly, with the whole number n nearest to x/y, ties to even.</summary>
    public static T IeeeRemainder<T>(T x, T y) where T : IFloatingPointIeee754<T>, IMinMaxValue<T>
    {
        T rest = x % y, size = T.Abs(y), other = x < T.Zero ? rest + size : rest - size;
        T near = T.Abs(rest), far = T.Abs(other), ratio = x / y;
        bool takesOther = near == far ? T.Abs(T.Round(ratio)) > T.Abs(ratio) : far < near;
        return T.IsNaN(rest) || !(T.Abs(rest) > T.Zero) || size > T.MaxValue ? rest : takesOther ? other : rest;
    }

    public static double AtomicAdd(ref double target, double value) => Atomically(ref target, value, Op.Add);

    public static double AtomicMin(ref double target, double value) => Atomically(ref target, value, Op.Min);

    public static double AtomicMax(ref double target, double value) => Atomically(ref target, value, Op.Max);

    // The first guess, 0, needs no load: where it is wrong, the exchange fails and tells what is there.
    private static double Atomically(ref double target, double value, Op op)
    {
        long seen = 0, expected;
        do
        {
            expected = seen;
            double before = BitConverter.Int64BitsToDouble(expected);
            double after = op == Op.Add ? before + value : op == Op.Min ? Math.Min(before, value) : Math.Max(before, value);
            seen = Atomic.CompareExchange(ref Unsafe.As<double, long>(ref target), expected, BitConverter.DoubleToInt64Bits(after));
        }
        while (seen != expected);
        return BitConverter.Int64BitsToDouble(seen);
    }

    /// <summary>Atomic.MakeAtomic, whose first look at the target is atomic, too.</summary>
    public static T MakeAtomic<T, TOperation, TExchange>(ref T target, T value, TOperation operation, TExchange exchange)
        where T : unmanaged
        where TOperation : struct, IAtomicOperation<T>
        where TExchange : struct, ICompareExchangeOperation<T>
    {
        T current = exchange.CompareExchange(ref target, default, default), expected;
        do
        {
            expected = current;
            current = exchange.CompareExchange(ref target, expected, operation.Operation(current, value));
        }
        while (!exchange.IsSame(expected, current));
        return current;
    }
}
