namespace VaeGpu.Tests.Language;

public sealed class MathTests : LanguageTests
{
    [EveryCompiler]
    public void Exact_functions_of_floats_have_the_same_bits(TestDevice device) => Same<float, float>(device, ExactFloat, Floats, 63 * 10);

    public static void ExactFloat(ArrayView<float> x, ArrayView<float> y)
    {
        int i = Grid.GlobalIndex.X;
        float a = x[i], b = x[(i + 7) % 63];
        ArrayView<float> r = y.SubView(i * 10, 10);
        r[0] = MathF.FusedMultiplyAdd(a, b, 0.3f);
        r[1] = MathF.Sqrt(a);
        r[2] = MathF.Abs(a);
        r[3] = MathF.Min(a, b);
        r[4] = MathF.Max(a, b);
        r[5] = MathF.Floor(a);
        r[6] = MathF.Ceiling(a);
        r[7] = MathF.Truncate(a);
        r[8] = MathF.Round(a);
        r[9] = Math.Max(Math.Min(a, 3f), float.Abs(b)) + float.Sqrt(b);
    }

    [EveryCompiler]
    public void Selections_of_the_lesser_or_the_greater_have_the_same_bits(TestDevice device)
    {
        Same<float, float>(device, SelectedFloats, Floats, 63 * 14);
        Same<float, double>(device, SelectedDoubles, Floats, 63 * 6);
    }

    public static void SelectedFloats(ArrayView<float> x, ArrayView<float> y)
    {
        int i = Grid.GlobalIndex.X;
        float a = x[i], b = x[(i + 1) % 63];
        ArrayView<float> r = y.SubView(i * 14, 14);
        r[0] = a < b ? a : b;
        r[1] = a < b ? b : a;
        r[2] = a > b ? a : b;
        r[3] = a > b ? b : a;
        r[4] = a <= b ? a : b;
        r[5] = a >= b ? b : a;
        r[6] = a < 0f ? 0f : a;
        r[7] = a > 0f ? 0f : a;
        r[8] = a <= 0f ? 0f : a;
        r[9] = a >= -0f ? -0f : a;
        r[10] = a <= 2.5f ? 2.5f : a;
        r[11] = a <= 2.5f ? a : 2.5f;
        r[12] = a >= 2.5f ? 2.5f : a;
        r[13] = a >= 2.5f ? a : 2.5f;
    }

    public static void SelectedDoubles(ArrayView<float> x, ArrayView<double> y)
    {
        int i = Grid.GlobalIndex.X;
        double a = x[i], b = x[(i + 1) % 63];
        ArrayView<double> r = y.SubView(i * 6, 6);
        r[0] = a < b ? a : b;
        r[1] = a > b ? b : a;
        r[2] = a < 0 ? 0 : a;
        r[3] = a > -0.0 ? -0.0 : a;
        r[4] = a <= 1e-320 ? 1e-320 : a;
        r[5] = a >= 1.5 ? 1.5 : a;
    }

    [EveryCompiler]
    public void The_lesser_of_two_zeros_is_the_negative_one(TestDevice device)
    {
        if (device.Open() is HostAccelerator or ILGPU.Runtime.CPU.CPUAccelerator)
            Assert.Ignore("RyuJIT 10 itself makes 0 of MathF.Min(-0f, 0f), where the -0 is a constant.");
        float[] zeros = [0f, -0f];
        Assert.That(Run<float, float>(device, Zeros, zeros, 8, new KernelConfig(1, 2)).Select(float.IsNegative),
            Is.EqualTo(new[] { true, true, true, false, true, true, true, false }));
    }

    public static void Zeros(ArrayView<float> x, ArrayView<float> y)
    {
        int i = Group.IdxX * 4;
        y[i] = MathF.Min(-0f, x[Group.IdxX]);
        y[i + 1] = MathF.Min(x[Group.IdxX], -0f);
        y[i + 2] = (float)Math.Min(-0.0, (double)x[Group.IdxX]);
        y[i + 3] = MathF.Max(x[Group.IdxX], 0f);
    }

    [EveryCompiler]
    public void Exact_functions_of_doubles_have_the_same_bits(TestDevice device) =>
        Same<float, double>(device, ExactDouble, Floats, 63 * 9);

    public static void ExactDouble(ArrayView<float> x, ArrayView<double> y)
    {
        int i = Grid.GlobalIndex.X;
        double a = x[i], b = x[(i + 7) % 63] * 1.1;
        ArrayView<double> r = y.SubView(i * 9, 9);
        r[0] = Math.FusedMultiplyAdd(a, b, 0.3);
        r[1] = Math.Sqrt(a);
        r[2] = Math.Abs(a);
        r[3] = Math.Min(a, b);
        r[4] = Math.Max(a, b);
        r[5] = Math.Floor(a);
        r[6] = Math.Ceiling(a);
        r[7] = Math.Truncate(a);
        r[8] = Math.Round(a);
    }

