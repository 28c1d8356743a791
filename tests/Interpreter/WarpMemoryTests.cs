using VaeGpu.Gpu.Inspection;
using VaeGpu.Kernels;
using VaeGpu.Kernels.Devices;

namespace VaeGpu.Tests.Interpreter;

/// <summary>The one rule for sectors and bank conflicts, against accesses that are counted by hand.</summary>
public sealed class WarpMemoryTests
{
    private const int Warp = 32, Length = 33 * Warp + 1;

    // The bytes of a thread, the distance to the next one's, and where the first begins; 32 threads.
    [TestCase(4, 4, 0, 4, 4), TestCase(4, 8, 0, 8, 4), TestCase(4, 128, 0, 32, 4), TestCase(4, 132, 0, 32, 4), TestCase(4, 0, 0, 1, 1)]
    [TestCase(4, 4, 4, 5, 4), TestCase(4, 4, 28, 5, 4), TestCase(4, 4, 32, 4, 4)]
    [TestCase(1, 1, 0, 1, 1), TestCase(1, 1, 31, 2, 1), TestCase(8, 8, 0, 8, 8), TestCase(8, 8, 8, 9, 8)]
    [TestCase(16, 16, 0, 16, 16), TestCase(16, 16, 16, 17, 16), TestCase(16, 32, 0, 32, 16), TestCase(16, 512, 0, 32, 16)]
    [TestCase(16, 16, 24, 17, 16, Description = "accesses across sectors, which GPUs refuse, count both")]
    public void A_warp_moves_the_sectors_that_hold_its_bytes(int size, int distance, int first, int sectors, int least) =>
        Assert.That(new WarpMemory().Global(Places(Warp, distance, first), size), Is.EqualTo(new RequestCost(sectors, least)));

    [TestCase(4, 4, 0, 1, 1), TestCase(4, 8, 0, 2, 1), TestCase(4, 128, 0, 32, 1), TestCase(4, 132, 0, 1, 1), TestCase(4, 0, 0, 1, 1)]
    [TestCase(4, 4, 4, 1, 1, Description = "the last thread comes to the first bank, in which there is nobody else")]
    [TestCase(1, 1, 0, 1, 1, Description = "four threads share a word")]
    [TestCase(8, 8, 0, 2, 2, Description = "two halves"), TestCase(8, 16, 0, 4, 2), TestCase(8, 8, 8, 2, 2)]
    [TestCase(16, 16, 0, 4, 4, Description = "four quarters"), TestCase(16, 32, 0, 8, 4), TestCase(16, 16, 16, 4, 4)]
    [TestCase(16, 512, 0, 32, 4, Description = "each thread of a quarter has the same four banks"), TestCase(16, 528, 0, 4, 4)]
    public void A_warp_passes_over_the_banks_until_each_thread_has_its_words(int size, int distance, int first, int passes, int least) =>
        Assert.That(
            new WarpMemory().Shared(Lanes(Warp), Places(Warp, distance, first), size), Is.EqualTo(new RequestCost(passes, least)));

    [Test]
    public void Threads_that_take_no_part_cost_nothing() => Assert.Multiple(() =>
    {
        Assert.That(new WarpMemory().Global([0, 124], 4), Is.EqualTo(new RequestCost(2, 1)));
        Assert.That(new WarpMemory().Shared([0, 31], [0, 128], 4), Is.EqualTo(new RequestCost(2, 1)));
        Assert.That(new WarpMemory().Shared([9, 30], [0, 128], 16), Is.EqualTo(new RequestCost(2, 2)), "two quarters have a thread each");
    });

    [TestCase(1), TestCase(2), TestCase(32), TestCase(33)]
    public void A_trace_and_an_emulation_count_the_same(int stride) => Assert.Multiple(() =>
    {
        Assert.That(Trace<float>(stride), Is.EqualTo(Sums(Emulate<float>(stride))));
        Assert.That(Trace<double>(stride), Is.EqualTo(Sums(Emulate<double>(stride))));
    });

    // The view begins at the second element, so that neighboring threads touch a sector more.
    [TestCase(1, 9, 0), TestCase(2, 16, 2), TestCase(33, 32, 0)]
    public void A_trace_counts_both_words_of_a_double(int stride, int sectors, int conflicts) =>
        Assert.That(Trace<double>(stride), Is.EqualTo((9 + sectors, 2 * conflicts)));

    [TestCase(1, 17, 4), TestCase(2, 32, 8), TestCase(33, 32, 4)]
    public void An_emulation_counts_all_words_of_a_vector(int stride, int sectors, int passes)
    {
        WarpProfile warps = Emulate<Float4>(stride);
        Assert.That(warps.Accesses.Select(access => (access.IsShared, access.Kind, access.Bytes, access.Transactions, access.Least)),
            Is.EquivalentTo(new[]
        {
            (false, AccessKind.Load, 16, 17, 16), (true, AccessKind.Store, 16, passes, 4), (true, AccessKind.Load, 16, passes, 4),
            (false, AccessKind.Store, 16, sectors, 16),
        }));
    }

    /// <summary>Elements come to shared memory side by side, and are read and written with a stride.</summary>
    private static void Through<T>(ArrayView<T> values, int stride) where T : unmanaged
    {
        ArrayView<T> shared = SharedMemory.Allocate<T>(33 * Warp);
        shared[stride * Group.IdxX] = values[Group.IdxX];
        Group.Barrier();
        values[stride * Group.IdxX] = shared[stride * Group.IdxX];
    }

    /// <summary>Sectors and bank conflicts.</summary>
    private static (long Sectors, long Conflicts) Trace<T>(int stride) where T : unmanaged
    {
        var trace = new AccessTrace();
        trace.Run(accelerator => Launch<T>(accelerator, stride));
        return (trace.Sectors, trace.BankConflicts);
    }

    private static WarpProfile Emulate<T>(int stride) where T : unmanaged =>
        KernelInspector.Emulate(accelerator => Launch<T>(accelerator, stride)).Single().Warps!;

    private static (long Sectors, long Conflicts) Sums(WarpProfile warps) => (
        warps.Accesses.Where(access => !access.IsShared).Sum(access => access.Transactions),
        warps.Accesses.Where(access => access.IsShared).Sum(access => access.Transactions - access.Least));

    private static void Launch<T>(Accelerator accelerator, int stride) where T : unmanaged
    {
        using var buffer = accelerator.Allocate1D(new T[Length]);
        accelerator.LoadStreamKernel<ArrayView<T>, int>(Through)(new KernelConfig(1, Warp), buffer.View.SubView(1, Length - 1), stride);
    }

    private static long[] Places(int count, int distance, int first) =>
        [.. Enumerable.Range(0, count).Select(lane => first + (long)lane * distance)];

    private static int[] Lanes(int count) => [.. Enumerable.Range(0, count)];
}
