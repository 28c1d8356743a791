using VaeGpu.Gpu.IR;

namespace VaeGpu.Tests.OpenCL;

/// <summary>Operations of a group, warps of one thread, and atomics.</summary>
public sealed class GroupTests : OpenCLFixture
{
    [Test]
    public void Barriers_vote_and_count()
    {
        int[][] results = Run(256, kernel =>
        {
            Builder b = kernel.Builder;
            Value group = b.Emit(Op.GridIndex, IrType.I32, []);
            // Group 0: nobody; 1: one thread; 2: all but one; 3: all.
            Value first = b.Binary(Op.Eq, kernel.Local, Constant.I32(0));
            Value says = b.Select(b.Binary(Op.Lt, group, Constant.I32(2)),
                b.And(first, b.Binary(Op.Eq, group, Constant.I32(1))), b.Or(b.Not(first), b.Binary(Op.Eq, group, Constant.I32(3))));
            return [b.Emit(Op.BarrierAnd, IrType.Bool, [says]), b.Emit(Op.BarrierOr, IrType.Bool, [says]),
                b.Emit(Op.BarrierPopCount, IrType.I32, [says])];
        });
        for (int i = 0; i < 256; i++)
        {
            int count = new[] { 0, 1, 63, 64 }[i / 64];
            Assert.That((results[0][i], results[1][i], results[2][i]), Is.EqualTo((count == 64 ? 1 : 0, count > 0 ? 1 : 0, count)));
        }
    }

    [Test]
    public void Machine_code_for_the_processor_has_no_memory_that_groups_share()
    {
        var kernel = new HandKernel();
        Builder b = kernel.Builder;
        Parameter output = kernel.View();
        Value sum = b.Emit(Op.SharedArray, IrType.Pointer(AddressSpace.Shared), [], 4);
        Value even = b.Binary(Op.Eq, b.And(kernel.Local, Constant.I32(1)), Constant.I32(0)), all = kernel.Local;
        // Each stands here twice: compilers inline what is called once.
        for (int i = 0; i < 2; i++)
        {
            all = b.Add(all, b.Emit(Op.BarrierPopCount, IrType.I32, [even]));
            all = b.Add(all, b.Emit(Op.GroupBroadcast, IrType.I32, [all, Constant.I32(i)]));
            b.Emit(Op.AtomicAdd, IrType.F32, [sum, Constant.F32(1)], (long)MemoryType.F32);
        }
        kernel.Write(output, kernel.Global, all, MemoryType.I32);
        byte[] code = MachineCode.Of(Accelerator, Accelerator.Compile(kernel.Function, new(64, 1, 1)));
        if (code.Length == 0)
            Assert.Ignore("This device's programs are no ELF files, or the cache folder cannot be written.");
        Assert.That(MachineCode.WrittenSections(code), Is.Empty);
    }

    [Test]
    public void A_broadcast_gives_everyone_the_value_of_one()
    {
        int[][] results = Run(128, kernel =>
        {
            Builder b = kernel.Builder;
            Value real = b.Emit(Op.IntToFloat, IrType.F32, [kernel.Global]);
            Value wide = b.Mul(b.Emit(Op.SignExtend, IrType.I64, [kernel.Global]), Constant.I64(1L << 33));
            Value odd = b.Binary(Op.Eq, b.And(kernel.Local, Constant.I32(1)), Constant.I32(1));
            return
            [
                b.Emit(Op.GroupBroadcast, IrType.I32, [kernel.Global, Constant.I32(5)]),
                b.Emit(Op.FloatToInt, IrType.I32, [b.Emit(Op.GroupBroadcast, IrType.F32, [real, Constant.I32(63)])]),
                b.Emit(Op.Truncate64, IrType.I32,
                    [b.Binary(Op.Shr, b.Emit(Op.GroupBroadcast, IrType.I64, [wide, Constant.I32(7)]), Constant.I32(33))]),
                b.Emit(Op.GroupBroadcast, IrType.Bool, [odd, Constant.I32(9)]),
            ];
        });
        for (int i = 0; i < 128; i++)
            Assert.That(results.Select(r => r[i]), Is.EqualTo(new[] { i / 64 * 64 + 5, i / 64 * 64 + 63, i / 64 * 64 + 7, 1 }));
    }