    [EveryCompiler]
    public void Integers_have_absolute_values_minima_and_maxima(TestDevice device) => Same<int, long>(device, Integers, Extreme);

    public static void Integers(ArrayView<int> x, ArrayView<long> y)
    {
        int i = Grid.GlobalIndex.X, a = x[i] / 2, b = x[62 - i];
        long sum = Math.Abs(a) + Math.Min(a, b) + 3L * Math.Max(a, b) + Math.Min((uint)a, (uint)b) + Math.Max((uint)a, (uint)b);
        sum ^= Math.Min((long)a << 20, b) ^ Math.Max((long)a << 20, b) ^ Math.Abs((long)a * b);
        sum ^= (long)Math.Min((ulong)a, (ulong)b) ^ (long)Math.Max((ulong)a, (ulong)b);
        y[i] = sum ^ Math.Max((byte)a, (byte)b) ^ Math.Min((sbyte)a, (sbyte)b) ^ Math.Max((short)a, (short)b) ^ Math.Clamp(b, -5, 1000);
    }

    [EveryCompiler]
    public void Library_functions_agree_to_six_digits(TestDevice device)
    {
        float[] input = [.. Enumerable.Range(0, 63).Select(i => 0.05f + i * 0.11f)];
        float[] actual = Run<float, float>(device, Library, input, 63 * 6, Groups);
        for (int i = 0; i < 63; i++)
        {
            double v = input[i];
            double[] exact = [Math.Exp(v), Math.Log(v), Math.Sin(v), Math.Cos(v), Math.Tanh(v), Math.Pow(v, 1.7f)];
            for (int k = 0; k < 6; k++)
                Assert.That(actual[6 * i + k], Is.EqualTo(exact[k]).Within(2e-6 * Math.Max(1, Math.Abs(exact[k]))), $"function {k} of {v}");
        }
    }

    public static void Library(ArrayView<float> x, ArrayView<float> y)
    {
        int i = Grid.GlobalIndex.X;
        y[6 * i] = MathF.Exp(x[i]);
        y[6 * i + 1] = MathF.Log(x[i]);
        y[6 * i + 2] = MathF.Sin(x[i]);
        y[6 * i + 3] = MathF.Cos(x[i]);
        y[6 * i + 4] = MathF.Tanh(x[i]);
        y[6 * i + 5] = MathF.Pow(x[i], 1.7f);
    }

    [EveryCompiler]
    public void Bits_of_floats_are_seen_as_integers_and_back(TestDevice device) => Same<float, long>(device, Bits, Floats);

    public static void Bits(ArrayView<float> x, ArrayView<long> y)
    {
        int i = Grid.GlobalIndex.X;
        float f = float.IsNaN(x[i]) ? 1 : x[i];
        long sum = BitConverter.SingleToInt32Bits(f) * 3L ^ BitConverter.SingleToUInt32Bits(f) ^ Interop.FloatAsInt(f);
        sum ^= BitConverter.DoubleToInt64Bits(f * 1.1) ^ (long)BitConverter.DoubleToUInt64Bits(f) ^ (long)Interop.FloatAsInt((double)f);
        float g = BitConverter.Int32BitsToSingle(i * 0x1010101)
            + BitConverter.UInt32BitsToSingle(0x3f800000u + (uint)i) * Interop.IntAsFloat(0x40000001u);
        double d = BitConverter.Int64BitsToDouble(0x3ff0000000000001L + i) + Interop.IntAsFloat(0x4000000000000000UL);
        y[i] = sum ^ BitConverter.SingleToInt32Bits(g) ^ BitConverter.DoubleToInt64Bits(d);
    }

    [EveryCompiler]
    public void Functions_of_constants_are_computed_by_the_compiler_alike(TestDevice device) =>
        Same<float, float>(device, OfConstants, Floats);

    public static void OfConstants(ArrayView<float> x, ArrayView<float> y)
    {
        int i = Grid.GlobalIndex.X;
        float third = 1f / Three(), big = Three() * 1e38f * 10;
        int shifted = (int)Three() << 35, saturated = (int)big;
        y[i] = x[i] * third + MathF.Sqrt(Three()) + MathF.FusedMultiplyAdd(third, Three(), -1) + shifted + saturated + (uint)-Three()
            + MathF.Round(Three() / 2);
    }

    private static float Three() => 3;
}
