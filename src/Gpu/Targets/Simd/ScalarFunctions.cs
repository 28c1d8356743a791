using System.Numerics;
using System.Runtime.Intrinsics;

namespace VaeGpu.Gpu.Targets.Simd;

/// <summary>A function of two numbers of one type.</summary>
internal interface IBinary<T>
{
    static abstract T Apply(T a, T b);
}

/// <summary>A function of one number.</summary>
internal interface IUnary<TFrom, TTo>
{
    static abstract TTo Apply(TFrom a);
}

/// <summary>Scalar functions that emitted code calls, by the names of the operations. Division by zero gives 0 on every device.</summary>
internal static class ScalarFunctions
{
    /// <summary>
    /// The float with these bits. BitConverter's is wrong in .NET 10 where the bits are a small integer just loaded: the
    /// JIT compiler joins the two and loads four bytes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float BitsToSingle(int bits) => Vector128.CreateScalarUnsafe(bits).AsSingle().ToScalar();

    public readonly struct Div<T> : IBinary<T> where T : IBinaryInteger<T>, ISignedNumber<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply(T a, T b) => T.IsZero(b) ? T.Zero : b == T.NegativeOne ? unchecked(T.Zero - a) : a / b;
    }

    public readonly struct Rem<T> : IBinary<T> where T : IBinaryInteger<T>, ISignedNumber<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply(T a, T b) => T.IsZero(b) || b == T.NegativeOne ? T.Zero : a % b;
    }

    public readonly struct DivU : IBinary<int>, IBinary<long>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int Apply(int a, int b) => b == 0 ? 0 : (int)((uint)a / (uint)b);
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static long Apply(long a, long b) => b == 0 ? 0 : (long)((ulong)a / (ulong)b);
    }

    public readonly struct RemU : IBinary<int>, IBinary<long>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int Apply(int a, int b) => b == 0 ? 0 : (int)((uint)a % (uint)b);
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static long Apply(long a, long b) => b == 0 ? 0 : (long)((ulong)a % (ulong)b);
    }

    public readonly struct MulHighU : IBinary<int>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int Apply(int a, int b) => (int)(((ulong)(uint)a * (uint)b) >> 32);
    }

    public readonly struct Min : IBinary<float>, IBinary<double>
    {
        // The vector's: RyuJIT 10 makes +0 of MathF.Min(-0f, x) with x = +0, where the -0 is a constant.
        public static float Apply(float a, float b) =>
            Vector128.Min(Vector128.CreateScalarUnsafe(a), Vector128.CreateScalarUnsafe(b)).ToScalar();
        public static double Apply(double a, double b) =>
            Vector128.Min(Vector128.CreateScalarUnsafe(a), Vector128.CreateScalarUnsafe(b)).ToScalar();
    }

    public readonly struct Max : IBinary<float>, IBinary<double>
    {
        public static float Apply(float a, float b) => MathF.Max(a, b);
        public static double Apply(double a, double b) => Math.Max(a, b);
    }

    public readonly struct Pow<T> : IBinary<T> where T : IFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply(T a, T b) => T.Pow(a, b);
    }

    public readonly struct Exp<T> : IUnary<T, T> where T : IFloatingPointIeee754<T>
    {
        public static T Apply(T a) => T.Exp(a);
    }

    public readonly struct Log<T> : IUnary<T, T> where T : IFloatingPointIeee754<T>
    {
        public static T Apply(T a) => T.Log(a);
    }

    public readonly struct Sin<T> : IUnary<T, T> where T : IFloatingPointIeee754<T>
    {
        public static T Apply(T a) => T.Sin(a);
    }

    public readonly struct Cos<T> : IUnary<T, T> where T : IFloatingPointIeee754<T>
    {
        public static T Apply(T a) => T.Cos(a);
    }

    public readonly struct Log2<T> : IUnary<T, T> where T : IFloatingPointIeee754<T>
    {
        public static T Apply(T a) => T.Log2(a);
    }

    public readonly struct Log10<T> : IUnary<T, T> where T : IFloatingPointIeee754<T>
    {
        public static T Apply(T a) => T.Log10(a);
    }

    public readonly struct Tan<T> : IUnary<T, T> where T : IFloatingPointIeee754<T>
    {
        public static T Apply(T a) => T.Tan(a);
    }

    public readonly struct Asin<T> : IUnary<T, T> where T : IFloatingPointIeee754<T>
    {
        public static T Apply(T a) => T.Asin(a);
    }

    public readonly struct Acos<T> : IUnary<T, T> where T : IFloatingPointIeee754<T>
    {
        public static T Apply(T a) => T.Acos(a);
    }

    public readonly struct Atan<T> : IUnary<T, T> where T : IFloatingPointIeee754<T>
    {
        public static T Apply(T a) => T.Atan(a);
    }

    public readonly struct Sinh<T> : IUnary<T, T> where T : IFloatingPointIeee754<T>
    {
        public static T Apply(T a) => T.Sinh(a);
    }

    public readonly struct Cosh<T> : IUnary<T, T> where T : IFloatingPointIeee754<T>
    {
        public static T Apply(T a) => T.Cosh(a);
    }

    public readonly struct Atan2<T> : IBinary<T> where T : IFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply(T a, T b) => T.Atan2(a, b);
    }

    public readonly struct FloatRem<T> : IBinary<T> where T : IFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply(T a, T b) => a % b;
    }

    public readonly struct Tanh<T> : IUnary<T, T> where T : IFloatingPointIeee754<T>
    {
        public static T Apply(T a) => T.Tanh(a);
    }

    public readonly struct FloatToInt : IUnary<float, int>, IUnary<double, int>, IUnary<float, long>, IUnary<double, long>
    {
        static int IUnary<float, int>.Apply(float a) => (int)a;
        static int IUnary<double, int>.Apply(double a) => (int)a;
        static long IUnary<float, long>.Apply(float a) => (long)a;
        static long IUnary<double, long>.Apply(double a) => (long)a;
    }

    public readonly struct FloatToUInt : IUnary<float, int>, IUnary<double, int>, IUnary<float, long>, IUnary<double, long>
    {
        static int IUnary<float, int>.Apply(float a) => (int)(uint)a;
        static int IUnary<double, int>.Apply(double a) => (int)(uint)a;
        static long IUnary<float, long>.Apply(float a) => (long)(ulong)a;
        static long IUnary<double, long>.Apply(double a) => (long)(ulong)a;
    }

    public readonly struct IntToFloat : IUnary<int, float>, IUnary<int, double>, IUnary<long, float>, IUnary<long, double>
    {
        static float IUnary<int, float>.Apply(int a) => a;
        static double IUnary<int, double>.Apply(int a) => a;
        static float IUnary<long, float>.Apply(long a) => a;
        static double IUnary<long, double>.Apply(long a) => a;
    }

    public readonly struct UIntToFloat : IUnary<int, float>, IUnary<int, double>, IUnary<long, float>, IUnary<long, double>
    {
        static float IUnary<int, float>.Apply(int a) => (uint)a;
        static double IUnary<int, double>.Apply(int a) => (uint)a;
        static float IUnary<long, float>.Apply(long a) => (ulong)a;
        static double IUnary<long, double>.Apply(long a) => (ulong)a;
    }

    public readonly struct FloatToFloat : IUnary<float, double>, IUnary<double, float>
    {
        public static double Apply(float a) => a;
        public static float Apply(double a) => (float)a;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTo Unary<TFrom, TTo, TOperation>(TFrom a) where TOperation : struct, IUnary<TFrom, TTo> => TOperation.Apply(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Binary<T, TOperation>(T a, T b) where TOperation : struct, IBinary<T> => TOperation.Apply(a, b);
}
