using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;

namespace VaeGpu.Tests.Interpreter;

/// <summary>Faults are planted, and the interpreter must find each and say where it is.</summary>
[TestFixture]
internal sealed class FaultTests
{
    private static readonly SourceLocation Here = new("Tests.Faulty", "/source/Faulty.cs", 12);
    private InterpreterBench bench = null!;

    [SetUp]
    public void Open() => bench = new InterpreterBench(warpSize: 8);

    [TearDown]
    public void Close() => bench.Dispose();

    [Test]
    public void A_read_past_the_end_of_a_buffer_is_found()
    {
        var k = new IrKernel("Tests.Faulty") { B = { Location = Here } };
        Value x = k.View("x").Pointer, y = k.View("y").Pointer;
        k.Store(y, k.GlobalIndex, k.Load(x, k.GlobalIndex, MemoryType.I32), MemoryType.I32);
        KernelFaultException fault = Find(k, KernelFault.OutOfBounds, (2, 16), bench.Ints(new int[20]), bench.Ints(new int[32]));
        Assert.Multiple(() =>
        {
            Assert.That(fault.Message,
                Does.Contain(
                    "Tests.Faulty (Faulty.cs:12): thread 4 of group 1 reads element 20 (I32, byte 80) of the buffer 'x' of 80 bytes"));
            Assert.That((fault.Kernel, fault.File, fault.Line), Is.EqualTo(("Tests.Faulty", "/source/Faulty.cs", 12)));
        });
    }

    [Test]
    public void A_write_before_the_start_of_a_part_of_a_buffer_is_found()
    {
        var k = new IrKernel("Faulty");
        Value x = k.View("x").Pointer;
        k.Store(x, k.B.Add(k.Lane, Constant.I32(-1)), k.Lane, MemoryType.I32);
        ArrayView<int> part = bench.Ints(new int[64]).SubView(16, 16);
        KernelFaultException fault = Find(k, KernelFault.OutOfBounds, (1, 4), part);
        Assert.That(fault.Message, Does.Contain("thread 0 of group 0 writes element -1 (I32, byte -4) of the buffer 'x'"));
    }

    [Test]
    public void An_index_so_large_that_the_address_wraps_is_found()
    {
        var k = new IrKernel("Faulty");
        Value x = k.View("x").Pointer;
        k.Store(x, k.B.Emit(Op.Shl, IrType.I64,
            [k.B.Emit(Op.SignExtend, IrType.I64, [k.B.Add(k.Lane, Constant.I32(1))]), Constant.I32(62)]),
            k.Lane, MemoryType.I32);
        Find(k, KernelFault.OutOfBounds, (1, 4), bench.Ints(new int[64]));
    }

    [Test]
    public void Accesses_outside_shared_and_local_arrays_and_empty_views_are_found() => Assert.Multiple(() =>
    {
        var shared = new IrKernel("Faulty");
        shared.Store(shared.Shared(28), shared.Lane, shared.Lane, MemoryType.I32);
        Assert.That(Find(shared, KernelFault.OutOfBounds, (1, 8)).Message,
            Does.Contain("thread 7 of group 0 writes element 7 (I32, byte 28) of the shared array of 28 bytes"));

        var local = new IrKernel("Faulty");
        local.Store(local.Local(12), local.Lane, local.Lane, MemoryType.I32);
        Assert.That(Find(local, KernelFault.OutOfBounds, (1, 8)).Message,
            Does.Contain("thread 3 of group 0 writes element 3 (I32, byte 12) of the local array of 12 bytes"));

        var empty = new IrKernel("Faulty");
        empty.Store(empty.View("x").Pointer, empty.Lane, empty.Lane, MemoryType.I32);
        Assert.That(Find(empty, KernelFault.OutOfBounds, (1, 8), default(ArrayView<int>)).Message, Does.Contain("the empty view 'x'"));
    });

    [Test]
    public void A_misaligned_access_is_found()
    {
        var k = new IrKernel("Faulty");
        Value x = k.View("x").Pointer;
        k.B.Store(k.B.PtrAdd(x, k.Lane, 2), k.Lane, MemoryType.I32);
        Assert.That(Find(k, KernelFault.Misaligned, (1, 8), bench.Ints(new int[64])).Message,
            Does.Contain("thread 1 of group 0 writes I32 at byte 2 of the buffer 'x' of 256 bytes, which is not a multiple of 4"));
    }

    [Test]
    public void Reads_of_what_nothing_has_written_are_found() => Assert.Multiple(() =>
    {
        Check("the buffer 'x'", k => k.View("x").Pointer, bench.Undefined(64));
        Check("the shared array", k => k.Shared(256));
        Check("the local array", k => k.Local(256));

        void Check(string name, Func<IrKernel, Value> array, params ArrayView<int>[] views)
        {
            var k = new IrKernel("Faulty");
            Value pointer = array(k);
            k.Store(pointer, k.B.Mul(k.Lane, Constant.I32(2)), k.Lane, MemoryType.I32);
            k.Load(pointer, k.B.Add(k.B.Mul(k.Lane, Constant.I32(2)), Constant.I32(1)), MemoryType.I32);
            Assert.That(Find(k, KernelFault.Uninitialized, (1, 8), views).Message,
                Does.Contain(name).And.Contains("which nothing has written"));
        }
    });

