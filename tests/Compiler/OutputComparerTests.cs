using System.Runtime.InteropServices;
using VaeGpu.Gpu.IR;

namespace VaeGpu.Tests.Compiler;

/// <summary>The comparer sees one bit in the largest numbers, tells the zeros apart, and takes any NaN for any other.</summary>
[TestFixture]
internal sealed class OutputComparerTests
{
    [Test]
    public void One_bit_counts_and_the_kind_of_NaN_does_not() => Assert.Multiple(() =>
    {
        Assert.That(Difference(MemoryType.I64, long.MaxValue, long.MaxValue - 1),
            Is.EqualTo($"out[0] is {long.MaxValue - 1}, not {long.MaxValue}"));
        Assert.That(Difference(MemoryType.I32, 16777217, 16777216), Is.Not.Null);
        Assert.That(Difference(MemoryType.F32, 0f, -0f), Is.Not.Null);
        Assert.That(Difference(MemoryType.F64, 0d, -0d), Is.Not.Null);
        Assert.That(Difference(MemoryType.F32, 1f, float.NaN), Is.Not.Null);
        Assert.That(Difference(MemoryType.F32, float.NaN, BitConverter.Int32BitsToSingle(0x7f812345)), Is.Null);
        Assert.That(Difference(MemoryType.F64, double.NaN, -double.NaN), Is.Null);
        Assert.That(Difference(MemoryType.I64, long.MinValue, long.MinValue), Is.Null);
    });

    private static string? Difference<T>(MemoryType type, T expected, T actual) where T : unmanaged =>
        OutputComparer.FirstDifference([Output(type, expected)], [Output(type, actual)]);

    private static KernelOutput Output<T>(MemoryType type, T value) where T : unmanaged =>
        new("out", type, MemoryMarshal.AsBytes([value]).ToArray());
}
