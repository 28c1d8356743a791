namespace VaeGpu.Tests.Language;

public sealed class ArithmeticTests : LanguageTests
{
    [EveryCompiler]
    public void Ints_wrap_round(TestDevice device) => Same<int, int>(device, Ints, Extreme);

    public static void Ints(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, a = x[i], b = x[62 - i], d = b | 1;
        if (d == -1)
            d = 3;
        y[i] = a + b ^ a - b ^ a * b ^ a / d ^ a % d ^ -a ^ ~b ^ (a & b) ^ (a | b) ^ (a < b ? 1 : 2) ^ (a >= b ? 4 : 8);
    }

    [EveryCompiler]
    public void Uints_wrap_round(TestDevice device) => Same<int, uint>(device, Uints, Extreme);

    public static void Uints(ArrayView<int> x, ArrayView<uint> y)
    {
        int i = Grid.GlobalIndex.X;
        uint a = (uint)x[i], b = (uint)x[62 - i], d = b | 1;
        y[i] = a + b ^ a - b ^ a * b ^ a / d ^ a % d ^ ~b ^ (a < b ? 1u : 2u) ^ (a >= b ? 4u : 8u) ^ (a > 5 ? 16u : 0) ^ (b <= 7 ? 32u : 0);
    }

    [EveryCompiler]
    public void Longs_wrap_round(TestDevice device) => Same<int, long>(device, Longs, Extreme);

    public static void Longs(ArrayView<int> x, ArrayView<long> y)
    {
        int i = Grid.GlobalIndex.X;
        long a = (long)x[i] * 0x100000001L, b = ((long)x[62 - i] << 31) - 7, d = b | 1;
        if (d == -1)
            d = 3;
        y[i] = a + b ^ a - b ^ a * b ^ a / d ^ a % d ^ -a ^ ~b ^ (a & b) ^ (a | b) ^ (a < b ? 1 : 2) ^ (a >= b ? 4 : 8) ^ (a == b ? 16 : 0);
    }

    [EveryCompiler]
    public void Ulongs_wrap_round(TestDevice device) => Same<int, ulong>(device, Ulongs, Extreme);

    public static void Ulongs(ArrayView<int> x, ArrayView<ulong> y)
    {
        int i = Grid.GlobalIndex.X;
        ulong a = (ulong)x[i] * 0x9E3779B97F4A7C15UL, b = (uint)x[62 - i], d = b | 1;
        ulong high = (ulong)(uint)x[i] * (uint)x[62 - i] >> 32;
        y[i] = a + b ^ a - b ^ a * b ^ a / d ^ a % d ^ ~b ^ (a < b ? 1u : 2u) ^ (a >= b ? 4u : 8u) ^ high << 7;
    }

    [EveryCompiler]
    public void Small_integers_wrap_round_when_they_are_stored(TestDevice device) => Same<int, int>(device, SmallIntegers, Extreme);

    public static void SmallIntegers(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        byte a = (byte)x[i];
        sbyte b = (sbyte)x[i];
        short c = (short)x[i];
        ushort d = (ushort)x[i];
        char e = (char)x[i];
        for (int k = 0; k < 5; k++)
        {
            a += 77;
            b -= 77;
            c *= 7;
            d <<= 3;
            e++;
            a++;
            b--;
        }
        Add(ref a, ref c);
        y[i] = a ^ b * 3 ^ c * 5 ^ d * 7 ^ e * 11 ^ (a > d ? 1 : 0) ^ (b < c ? 2 : 0) ^ (byte)~a ^ (short)-c;
    }

    private static void Add(ref byte a, ref short c)
    {
        a += 200;
        c += 30000;
    }

    [EveryCompiler]
    public void Shifts_use_the_low_bits_of_the_count(TestDevice device) => Same<int, long>(device, Shifts, Extreme);

    public static void Shifts(ArrayView<int> x, ArrayView<long> y)
    {
        int i = Grid.GlobalIndex.X, a = x[i], n = x[62 - i];
        uint u = (uint)a;
        long l = a * 0x123456789L;
        ulong v = (ulong)l;
        y[i] = (long)(a << n) ^ (a >> n) * 3L ^ (u >> n) * 5L ^ (u << (n & 31)) ^ (l << n) ^ (l >> n) * 7 ^ (long)(v >> (n & 63)) * 11
            ^ a >> 33 ^ (a << 31) ^ (l >>> 40) ^ (a >>> 3) ^ (a >>> n);
    }

    [EveryCompiler]
    public void Floats_add_multiply_and_compare(TestDevice device) => Same<float, float>(device, FloatArithmetic, Floats);

