using VaeGpu.Gpu.IR;

namespace VaeGpu.Tests.Compiler;

/// <summary>Random numbers, many of them the ones at which arithmetic goes wrong.</summary>
internal static class RandomNumbers
{
    private static readonly float[] Floats =
    [
        0f, -0f, 1f, -1f, 0.5f, 2.5f, 1e-45f, -1e-39f, 1e10f, 2147483648f, -2147483648f, 4294967296f, 9.2233720e18f,
        1.8446744e19f, 3e38f, float.MaxValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN,
    ];
    private static readonly int[] Ints = [0, 1, -1, 2, 3, 5, 7, 31, 32, 255, -128, 65536, int.MaxValue, int.MinValue];

    public static Constant Constant(Random random, IrType type) => type.Scalar switch
    {
        Scalar.Bool => Gpu.IR.Constant.Bool(random.Next(2) == 0),
        Scalar.I32 => Gpu.IR.Constant.I32(Int(random)),
        Scalar.I64 => Gpu.IR.Constant.I64(Long(random)),
        Scalar.F32 => Gpu.IR.Constant.F32(Float(random)),
        _ => Gpu.IR.Constant.F64(Double(random)),
    };

    public static int Int(Random random) => random.Next(4) switch
    {
        0 => Ints[random.Next(Ints.Length)],
        1 => random.Next(-40, 40),
        2 => random.Next(int.MinValue, int.MaxValue),
        _ => random.Next(int.MinValue, int.MaxValue) >> random.Next(32),
    };

    public static long Long(Random random) => random.Next(4) switch
    {
        0 => Int(random),
        1 => random.Next(2) == 0 ? long.MinValue : long.MaxValue,
        2 => random.NextInt64(long.MinValue, long.MaxValue),
        _ => random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64),
    };

    public static float Float(Random random) => random.Next(4) switch
    {
        0 => Floats[random.Next(Floats.Length)],
        1 => random.Next(-20, 20) * 0.5f,
        2 => BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)),
        _ => random.NextSingle() * 4 - 2,
    };

    public static double Double(Random random) => random.Next(4) switch
    {
        0 => Floats[random.Next(Floats.Length)],
        1 => random.Next(-20, 20) * 0.5,
        2 => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)),
        _ => random.NextDouble() * 4 - 2,
    };
}