    [Test]
    public void A_local_array_is_undefined_again_in_the_next_round_of_a_loop()
    {
        var k = new IrKernel("Faulty");
        k.For(Constant.I32(0), Constant.I32(2), 1, [], (i, _) =>
        {
            Value local = k.Local(4);
            k.If(k.B.Binary(Op.Eq, i, Constant.I32(0)), () => k.B.Store(local, i, MemoryType.I32));
            k.B.Load(local, MemoryType.I32);
            return [];
        });
        Find(k, KernelFault.Uninitialized, (1, 8));
    }

    [Test]
    public void Shared_memory_is_undefined_again_in_the_next_group()
    {
        var k = new IrKernel("Faulty");
        Value shared = k.Shared(64);
        k.If(k.B.Binary(Op.Eq, k.Place(Op.GridIndex), Constant.I32(0)), () => k.Store(shared, k.Lane, k.Lane, MemoryType.I32));
        k.Load(shared, k.Lane, MemoryType.I32);
        Assert.That(Find(k, KernelFault.Uninitialized, (2, 8)).Message, Does.Contain("thread 0 of group 1"));
    }

    [Test]
    public void A_missing_barrier_is_found_where_a_thread_reads_what_its_neighbor_wrote()
    {
        var k = new IrKernel("Faulty");
        Value shared = k.Shared(64);
        k.Store(shared, k.Lane, k.Lane, MemoryType.I32);
        k.Load(shared, k.B.Binary(Op.Xor, k.Lane, Constant.I32(1)), MemoryType.I32);
        Assert.That(Find(k, KernelFault.SharedRace, (1, 16)).Message,
            Does.Contain(
                "thread 0 of group 0 reads element 1 (I32, byte 4) of the shared array of 64 bytes, which thread 1 of group 0 wrote")
            .And.Contains("Put a Group.Barrier between them."));
    }

    [Test]
    public void A_missing_barrier_is_found_where_a_thread_overwrites_what_others_read()
    {
        var k = new IrKernel("Faulty");
        Value shared = k.Shared(64);
        k.Store(shared, k.Lane, k.Lane, MemoryType.I32);
        k.Barrier();
        k.Load(shared, k.B.Binary(Op.Xor, k.Lane, Constant.I32(8)), MemoryType.I32);
        k.Store(shared, k.Lane, k.Lane, MemoryType.I32);
        Assert.That(Find(k, KernelFault.SharedRace, (1, 16)).Message, Does.Contain("which thread 8 of group 0 read"));
    }

    [Test]
    public void A_barrier_of_the_warp_does_not_order_threads_of_two_warps()
    {
        var k = new IrKernel("Faulty");
        Value shared = k.Shared(64);
        k.Store(shared, k.Lane, k.Lane, MemoryType.I32);
        k.Raw(Op.WarpBarrier, IrType.Bool);
        k.Load(shared, k.B.Binary(Op.Xor, k.Lane, Constant.I32(8)), MemoryType.I32);
        Find(k, KernelFault.SharedRace, (1, 16));
    }

    [Test]
    public void A_plain_store_races_with_the_atomics_of_other_threads()
    {
        var k = new IrKernel("Faulty");
        Value shared = k.Shared(4);
        k.If(k.B.Binary(Op.Eq, k.Lane, Constant.I32(0)), () => k.B.Store(shared, Constant.I32(0), MemoryType.I32));
        k.B.Emit(Op.AtomicAdd, IrType.I32, [shared, k.Lane], (long)MemoryType.I32);
        Assert.That(Find(k, KernelFault.SharedRace, (1, 16)).Message,
            Does.Contain("thread 1 of group 0 updates").And.Contains("which thread 0 of group 0 wrote"));
    }

    [Test]
    public void Threads_of_two_groups_that_write_different_values_to_one_place_are_found()
    {
        var k = new IrKernel("Faulty");
        k.Store(k.View("x").Pointer, k.Lane, k.Place(Op.GridIndex), MemoryType.I32);
        KernelFaultException fault = Find(k, KernelFault.GlobalRace, (2, 8), bench.Ints(new int[8]));
        Assert.That(fault.Message, Does.Contain("thread 0 of group 1 writes element 0").And.Contains("which thread 0 of group 0 wrote")
            .And.Contains("Groups do not wait for each other"));
    }