    [Test]
    public void A_warp_is_one_thread()
    {
        int[][] results = Run(64, kernel =>
        {
            Builder b = kernel.Builder;
            b.Emit(Op.WarpBarrier, IrType.Bool, []);
            return
            [
                b.Emit(Op.LaneIndex, IrType.I32, []), b.Emit(Op.WarpSize, IrType.I32, []), b.Emit(Op.WarpIndex, IrType.I32, []),
                b.Emit(Op.Shuffle, IrType.I32, [kernel.Global, Constant.I32(0)]),
                    b.Emit(Op.ShuffleXor, IrType.I32, [kernel.Global, Constant.I32(1)]),
            ];
        });
        for (int i = 0; i < 64; i++)
            Assert.That(results.Select(r => r[i]), Is.EqualTo(new[] { 0, 1, i, i, i }));
    }

    [Test]
    public unsafe void Places_are_right_along_all_axes()
    {
        var builder = new Builder();
        var body = new Region();
        builder.Enter(body);
        Value Axis(Op op, int axis) => builder.Emit(op, IrType.I32, [], axis);
        Value[] global = [.. Enumerable.Range(0, 3).Select(a =>
            builder.Add(builder.Mul(Axis(Op.GridIndex, a), Axis(Op.GroupDim, a)), Axis(Op.GroupIndex, a)))];
        Value[] extent = [.. Enumerable.Range(0, 3).Select(a => builder.Mul(Axis(Op.GridDim, a), Axis(Op.GroupDim, a)))];
        Value linear = builder.Add(builder.Mul(builder.Add(builder.Mul(global[2], extent[1]), global[1]), extent[0]), global[0]);
        var view = new Parameter(IrType.Pointer(AddressSpace.Global), 0, "out", 0, null);
        builder.Store(builder.PtrAdd(view, linear, 4), builder.Add(linear, builder.Emit(Op.WarpIndex, IrType.I32, [])), MemoryType.I32);
        using var target = Accelerator.Allocate1D<int>(8 * 6 * 4);
        var argument = new ViewArgument { Handle = target.NativePtr };
        Accelerator.Compile(new Function("Places", [view], body), (4, 2, 2))
            .Launch((EngineStream)Accelerator.DefaultStream, (2, 3, 2), (byte*)&argument, 0);
        Assert.That(target.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 192).Select(i =>
        {
            (int x, int y, int z) = (i % 8, i / 8 % 6, i / 48);
            return i + (z % 2 * 2 + y % 2) * 4 + x % 4;
        })));
    }

    [Test]
    public void Atomics_on_ints_lose_nothing()
    {
        (Op Op, int Start, Func<int, int> Value, int Expected)[] cases =
        [
            (Op.AtomicAdd, 5, i => i, 5 + 255 * 128), (Op.AtomicMax, -7, i => i - 100, 155), (Op.AtomicMin, 7, i => i - 100, -100),
            (Op.AtomicMaxU, 3, i => i - 100, -1), (Op.AtomicMinU, -1, i => i + 9, 9), (Op.AtomicAnd, -1, i => ~(i & 0xF0), ~0xF0),
            (Op.AtomicOr, 1, i => i << 4, 1 | 0xFF0), (Op.AtomicXor, 77, i => i, 77),
        ];
        var kernel = new HandKernel();
        Builder b = kernel.Builder;
        Parameter values = kernel.View(), targets = kernel.View(), seen = kernel.View();
        for (int k = 0; k < cases.Length; k++)
        {
            Value value = kernel.Read(values, b.Add(kernel.Global, Constant.I32(256 * k)), MemoryType.I32);
            b.Emit(cases[k].Op, IrType.I32, [b.PtrAdd(targets, Constant.I32(k), 4), value], (long)MemoryType.I32);
        }
        Value before =
            b.Emit(Op.AtomicAdd, IrType.I32, [b.PtrAdd(targets, Constant.I32(cases.Length), 4), Constant.I32(1)], (long)MemoryType.I32);
        kernel.Write(seen, before, Constant.I32(1), MemoryType.I32);
        b.Emit(Op.AtomicCompareExchange, IrType.I32, [b.PtrAdd(targets, Constant.I32(cases.Length + 1), 4), kernel.Global,
            b.Add(kernel.Global, Constant.I32(1000))], (long)MemoryType.I32);
        using var input = Accelerator.Allocate1D([.. cases.SelectMany(c => Enumerable.Range(0, 256).Select(c.Value))]);
        using var target = Accelerator.Allocate1D([.. cases.Select(c => c.Start), 0, 17]);
        using var tickets = Accelerator.Allocate1D(new int[256]);
        kernel.Run(Accelerator, 4, 0, input, target, tickets);
        Assert.That(target.GetAsArray1D(), Is.EqualTo([.. cases.Select(c => c.Expected), 256, 1017]));
        Assert.That(tickets.GetAsArray1D(), Is.All.EqualTo(1));
    }

    [Test]
    public void Atomics_on_longs_and_floats_lose_nothing()
    {
        var kernel = new HandKernel();
        Builder b = kernel.Builder;
        Parameter longs = kernel.View(), floats = kernel.View();
        Value wide = b.Mul(b.Emit(Op.SignExtend, IrType.I64, [kernel.Global]), Constant.I64(1L << 33));
        Value real = b.Emit(Op.IntToFloat, IrType.F32, [kernel.Global]);
        b.Emit(Op.AtomicAdd, IrType.I64, [longs, wide], (long)MemoryType.I64);
        b.Emit(Op.AtomicMaxU, IrType.I64, [b.PtrAdd(longs, Constant.I32(1), 8), wide], (long)MemoryType.I64);
        b.Emit(Op.AtomicAdd, IrType.F32, [floats, real], (long)MemoryType.F32);
        b.Emit(Op.AtomicMin, IrType.F32, [b.PtrAdd(floats, Constant.I32(1), 4), real], (long)MemoryType.F32);
        b.Emit(Op.AtomicMax, IrType.F32, [b.PtrAdd(floats, Constant.I32(2), 4), real], (long)MemoryType.F32);
        b.Emit(Op.AtomicExchange, IrType.F32, [b.PtrAdd(floats, Constant.I32(3), 4), Constant.F32(2.5f)], (long)MemoryType.F32);
        using var longTargets = Accelerator.Allocate1D(new[] { 3L, 0L });
        using var floatTargets = Accelerator.Allocate1D(new[] { 0.5f, 3f, -3f, 0f });
        kernel.Run(Accelerator, 4, 0, longTargets, floatTargets);
        Assert.That(longTargets.GetAsArray1D(), Is.EqualTo(new[] { 3 + (255L * 128 << 33), 255L << 33 }));
        Assert.That(floatTargets.GetAsArray1D(), Is.EqualTo(new[] { 255 * 128 + 0.5f, 0f, 255f, 2.5f }));
    }

    [Test]
    public void Atomics_work_in_shared_memory()
    {
        int[][] results = Run(128, kernel =>
        {
            Builder b = kernel.Builder;
            Value counter = b.Emit(Op.SharedArray, IrType.Pointer(AddressSpace.Shared), [], 4);
            Value sum = b.Emit(Op.SharedArray, IrType.Pointer(AddressSpace.Shared), [], 4);
            b.Store(counter, Constant.I32(0), MemoryType.I32);
            b.Store(sum, Constant.F32(0), MemoryType.F32);
            b.Emit(Op.Barrier, IrType.Bool, []);
            b.Emit(Op.AtomicAdd, IrType.I32, [counter, kernel.Local], (long)MemoryType.I32);
            b.Emit(Op.AtomicAdd, IrType.F32, [sum, Constant.F32(0.5f)], (long)MemoryType.F32);
            b.Emit(Op.FenceGroup, IrType.Bool, []);
            b.Emit(Op.FenceDevice, IrType.Bool, []);
            b.Emit(Op.Barrier, IrType.Bool, []);
            return [b.Load(counter, MemoryType.I32), b.Emit(Op.FloatToInt, IrType.I32, [b.Load(sum, MemoryType.F32)])];
        });
        Assert.That(results[0], Is.All.EqualTo(63 * 32));
        Assert.That(results[1], Is.All.EqualTo(32));
    }

    /// <summary>What each thread computes; result k of thread i is element [k][i].</summary>
    private int[][] Run(int threads, Func<HandKernel, Value[]> compute)
    {
        var kernel = new HandKernel();
        Parameter output = kernel.View();
        Value[] values = compute(kernel);
        for (int k = 0; k < values.Length; k++)
            kernel.Write(output, kernel.Builder.Add(kernel.Global, Constant.I32(k * threads)), values[k], MemoryType.I32);
        using var target = Accelerator.Allocate1D<int>(threads * values.Length);
        kernel.Run(Accelerator, threads / 64, 0, target);
        int[] all = target.GetAsArray1D();
        return [.. values.Select((_, k) => all[(k * threads)..((k + 1) * threads)])];
    }
}
