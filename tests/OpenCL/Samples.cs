namespace VaeGpu.Tests.OpenCL;

/// <summary>Operands on which arithmetic goes wrong if it can.</summary>
internal static class Samples
{
    public static readonly float[] Floats =
    [
        0f, -0f, 1f, -1f, 0.1f, -0.3f, 0.5f, 1.5f, 2.5f, -2.5f, 3f, 1e-40f, -1e-45f, 1e10f, -3e38f, float.MaxValue, float.Epsilon,
        2147483520f, 2147483648f, -2147483648f, 4294967296f, 9.2233720e18f, 1.8446744e19f, -9.3e18f, 16777217f, 8388609.5f,
        float.NaN, float.PositiveInfinity, float.NegativeInfinity,
    ];

    public static readonly double[] Doubles =
    [
        0, -0.0, 1, -1, 0.1, -0.3, 0.5, 1.5, -2.5, 3, 1e-310, double.Epsilon, 1e300, double.MaxValue, 2147483647.5, 2147483648, -2147483649,
        4294967295.9, 9.2233720368547748e18, 9.2233720368547758e18, 1.8446744073709552e19, 1e-46, 3.5e38, 16777217, 1.00000001,
        double.NaN, double.PositiveInfinity, double.NegativeInfinity,
    ];

    public static readonly int[] Ints =
        [0, 1, -1, 2, 3, -3, 5, 7, 31, 32, 33, 63, 100, 127, 128, 255, -128, 32767, 32768, -32769, 65536, 123456789, -987654321,
            int.MaxValue, int.MinValue, int.MinValue + 1, 16777217];

    public static readonly long[] Longs =
    [
        0, 1, -1, 2, -3, 7, 32, 63, 64, 255, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, 123456789012345, -987654321098765,
        long.MaxValue, long.MinValue, long.MinValue + 1, (1L << 53) + 1, (1L << 24) + 1, 0x7fffffbfffffffffL,
            unchecked((long)0x8000008000000001UL),
    ];

    /// <summary>Every pair, as two columns.</summary>
    public static T[][] Pairs<T>(T[] values) =>
        [[.. values.SelectMany(a => values.Select(_ => a))], [.. values.SelectMany(_ => values)]];

    /// <summary>Every triple, as three columns.</summary>
    public static T[][] Triples<T>(T[] values)
    {
        T[][] pairs = Pairs(values);
        return [[.. pairs[0].SelectMany(a => values.Select(_ => a))], [.. pairs[1].SelectMany(b => values.Select(_ => b))],
            [.. pairs[0].SelectMany(_ => values)]];
    }

    /// <summary>Bit equality, but that one NaN is as good as another.</summary>
    public static bool Same<T>(T a, T b) where T : unmanaged => (a, b) switch
    {
        (float x, float y) => BitConverter.SingleToInt32Bits(x) == BitConverter.SingleToInt32Bits(y) || float.IsNaN(x) && float.IsNaN(y),
        (double x, double y) =>
            BitConverter.DoubleToInt64Bits(x) == BitConverter.DoubleToInt64Bits(y) || double.IsNaN(x) && double.IsNaN(y),
        _ => a.Equals(b),
    };
}