    [Test]
    public void A_thread_that_reads_what_another_group_wrote_in_the_same_launch_is_found()
    {
        var k = new IrKernel("Faulty");
        (Value x, Value y) = (k.View("x").Pointer, k.View("y").Pointer);
        k.Store(x, k.GlobalIndex, Constant.I32(5), MemoryType.I32);
        k.Barrier();
        k.Store(y, k.GlobalIndex, k.Load(x, k.Lane, MemoryType.I32), MemoryType.I32);
        Find(k, KernelFault.GlobalRace, (2, 8), bench.Ints(new int[16]), bench.Ints(new int[16]));
    }

    [Test]
    public void A_thread_that_changes_what_another_group_has_read_is_found()
    {
        var k = new IrKernel("Faulty");
        Value x = k.View("x").Pointer;
        Value sum = k.Load(x, k.B.Add(k.GlobalIndex, Constant.I32(1)), MemoryType.I32);
        k.Barrier();
        k.Store(x, k.GlobalIndex, k.B.Add(sum, Constant.I32(1)), MemoryType.I32);
        Assert.That(Find(k, KernelFault.GlobalRace, (2, 8), bench.Ints(new int[17])).Message,
            Does.Contain("which thread 7 of group 0 read"));
    }

    [Test]
    public void Overlapping_views_of_one_buffer_race_like_one_view()
    {
        var k = new IrKernel("Faulty");
        (Value x, Value y) = (k.View("x").Pointer, k.View("y").Pointer);
        k.Store(y, k.GlobalIndex, k.Load(x, k.GlobalIndex, MemoryType.I32), MemoryType.I32);
        ArrayView<int> all = bench.Ints([.. Enumerable.Range(0, 17)]);
        Find(k, KernelFault.GlobalRace, (2, 8), all.SubView(0, 16), all.SubView(1, 16));
    }

    [Test]
    public void A_barrier_that_some_threads_skip_is_found()
    {
        var k = new IrKernel("Tests.Faulty") { B = { Location = Here } };
        k.If(k.B.Binary(Op.Lt, k.Lane, Constant.I32(5)), k.Barrier);
        Assert.That(Find(k, KernelFault.DivergentBarrier, (1, 8)).Message,
            Does.Contain("Tests.Faulty (Faulty.cs:12): thread 0 of group 0 is at a Barrier that thread 5 does not reach with it: 5 of the "
                + "group's 8 threads are here."));
    }

    [Test]
    public void A_barrier_in_a_loop_that_some_threads_leave_early_is_found()
    {
        var k = new IrKernel("Faulty");
        k.For(Constant.I32(0), k.B.Add(k.Lane, Constant.I32(1)), 1, [], (_, _) =>
        {
            k.Barrier();
            return [];
        });
        Assert.That(Find(k, KernelFault.DivergentBarrier, (1, 8)).Message,
            Does.Contain("thread 1 of group 0").And.Contains("thread 0 does not reach"));
    }

    [Test]
    public void Shuffles_and_warp_barriers_that_part_of_a_warp_skips_are_found() => Assert.Multiple(() =>
    {
        var shuffle = new IrKernel("Faulty");
        shuffle.If(shuffle.B.Binary(Op.Lt, shuffle.Lane, Constant.I32(3)), () =>
            shuffle.Raw(Op.ShuffleDown, IrType.I32, shuffle.Lane, Constant.I32(1)));
        Assert.That(Find(shuffle, KernelFault.AbsentSource, (1, 8)).Message, Does.Contain("thread 2 of group 0 takes a value of thread 3"));

        var barrier = new IrKernel("Faulty");
        barrier.If(barrier.B.Binary(Op.Lt, barrier.Lane, Constant.I32(12)), () => barrier.Raw(Op.WarpBarrier, IrType.Bool));
        Assert.That(Find(barrier, KernelFault.DivergentBarrier, (1, 16)).Message, Does.Contain("4 of the 8 threads of warp 1"));
    });

    [Test]
    public void A_broadcast_from_different_threads_is_found()
    {
        var k = new IrKernel("Faulty");
        k.Raw(Op.GroupBroadcast, IrType.I32, k.Lane, k.Lane);
        Find(k, KernelFault.AbsentSource, (1, 8));
    }

    [Test]
    public void An_endless_loop_is_found_where_rounds_are_limited()
    {
        var k = new IrKernel("Faulty");
        k.While([Constant.I32(0)], carried => (k.B.Binary(Op.Lt, k.Lane, Constant.I32(3)), [k.B.Add(carried[0], Constant.I32(1))]));
        bench.Accelerator.MaxRounds = 100;
        Assert.That(Find(k, KernelFault.EndlessLoop, (1, 8)).Message,
            Does.Contain("thread 0 of group 0 has run 100 iterations of the loop"));
    }

    private KernelFaultException Find(IrKernel kernel, KernelFault kind, KernelConfig config, params ArrayView<int>[] views)
    {
        Function function = kernel.Build();
        var fault = Assert.Throws<KernelFaultException>(() => bench.Run(function, config, views))!;
        Assert.That(fault.Fault, Is.EqualTo(kind), fault.Message);
        return fault;
    }
}
