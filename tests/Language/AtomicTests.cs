namespace VaeGpu.Tests.Language;

public sealed class AtomicTests : LanguageTests
{
    [EveryCompiler]
    public void Atomic_operations_lose_no_update(TestDevice device) => Same<int, int>(device, Combine, Small, 8);

    public static void Combine(ArrayView<int> x, ArrayView<int> y)
    {
        int v = x[Grid.GlobalIndex.X];
        Atomic.Add(ref y[0], v);
        Atomic.Max(ref y[1], v);
        Atomic.Min(ref y[2], v);
        Atomic.Or(ref y[3], 1 << (v & 15));
        Atomic.Xor(ref y[4], v * 77);
        Atomic.And(ref y[5], v);
        if (v > 3)
            Atomic.Add(ref y[6], 1);
        Atomic.CompareExchange(ref y[7], 0, 5);
    }

    [EveryCompiler]
    public void Unsigned_atomics_compare_without_sign(TestDevice device) => Same<int, uint>(device, Unsigned, Extreme, 6);

    public static void Unsigned(ArrayView<int> x, ArrayView<uint> y)
    {
        uint v = (uint)x[Grid.GlobalIndex.X];
        Atomic.Add(ref y[0], v);
        Atomic.Max(ref y[1], v);
        Atomic.Min(ref y[2], v + 5);
        Atomic.Or(ref y[3], v & 0xF0F0u);
        Atomic.Xor(ref y[4], v);
        Atomic.And(ref y[5], v);
    }

    [EveryCompiler]
    public void Each_thread_gets_a_number_of_its_own(TestDevice device) =>
        Assert.That(Run<int, int>(device, Number, Small, 64, Groups)[..63], Is.EquivalentTo(Enumerable.Range(1, 63)));

    public static void Number(ArrayView<int> x, ArrayView<int> y) => y[Grid.GlobalIndex.X] = Atomic.Add(ref y[63], 1) + 1;

    [EveryCompiler]
    public void Atomics_work_in_shared_memory(TestDevice device) => Assert.That(Run<int, int>(device, Histogram, Small, 24, Groups),
        Is.EqualTo(Enumerable.Range(0, 24).Select(bin => Small.Chunk(21).ElementAt(bin / 8).Count(v => (v & 7) == bin % 8))));

    public static void Histogram(ArrayView<int> x, ArrayView<int> y)
    {
        ArrayView<int> bins = SharedMemory.Allocate<int>(8);
        if (Group.IdxX < 8)
            bins[Group.IdxX] = 0;
        Group.Barrier();
        Atomic.Add(ref bins[x[Grid.GlobalIndex.X] & 7], 1);
        Group.Barrier();
        if (Group.IdxX < 8)
            y[Grid.IdxX * 8 + Group.IdxX] = bins[Group.IdxX];
    }
}
