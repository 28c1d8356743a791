using ILGPU.AtomicOperations;

namespace VaeGpu.Tests.Language;

/// <summary>Atomic operations on every type that ILGPU has them for.</summary>
public sealed class AtomicTypeTests : LanguageTests
{
    private static long[] Longs { get; } = [.. Enumerable.Range(0, 63).Select(i => (i - 30) * 0x123456789ABL)];

    private static double[] Doubles { get; } = [.. Enumerable.Range(0, 63).Select(i => (i - 30) * 0.25)];

    [EveryCompiler]
    public void Long_atomics_lose_no_update(TestDevice device) => Same<long, long>(device, OnLongs, Longs, 8);

    public static void OnLongs(ArrayView<long> x, ArrayView<long> y)
    {
        long v = x[Grid.GlobalIndex.X];
        Atomic.Add(ref y[0], v);
        Atomic.Max(ref y[1], v);
        Atomic.Min(ref y[2], v);
        Atomic.Or(ref y[3], v & 0x5555_0000_FFFF);
        Atomic.Xor(ref y[4], v);
        Atomic.And(ref y[5], v);
        Atomic.CompareExchange(ref y[6], 0, 5_000_000_000);
        if (v == 0)
            Atomic.Exchange(ref y[7], 7_000_000_000);
    }

    [EveryCompiler]
    public void Unsigned_long_atomics_compare_without_sign(TestDevice device) => Same<long, ulong>(device, OnUnsignedLongs, Longs, 4);

    public static void OnUnsignedLongs(ArrayView<long> x, ArrayView<ulong> y)
    {
        ulong v = (ulong)x[Grid.GlobalIndex.X];
        Atomic.Add(ref y[0], v);
        Atomic.Max(ref y[1], v);
        Atomic.Min(ref y[2], v);
        Atomic.CompareExchange(ref y[3], 0, 3);
    }

    [EveryCompiler]
    public void Double_atomics_lose_no_update(TestDevice device) => Same<double, double>(device, OnDoubles, Doubles, 5);

    // Multiples of a quarter, so that the order of the additions does not count.
    public static void OnDoubles(ArrayView<double> x, ArrayView<double> y)
    {
        double v = x[Grid.GlobalIndex.X];
        Atomic.Add(ref y[0], v);
        Atomic.Max(ref y[1], v);
        Atomic.Min(ref y[2], v);
        if (v == 1)
            Atomic.Exchange(ref y[3], 2.5);
        Atomic.CompareExchange(ref y[4], 0, 1.5);
    }

    [EveryCompiler]
    public void Float_atomics_lose_no_update(TestDevice device) => Same<int, float>(device, OnFloats, Small, 5);

    public static void OnFloats(ArrayView<int> x, ArrayView<float> y)
    {
        float v = x[Grid.GlobalIndex.X];
        Atomic.Add(ref y[0], v);
        Atomic.Max(ref y[1], v);
        Atomic.Min(ref y[2], v);
        if (Grid.GlobalIndex.X == 5)
            Atomic.Exchange(ref y[3], 2.5f);
        Atomic.CompareExchange(ref y[4], 0, 1.5f);
    }

    public readonly struct Product : IAtomicOperation<int>
    {
        public readonly int Operation(int current, int value) => (current + 3) * value;
    }

    public readonly struct Exchange : ICompareExchangeOperation<int>
    {
        public readonly int CompareExchange(ref int target, int compare, int value) => Atomic.CompareExchange(ref target, compare, value);

        public readonly bool IsSame(int left, int right) => left == right;
    }

    [EveryCompiler]
    public void An_atomic_operation_of_ones_own_is_made_of_an_exchange(TestDevice device) => Same<int, int>(device, Own, Small, 1);

    public static void Own(ArrayView<int> x, ArrayView<int> y)
    {
        // One thread changes it, so that the order does not count.
        if (Grid.GlobalIndex.X == 7)
            Atomic.MakeAtomic(ref y[0], x[7] + 20, default(Product), default(Exchange));
    }
}
