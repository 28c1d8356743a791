using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;

namespace VaeGpu.Tests.OpenCL;

/// <summary>Loads, stores and shared arrays.</summary>
public sealed class MemoryTests : OpenCLFixture
{
    [Test]
    public void Small_integers_widen_when_loaded_and_are_cut_when_stored()
    {
        Check<sbyte>(MemoryType.I8, x => (sbyte)x);
        Check<byte>(MemoryType.U8, x => (byte)x);
        Check<short>(MemoryType.I16, x => (short)x);
        Check<ushort>(MemoryType.U16, x => (ushort)x);
    }

    [Test]
    public void A_predicated_load_does_not_touch_what_it_must_not_read()
    {
        var kernel = new HandKernel();
        Builder b = kernel.Builder;
        Parameter input = kernel.View(), output = kernel.View();
        // Far outside the buffer for every thread from 40 on: a read would end the process.
        Value far = b.Select(b.Binary(Op.Lt, kernel.Global, Constant.I32(40)), kernel.Global, Constant.I32(int.MaxValue));
        Value value = b.Emit(Op.Load, IrType.F32,
            [b.PtrAdd(input, b.Mul(b.Emit(Op.SignExtend, IrType.I64, [far]), Constant.I64(1000)), 4),
                b.Binary(Op.Lt, kernel.Global, Constant.I32(40)), Constant.F32(-1)],
            (long)MemoryType.F32);
        kernel.Write(output, kernel.Global, value, MemoryType.F32);
        using var source = Accelerator.Allocate1D([.. Enumerable.Range(0, 40_000).Select(i => (float)i)]);
        using var target = Accelerator.Allocate1D<float>(64);
        kernel.Run(Accelerator, 1, 0, source, target);
        Assert.That(target.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 64).Select(i => i < 40 ? i * 1000f : -1)));
    }

    [Test]
    public void Elements_of_structs_are_reached_by_their_bytes()
    {
        // Elements of 12 bytes: an int, a float, two shorts.
        var kernel = new HandKernel();
        Builder b = kernel.Builder;
        Parameter structs = kernel.View(), output = kernel.View();
        Value element = b.PtrAdd(structs, kernel.Global, 12);
        Value number = b.Load(element, MemoryType.I32);
        Value real = b.Load(b.PtrAdd(element, Constant.I32(4), 1), MemoryType.F32);
        Value small = b.Load(b.PtrAdd(element, Constant.I32(10), 1), MemoryType.I16);
        b.Store(b.PtrAdd(element, Constant.I32(8), 1), b.Add(small, Constant.I32(1)), MemoryType.I16);
        Value sum = b.Add(b.Add(b.Emit(Op.IntToFloat, IrType.F32, [number]), real), b.Emit(Op.IntToFloat, IrType.F32, [small]));
        kernel.Write(output, kernel.Global, sum, MemoryType.F32);
        using var source = Accelerator.Allocate1D([.. Enumerable.Range(0, 64).Select(i => new Element(i, i * 0.5f, 0, (short)-i))]);
        using var target = Accelerator.Allocate1D<float>(64);
        kernel.Run(Accelerator, 1, 0, source, target);
        Assert.That(target.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 64).Select(i => i * 0.5f)));
        Assert.That(source.GetAsArray1D().Select(e => (int)e.C), Is.EqualTo(Enumerable.Range(0, 64).Select(i => 1 - i)));
    }

    [Test]
    public void A_write_of_one_type_is_seen_by_a_read_of_another()
    {
        // Two views of one buffer, as Cast makes them.
        var kernel = new HandKernel();
        Builder b = kernel.Builder;
        Parameter floats = kernel.View(), ints = kernel.View(), output = kernel.View();
        Value before = kernel.Read(ints, kernel.Global, MemoryType.I32);
        kernel.Write(floats, kernel.Global, b.Emit(Op.IntToFloat, IrType.F32, [kernel.Global]), MemoryType.F32);
        Value after = kernel.Read(ints, kernel.Global, MemoryType.I32);
        kernel.Write(output, kernel.Global, b.Add(before, after), MemoryType.I32);
        using var shared = Accelerator.Allocate1D([.. Enumerable.Repeat(1000, 64)]);
        using var target = Accelerator.Allocate1D<int>(64);
        kernel.Run(Accelerator, 1, 0, shared, shared, target);
        Assert.That(target.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 64).Select(i => 1000 + BitConverter.SingleToInt32Bits(i))));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Threads_exchange_values_through_shared_memory(bool dynamic)
    {
        var kernel = new HandKernel();
        Builder b = kernel.Builder;
        Parameter input = kernel.View(), output = kernel.View();
        Value Shared(long bytes) => dynamic
            ? b.Emit(Op.SharedDynamic, IrType.Pointer(AddressSpace.Shared), [])
            : b.Emit(Op.SharedArray, IrType.Pointer(AddressSpace.Shared), [], bytes);
        Value array = Shared(64 * sizeof(float));
        kernel.Write(array, kernel.Local, kernel.Read(input, kernel.Global, MemoryType.F32), MemoryType.F32);
        b.Emit(Op.Barrier, IrType.Bool, []);
        Value mirrored = b.Binary(Op.Sub, Constant.I32(63), kernel.Local);
        kernel.Write(output, kernel.Global, kernel.Read(array, mirrored, MemoryType.F32), MemoryType.F32);
        using var source = Accelerator.Allocate1D([.. Enumerable.Range(0, 192).Select(i => i * 0.25f)]);
        using var target = Accelerator.Allocate1D<float>(192);
        kernel.Run(Accelerator, 3, dynamic ? 256 : 0, source, target);
        Assert.That(target.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 192).Select(i => (i / 64 * 64 + 63 - i % 64) * 0.25f)));
    }

    [Test]
    public void A_shared_sum_over_several_barriers_is_right()
    {
        var kernel = new HandKernel();
        Builder b = kernel.Builder;
        Parameter output = kernel.View();
        Value array = b.Emit(Op.SharedArray, IrType.Pointer(AddressSpace.Shared), [], 64 * sizeof(int));
        kernel.Write(array, kernel.Local, kernel.Global, MemoryType.I32);
        for (int width = 32; width > 0; width /= 2)
        {
            b.Emit(Op.Barrier, IrType.Bool, []);
            Value other = b.Add(kernel.Local, Constant.I32(width));
            kernel.If(b.Binary(Op.Lt, kernel.Local, Constant.I32(width)), () =>
            {
                Value sum = b.Add(kernel.Read(array, kernel.Local, MemoryType.I32), kernel.Read(array, other, MemoryType.I32));
                kernel.Write(array, kernel.Local, sum, MemoryType.I32);
                return [];
            }, () => []);
        }
        kernel.If(b.Binary(Op.Eq, kernel.Local, Constant.I32(0)), () =>
        {
            kernel.Write(output, b.Emit(Op.GridIndex, IrType.I32, []), b.Load(array, MemoryType.I32), MemoryType.I32);
            return [];
        }, () => []);
        using var target = Accelerator.Allocate1D<int>(4);
        kernel.Run(Accelerator, 4, 0, target);
        Assert.That(target.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 4).Select(g => Enumerable.Range(g * 64, 64).Sum())));
    }

    private readonly record struct Element(int A, float B, short C, short D);

    private void Check<T>(MemoryType type, Func<int, T> cut) where T : unmanaged
    {
        var kernel = new HandKernel();
        Builder b = kernel.Builder;
        Parameter input = kernel.View(), wide = kernel.View(), narrow = kernel.View();
        Value value = kernel.Read(input, kernel.Global, type);
        kernel.Write(wide, kernel.Global, value, MemoryType.I32);
        kernel.Write(narrow, kernel.Global, b.Mul(value, Constant.I32(1001)), type);
        T[] values = [.. Enumerable.Range(0, 64).Select(i => cut(i * 2053 - 70000))];
        using var source = Accelerator.Allocate1D(values);
        using var widened = Accelerator.Allocate1D<int>(64);
        using var cutAgain = Accelerator.Allocate1D<T>(64);
        kernel.Run(Accelerator, 1, 0, source, widened, cutAgain);
        int[] expected = [.. values.Select(v => Convert.ToInt32(v, null))];
        Assert.That(widened.GetAsArray1D(), Is.EqualTo(expected), $"{type} loaded");
        Assert.That(cutAgain.GetAsArray1D(), Is.EqualTo(expected.Select(v => cut(v * 1001))), $"{type} stored");
    }
}