    public static void FloatArithmetic(ArrayView<float> x, ArrayView<float> y)
    {
        int i = Grid.GlobalIndex.X;
        float a = x[i], b = x[62 - i] + 0.1f;
        float r = a * b + a - b / 3 + a / b;
        if (a < b)
            r += 1;
        if (!(a < b))
            r += 2;
        if (a >= b)
            r *= 3;
        if (!(a >= b))
            r *= 5;
        if (a == b || !(a != 0))
            r -= 7;
        r += a > b ? 0.5f : a <= b ? 0.25f : 0.125f;
        y[i] = -r;
    }

    [EveryCompiler]
    public void Unordered_comparisons_are_false_for_NaN(TestDevice device) => Same<float, int>(device, Unordered, Floats);

    public static void Unordered(ArrayView<float> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        float a = x[i], b = x[(i + 2) % 63];
        int r = (a < b ? 1 : 0) + (a <= b ? 2 : 0) + (a > b ? 4 : 0) + (a >= b ? 8 : 0) + (a == b ? 16 : 0) + (a != b ? 32 : 0);
        r += (!(a < b) ? 64 : 0) + (!(a <= b) ? 128 : 0) + (!(a > b) ? 256 : 0) + (!(a >= b) ? 512 : 0) + (!(a == b) ? 1024 : 0);
        for (float k = a; k < b && r < 100000; k += 1000)
            r += 4096;
        while (!(a >= 1) && r < 200000)
        {
            a += 0.75f;
            r += 8192;
        }
        y[i] = r + (float.IsNaN(b) ? 2048 : 0);
    }

    [EveryCompiler]
    public void Doubles_keep_their_precision(TestDevice device) => Same<float, double>(device, Doubles, Floats);

    public static void Doubles(ArrayView<float> x, ArrayView<double> y)
    {
        int i = Grid.GlobalIndex.X;
        double a = x[i], b = x[62 - i] + 0.1;
        double r = a * b + a / (b + 2) - 1e-9;
        for (int k = 0; k < 3 && r < 1e30; k++)
            r = r * 1.0000001 + (a < b ? k : -k);
        y[i] = a <= b ? r : -r + (float)b;
    }

    [EveryCompiler]
    public void Integers_become_floats_and_floats_integers(TestDevice device)
    {
        Same<int, double>(device, FromIntegers, Extreme);
        Same<float, long>(device, FromFloats, Floats);
        Same<float, ulong>(device, ToSmall, Floats);
    }

    public static void FromIntegers(ArrayView<int> x, ArrayView<double> y)
    {
        int i = Grid.GlobalIndex.X, n = x[i];
        long l = n * 0x7FFFFFF1L;
        ulong u = (ulong)l;
        y[i] = (float)n + (double)(uint)n * 3 + (float)(uint)n * 5 + (float)l * 1e-12 + (double)u * 1e-20 + (float)u * 1e-21
            + (double)l * 1e-15 + (short)n + (sbyte)n * 7.0 + (byte)n * 11f + (ushort)n * 13.0;
    }

    /// <summary>Beside the middle of two floats, where a double on the way would lose the side.</summary>
    [EveryCompiler]
    public void An_unsigned_number_is_rounded_once_to_a_float(TestDevice device) => Same<int, float>(device, FromUnsigned, Small);

    public static void FromUnsigned(ArrayView<int> x, ArrayView<float> y)
    {
        int i = Grid.GlobalIndex.X;
        ulong u = (1UL << 60) + (1UL << 36) + (ulong)x[i];
        y[i] = i % 2 == 0 ? (float)u : (float)(double)u;
    }

    public static void FromFloats(ArrayView<float> x, ArrayView<long> y)
    {
        int i = Grid.GlobalIndex.X;
        double d = x[i] * 1.01;
        y[i] = (int)x[i] + 3L * (uint)x[i] + 5 * (long)x[i] + 7 * (int)d + 11 * (long)d + 13L * (uint)d + (long)(ulong)x[i]
            + (long)(ulong)d;
    }

    public static void ToSmall(ArrayView<float> x, ArrayView<ulong> y)
    {
        int i = Grid.GlobalIndex.X;
        float f = x[i] is > -2e9f and < 2e9f ? x[i] : 77.5f;
        y[i] = (byte)(int)f | (ulong)(ushort)(short)(int)f << 8 | (ulong)(byte)(sbyte)(int)f << 24
            | (ulong)(ushort)(int)f << 32 | (ulong)(uint)(int)f << 40;
    }

    [EveryCompiler]
    public void Widths_change_with_and_without_sign(TestDevice device) => Same<int, long>(device, Widths, Extreme);

    public static void Widths(ArrayView<int> x, ArrayView<long> y)
    {
        int i = Grid.GlobalIndex.X, n = x[i];
        long l = n * 0x1_0001_0001L;
        y[i] = (long)n ^ (uint)n * 3L ^ (long)(ulong)(uint)n ^ (int)l * 5L ^ (uint)l * 7L ^ (short)l ^ (byte)l
            ^ (sbyte)l * 11L ^ (ushort)l ^ (char)n ^ (long)(ulong)n ^ (long)(uint)(sbyte)n;
    }
}
