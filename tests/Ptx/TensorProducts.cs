using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Tests.Ptx;

/// <summary>Products of rounded factors in float64.</summary>
internal static class TensorProducts
{
    /// <summary>Each sum within what fp32 additions of its terms may lose.</summary>
    public static void Check(
        float[] actual, float[] left, float[] right, MatMulShape shape, Func<double, double> round, string what, double slack = 0)
    {
        for (int i = 0; i < actual.Length; i++)
        {
            double sum = 0, magnitude = 0;
            for (int k = 0; k < shape.Depth; k++)
            {
                double term = round(left[i / shape.Columns * shape.Depth + k]) * round(right[k * shape.Columns + i % shape.Columns]);
                sum += term;
                magnitude += Math.Abs(term);
            }
            Assert.That(actual[i], Is.EqualTo(sum).Within(magnitude * shape.Depth * 6e-8 + slack), $"{what}: element {i}");
        }
    }

    public static Func<double, double> Rounding<TPrecision>() where TPrecision : struct, ITensorPrecision =>
        typeof(TPrecision) == typeof(Tf32) ? RoundTf32 : RoundBf16;

    /// <summary>10 bits of the fraction, to nearest, halves away from zero.</summary>
    public static double RoundTf32(double number) =>
        BitConverter.Int32BitsToSingle((BitConverter.SingleToInt32Bits((float)number) + (1 << 12)) & ~((1 << 13) - 1));

    /// <summary>7 bits of the fraction, to nearest, halves to even.</summary>
    public static double RoundBf16(double number)
    {
        int bits = BitConverter.SingleToInt32Bits((float)number);
        return BitConverter.Int32BitsToSingle((bits + 0x7fff + (bits >> 16 & 1)) & ~0xffff);
    }
}
