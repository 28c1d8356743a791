using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;

namespace VaeGpu.Tests.Interpreter;

/// <summary>Correct kernels with branches, loops and threads that work together: the right numbers, and no alarm.</summary>
[TestFixture]
internal sealed class FlowTests
{
    private InterpreterBench bench = null!;

    [SetUp]
    public void Open() => bench = new InterpreterBench(warpSize: 8);

    [TearDown]
    public void Close() => bench.Dispose();

    [Test]
    public void Each_thread_takes_its_own_branch() => Check(20, (k, lane) =>
        k.Choose(k.B.Binary(Op.Lt, lane, Constant.I32(7)),
            () => k.Choose(k.B.Binary(Op.Eq, k.B.And(lane, Constant.I32(1)), Constant.I32(0)),
                () => [k.Raw(Op.Add, IrType.I32, lane, Constant.I32(100))],
                () => [k.Raw(Op.Neg, IrType.I32, lane)]),
            () => [k.Raw(Op.Mul, IrType.I32, lane, lane)])[0],
        i => i >= 7 ? i * i : i % 2 == 0 ? i + 100 : -i);

    [Test]
    public void Each_thread_makes_its_own_number_of_rounds() => Check(20, (k, lane) =>
        k.For(Constant.I32(1), lane, 2, [Constant.I32(0)], (i, carried) => [k.B.Add(k.B.Mul(carried[0], Constant.I32(3)), i)])[0],
        n =>
        {
            int sum = 0;
            for (int i = 1; i < n; i += 2)
                sum = sum * 3 + i;
            return sum;
        });

    [Test]
    public void A_loop_counts_down_and_ends_at_the_last_number() => Check(3, (k, lane) =>
        k.For(k.B.Add(Constant.I32(int.MinValue + 5), lane), Constant.I32(int.MinValue), -2, [Constant.I32(0)],
            (_, carried) => [k.B.Add(carried[0], Constant.I32(1))])[0],
        n => (5 + n + 1) / 2);

    [Test]
    public void Carried_values_can_swap() => Check(10, (k, lane) =>
    {
        Value[] pair = k.For(Constant.I32(0), lane, 1, [Constant.I32(3), Constant.I32(4)], (_, carried) => [carried[1], carried[0]]);
        return k.B.Add(k.B.Mul(pair[0], Constant.I32(10)), pair[1]);
    }, n => n % 2 == 0 ? 34 : 43);

    [Test]
    public void A_loop_with_its_condition_at_the_end_runs_at_least_once() => Check(20, (k, lane) =>
        k.While([lane, Constant.I32(0)], carried =>
        {
            Value half = k.B.Emit(Op.Shr, IrType.I32, [carried[0], Constant.I32(1)]);
            return (k.B.Binary(Op.Gt, half, Constant.I32(0)), [half, k.B.Add(carried[1], Constant.I32(1))]);
        })[1],
        n => Math.Max(1, 32 - int.LeadingZeroCount(n)));

    [Test]
    public void A_condition_may_be_a_carried_value() => Check(5, (k, lane) =>
        k.While([k.B.Binary(Op.Lt, lane, Constant.I32(3)), lane], carried =>
            (carried[0], [k.B.Binary(Op.Lt, carried[1], Constant.I32(10)), k.B.Add(carried[1], Constant.I32(4))]))[1],
        n =>
        {
            bool carried = n < 3;
            while (true)
            {
                bool goesOn = carried;
                (carried, n) = (n < 10, n + 4);
                if (!goesOn)
                    return n;
            }
        });

    [Test]
    public void Places_are_those_of_a_three_dimensional_launch()
    {
        var k = new IrKernel("Places");
        Value x = k.View("x").Pointer;
        Value linear = k.Place(Op.GroupIndex, 2);
        foreach (int axis in (int[])[1, 0])
            linear = k.B.Add(k.B.Mul(linear, k.Place(Op.GroupDim, axis)), k.Place(Op.GroupIndex, axis));
        Value group = k.Place(Op.GridIndex, 2);
        foreach (int axis in (int[])[1, 0])
            group = k.B.Add(k.B.Mul(group, k.Place(Op.GridDim, axis)), k.Place(Op.GridIndex, axis));
        Value warp = k.B.Add(k.B.Mul(k.Place(Op.WarpIndex), k.Place(Op.WarpSize)), k.Place(Op.LaneIndex));
        Value same = k.Raw(Op.BoolToInt, IrType.I32, k.B.Binary(Op.Eq, warp, linear));
        k.Store(x, k.B.Add(k.B.Mul(group, Constant.I32(24)), linear), same, MemoryType.I32);
        ArrayView<int> output = bench.Undefined(24 * 12);
        bench.Run(k.Build(), new KernelConfig(new Index3D(3, 2, 2), new Index3D(4, 3, 2)), output);
        Assert.That(InterpreterBench.Read(output), Is.All.EqualTo(1));
    }

