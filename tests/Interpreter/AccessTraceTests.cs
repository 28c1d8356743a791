using VaeGpu.Gpu.Inspection;

namespace VaeGpu.Tests.Interpreter;

public sealed class AccessTraceTests
{
    [Test]
    public void Each_access_has_its_array_thread_and_place_and_those_of_one_instruction_have_one_step()
    {
        MemoryAccess[] accesses = [.. Trace((2, 4), 8, (values, _) => values[Grid.GlobalIndex.X] += 1).Accesses];
        Assert.That(accesses, Has.Length.EqualTo(16));
        Assert.That(accesses.Select(access => access.Array), Is.All.EqualTo("the view 'values'"));
        Assert.That(accesses.GroupBy(access => access.Step).Select(step => (step.First().IsWrite, step.Count())), Is.EqualTo(new[]
        {
            (false, 4), (true, 4), (false, 4), (true, 4),
        }));
        Assert.That(accesses[^1] with { ArrayNumber = 0, Step = 0, Time = 0 }, Is.EqualTo(
            new MemoryAccess("the view 'values'", 0, false, true, 28, 4, new(1, 0, 0), new(3, 0, 0), 3, 0, 0)));
    }

    [TestCase(1, 8), TestCase(2, 16), TestCase(8, 64), TestCase(16, 64)]
    public void A_warp_moves_the_sectors_that_it_touches(int stride, int sectors) =>
        Assert.That(Trace((1, 64), 64 * 16, (values, stride) => values[Group.IdxX * stride] = 1, stride).Sectors, Is.EqualTo(sectors));

    [TestCase(0, 0), TestCase(1, 0), TestCase(2, 1), TestCase(4, 3), TestCase(32, 31), TestCase(33, 0)]
    public void A_warp_waits_for_a_bank_once_for_each_further_word(int stride, int conflicts) =>
        Assert.That(Trace((1, 32), 32, ReadShared, stride).BankConflicts, Is.EqualTo(conflicts));

    [Test]
    public void Shared_arrays_of_one_line_are_told_apart()
    {
        AccessTrace trace = Trace((1, 4), 4, (values, _) =>
        {
            ArrayView<float> one = SharedMemory.Allocate<float>(4), other = SharedMemory.Allocate<float>(4);
            one[Group.IdxX] = values[Group.IdxX];
            other[Group.IdxX] = one[Group.IdxX];
        });
        Assert.That(trace.Arrays.Select(array => (array.Name, array.Accesses.Count)), Is.EqualTo(new[]
        {
            ("values", 4), ("shared array 1", 8), ("shared array 2", 4),
        }));
    }

    [TestCase(0, 32), TestCase(1, 17)]
    public void Reads_are_counted_from_barrier_to_barrier(int barriers, int most) => Assert.That(Trace((1, 4), 32, (values, barriers) =>
    {
        float sum = 0;
        for (int i = 0; i < 32; i++)
        {
            if (i == 17)
            {
                for (int barrier = 0; barrier < barriers; barrier++)
                    Group.Barrier();
            }
            sum += values[i];
        }
    }, barriers).MostReadsBetweenBarriers, Is.EqualTo(most));

    [Test]
    public void What_was_accessed_before_a_fault_stays_noted()
    {
        var trace = new AccessTrace();
        Assert.That(
            () => trace.Run(accelerator => Launch(accelerator, (1, 4), 3, (values, _) => values[Group.IdxX] = 1, 0)),
            Throws.TypeOf<KernelFaultException>().With.Property("Fault").EqualTo(KernelFault.OutOfBounds));
        Assert.That(trace.Accesses, Has.Count.EqualTo(3));
    }

    [Test, CancelAfter(20_000)]
    public void A_loop_without_end_is_a_fault() => Assert.That(
        () => Trace((1, 1), 1, (values, _) =>
        {
            while (values[0] < 1)
                values[0] -= 1;
        }),
        Throws.TypeOf<KernelFaultException>().With.Property("Fault").EqualTo(KernelFault.EndlessLoop));

    private static void ReadShared(ArrayView<float> values, int stride)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(32 * 33);
        for (int i = Group.IdxX; i < 32 * 33; i += 32)
            shared[i] = i;
        Group.Barrier();
        values[Group.IdxX] = shared[Group.IdxX * stride];
    }

    private static AccessTrace Trace(KernelConfig shape, int length, Action<ArrayView<float>, int> kernel, int stride = 0)
    {
        var trace = new AccessTrace();
        trace.Run(accelerator => Launch(accelerator, shape, length, kernel, stride));
        return trace;
    }

    private static void Launch(Accelerator accelerator, KernelConfig shape, int length, Action<ArrayView<float>, int> kernel, int stride)
    {
        using var buffer = accelerator.Allocate1D(new float[length]);
        accelerator.LoadStreamKernel(kernel)(shape, buffer.View, stride);
    }
}
