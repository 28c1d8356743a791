using VaeGpu.Gpu.Frontend;
using Half = ILGPU.Half;

namespace VaeGpu.Tests.Language;

public sealed class HalfTests : LanguageTests
{
    [Test]
    public void Every_half_has_the_value_of_the_systems() => Assert.Multiple(() =>
    {
        for (int bits = 0; bits < 65536; bits++)
        {
            float expected = (float)BitConverter.UInt16BitsToHalf((ushort)bits), actual = KernelMath.HalfToSingle((ushort)bits);
            if (!float.IsNaN(expected) || !float.IsNaN(actual))
                Assert.That(BitConverter.SingleToInt32Bits(actual), Is.EqualTo(BitConverter.SingleToInt32Bits(expected)), $"{bits:X4}");
        }
    });

    [Test]
    public void A_float_becomes_the_nearest_half_and_a_tie_the_even_one() => Assert.Multiple(() =>
    {
        for (int half = 0; half < 0x7C00; half++)
        {
            float low = KernelMath.HalfToSingle((ushort)half), high = KernelMath.HalfToSingle((ushort)(half + 1)), middle = half == 0x7BFF
                ? 65520 : (low + high) / 2;
            foreach (float value in (float[])[low, MathF.BitIncrement(low), MathF.BitDecrement(middle), middle,
                MathF.BitIncrement(middle), -middle])
                Assert.That(KernelMath.SingleToHalf(value), Is.EqualTo(BitConverter.HalfToUInt16Bits((System.Half)value)), $"{value:R}");
        }
        Assert.That(KernelMath.SingleToHalf(float.PositiveInfinity), Is.EqualTo(0x7C00));
        Assert.That(KernelMath.SingleToHalf(float.MaxValue), Is.EqualTo(0x7C00));
        Assert.That(KernelMath.SingleToHalf(float.Epsilon), Is.EqualTo(0));
        Assert.That(KernelMath.SingleToHalf(float.NaN) & 0x7FFF, Is.GreaterThan(0x7C00));
    });

    // Halves that hold their results exactly: ILGPU's own tables cut off what does not fit.
    [EveryCompiler]
    public void Halves_are_converted_compared_and_computed_with(TestDevice device) => Same<int, float>(device, Arithmetic, Small);

    public static void Arithmetic(ArrayView<int> x, ArrayView<float> y)
    {
        int i = Grid.GlobalIndex.X;
        Half a = (Half)x[i], b = (Half)((i - 30) * 0.25f), c = a + b * (Half)2;
        float result = c - (Half)0.5f;
        if (a < b)
            result += 64;
        if (Half.IsInfinity(Half.PositiveInfinity) && !Half.IsNaN(c) && a >= Half.Zero)
            result += 128;
        y[i] = result + (int)(Half)(x[i] * 8);
    }
}