    [Test]
    public void Small_integers_widen_when_loaded_and_wrap_when_stored() => Assert.Multiple(() =>
    {
        foreach (MemoryType type in (MemoryType[])[MemoryType.I8, MemoryType.U8, MemoryType.I16, MemoryType.U16])
        {
            Check(8, (k, lane) =>
            {
                Value local = k.Local(16);
                k.Store(local, Constant.I32(3), k.B.Mul(k.B.Add(lane, Constant.I32(1)), Constant.I32(0x3fff9)), type);
                return k.Load(local, Constant.I32(3), type);
            }, n => Narrow(type, (n + 1) * 0x3fff9));
        }
    });

    [Test]
    public void A_load_with_a_condition_reads_only_where_it_holds() => Check(20, (k, lane) =>
    {
        Value local = k.Local(20);
        for (int i = 0; i < 5; i++)
            k.Store(local, Constant.I32(i), Constant.I32(i * i), MemoryType.I32);
        Value inside = k.B.Binary(Op.LtU, lane, Constant.I32(5));
        return k.B.Emit(Op.Load, IrType.I32, [k.B.PtrAdd(local, lane, 4), inside, Constant.I32(-1)], (long)MemoryType.I32);
    }, n => n < 5 ? n * n : -1);

    [Test]
    public void Threads_hand_values_over_in_shared_memory() => Check(20, (k, lane) =>
    {
        Value shared = k.Shared(80), total = Constant.I32(0);
        return k.For(Constant.I32(0), Constant.I32(3), 1, [total], (i, carried) =>
        {
            k.Store(shared, lane, k.B.Mul(lane, k.B.Add(i, Constant.I32(1))), MemoryType.I32);
            k.Barrier();
            Value other = k.Load(shared, k.B.Binary(Op.Sub, Constant.I32(19), lane), MemoryType.I32);
            k.Barrier();
            return [k.B.Add(carried[0], other)];
        })[0];
    }, n => (19 - n) * 6);

    [Test]
    public void A_barrier_of_the_warp_orders_its_threads() => Check(20, (k, lane) =>
    {
        Value shared = k.Shared(80);
        k.Store(shared, lane, lane, MemoryType.I32);
        k.Raw(Op.WarpBarrier, IrType.Bool);
        Value next = k.B.Binary(Op.Xor, lane, Constant.I32(3));
        Value other = k.Load(shared, next, MemoryType.I32);
        k.Raw(Op.WarpBarrier, IrType.Bool);
        k.Store(shared, next, k.B.Add(other, Constant.I32(1)), MemoryType.I32);
        k.Raw(Op.WarpBarrier, IrType.Bool);
        return k.Load(shared, lane, MemoryType.I32);
    }, n => n + 1);

    [Test]
    public void Lanes_without_a_source_keep_their_own_value_in_shuffles() => Assert.Multiple(() =>
    {
        // The last warp of a group of 20 has four lanes.
        Shuffle(Op.Shuffle, 2, n => n / 8 * 8 + 2);
        Shuffle(Op.Shuffle, 6, n => n < 16 ? n / 8 * 8 + 6 : n);
        Shuffle(Op.ShuffleUp, 3, n => n % 8 >= 3 ? n - 3 : n);
        Shuffle(Op.ShuffleDown, 3, n => n % 8 + 3 < (n < 16 ? 8 : 4) ? n + 3 : n);
        Shuffle(Op.ShuffleXor, 5, n => (n ^ 5) < 20 ? n ^ 5 : n);

        void Shuffle(Op op, int operand, Func<int, int> expected) =>
            Check(20, (k, lane) => k.Raw(op, IrType.I32, lane, Constant.I32(operand)), expected);
    });

    [Test]
    public void Barriers_combine_what_the_threads_pass() => Check(20, (k, lane) =>
    {
        Value small = k.B.Binary(Op.Lt, lane, Constant.I32(13)), all = k.B.Binary(Op.Ge, lane, Constant.I32(0));
        Value bits = k.Raw(Op.BarrierPopCount, IrType.I32, small);
        foreach (Value bit in (Value[])[k.Raw(Op.BarrierAnd, IrType.Bool, small), k.Raw(Op.BarrierOr, IrType.Bool, small),
            k.Raw(Op.BarrierAnd, IrType.Bool, all)])
            bits = k.B.Add(k.B.Mul(bits, Constant.I32(2)), k.B.Emit(Op.BoolToInt, IrType.I32, [bit]));
        return k.B.Add(bits, k.Raw(Op.GroupBroadcast, IrType.I32, k.B.Mul(lane, Constant.I32(1000)), Constant.I32(17)));
    }, _ => 13 * 8 + 3 + 17000);

    [Test]
    public void Atomics_of_all_threads_add_up_and_give_the_value_before()
    {
        var k = new IrKernel("Atomics");
        Value x = k.View("x").Pointer, i = k.GlobalIndex;
        Op[] ops = [Op.AtomicAdd, Op.AtomicMax, Op.AtomicMin, Op.AtomicMaxU, Op.AtomicMinU, Op.AtomicAnd, Op.AtomicOr, Op.AtomicXor];
        Value operand = k.B.Binary(Op.Sub, i, Constant.I32(9));
        for (int a = 0; a < ops.Length; a++)
            k.B.Emit(ops[a], IrType.I32, [k.B.PtrAdd(x, Constant.I32(a), 4), operand], (long)MemoryType.I32);
        Value before = k.B.Emit(Op.AtomicAdd, IrType.I32, [k.B.PtrAdd(x, Constant.I32(8), 4), Constant.I32(1)], (long)MemoryType.I32);
        k.Store(k.View("order").Pointer, i, before, MemoryType.I32);
        k.B.Emit(Op.AtomicCompareExchange, IrType.I32, [k.B.PtrAdd(x, Constant.I32(9), 4), i, k.B.Add(i, Constant.I32(1))],
            (long)MemoryType.I32);
        k.B.Emit(Op.AtomicExchange, IrType.I32, [k.B.PtrAdd(x, Constant.I32(10), 4), Constant.I32(77)], (long)MemoryType.I32);
        ArrayView<int> output = bench.Ints(0, 0, 0, 0, -1, -1, 0, 0, 0, 0, 0), order = bench.Undefined(32);
        bench.Run(k.Build(), (2, 16), output, order);
        int[] operands = [.. Enumerable.Range(-9, 32)];
        int[] expected = [operands.Sum(), 22, -9, -1, 0, 0, -1, operands.Aggregate((a, b) => a ^ b), 32, 32, 77];
        Assert.Multiple(() =>
        {
            Assert.That(InterpreterBench.Read(output), Is.EqualTo(expected));
            Assert.That(InterpreterBench.Read(order), Is.EqualTo(Enumerable.Range(0, 32)));
        });
    }

    [Test]
    public void Groups_that_write_the_same_value_to_one_place_raise_no_alarm()
    {
        var k = new IrKernel("Flag");
        k.B.Store(k.View("x").Pointer, Constant.I32(1), MemoryType.I32);
        ArrayView<int> output = bench.Undefined(1);
        bench.Run(k.Build(), (3, 16), output);
        Assert.That(InterpreterBench.Read(output), Is.EqualTo([1]));
    }

    [Test]
    public void The_last_group_may_read_what_the_others_wrote_before_a_fence()
    {
        var k = new IrKernel("LastGroup");
        (Value parts, Value counter, Value total) = (k.View("parts").Pointer, k.View("counter").Pointer, k.View("total").Pointer);
        k.If(k.B.Binary(Op.Eq, k.Lane, Constant.I32(0)), () =>
        {
            k.Store(parts, k.Place(Op.GridIndex), k.B.Add(k.Place(Op.GridIndex), Constant.I32(1)), MemoryType.I32);
            k.Raw(Op.FenceDevice, IrType.Bool);
            Value before = k.B.Emit(Op.AtomicAdd, IrType.I32, [counter, Constant.I32(1)], (long)MemoryType.I32);
            k.If(k.B.Binary(Op.Eq, before, Constant.I32(3)), () =>
                k.B.Store(total, k.For(Constant.I32(0), Constant.I32(4), 1, [Constant.I32(0)],
                    (i, carried) => [k.B.Add(carried[0], k.Load(parts, i, MemoryType.I32))])[0], MemoryType.I32));
        });
        ArrayView<int> output = bench.Undefined(1);
        bench.Run(k.Build(), (4, 16), bench.Undefined(4), bench.Ints(0), output);
        Assert.That(InterpreterBench.Read(output), Is.EqualTo([10]));
    }

    /// <summary>Runs two groups of threads that each store one value, computed from their index in the group.</summary>
    private void Check(int threads, Func<IrKernel, Value, Value> compute, Func<int, int> expected)
    {
        var k = new IrKernel("Flow");
        Value x = k.View("x").Pointer;
        k.Store(x, k.GlobalIndex, compute(k, k.Lane), MemoryType.I32);
        ArrayView<int> output = bench.Undefined(2 * threads);
        bench.Run(k.Build(), (2, threads), output);
        int[] once = [.. Enumerable.Range(0, threads).Select(expected)];
        Assert.That(InterpreterBench.Read(output), Is.EqualTo([.. once, .. once]));
    }

    private static int Narrow(MemoryType type, int value) => type switch
    {
        MemoryType.I8 => (sbyte)value,
        MemoryType.U8 => (byte)value,
        MemoryType.I16 => (short)value,
        _ => (ushort)value,
    };
}
