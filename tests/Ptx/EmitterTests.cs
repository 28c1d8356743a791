using VaeGpu.CudaEmulator;
using VaeGpu.Gpu.Accelerators.Cuda;
using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;
using VaeGpu.Tests.OpenCL;

namespace VaeGpu.Tests.Ptx;

/// <summary>Kernels built by hand from IR, shapes of flow and values that C# seldom leads to, run as PTX.</summary>
internal sealed class EmitterTests
{
    private const int Threads = 64;

    /// <summary>Each round takes one of two short ways, both with an effect; the way says which one the next round takes.</summary>
    [Test]
    public void A_branch_in_line_may_give_a_new_value_to_its_own_condition()
    {
        var kernel = new HandKernel(Threads);
        Parameter x = kernel.View(), y = kernel.View();
        Builder b = kernel.Builder;
        Value v = kernel.Read(x, kernel.Global, MemoryType.I32);
        kernel.For(Constant.I32(0), Constant.I32(5), 1, [b.Binary(Op.Gt, v, Constant.I32(0))], arguments =>
        {
            Value place = b.Add(b.Mul(kernel.Global, Constant.I32(5)), arguments[0]), bits = b.Binary(Op.Shr, v, arguments[0]);
            return kernel.If(arguments[1], () => [Way(place, bits, 1)], () => [Way(place, bits, 2)]);
        });
        int[] values = [.. Enumerable.Range(0, Threads).Select(i => (i * 37 + 11) % 64 - 32)];
        int[] expected = [.. values.SelectMany(v =>
        {
            bool way = v > 0;
            return Enumerable.Range(0, 5).Select(round =>
            {
                int written = way ? 1 : 2;
                way = ((v >> round) & written) != 0;
                return written;
            });
        })];
        Assert.That(Run(kernel, values, 5 * Threads), Is.EqualTo(expected));

        Value Way(Value place, Value bits, int written)
        {
            kernel.Write(y, place, Constant.I32(written), MemoryType.I32);
            return b.Binary(Op.Ne, b.And(bits, Constant.I32(written)), Constant.I32(0));
        }
    }

    /// <summary>A flag that one way leaves to a load and the other turns round, which needs no instruction but a move.</summary>
    [Test]
    public void A_branch_without_a_second_side_may_still_turn_a_flag_round()
    {
        var kernel = new HandKernel(Threads);
        Parameter x = kernel.View(), y = kernel.View();
        Builder b = kernel.Builder;
        Value v = kernel.Read(x, kernel.Global, MemoryType.I32);
        Result[] last = kernel.For(Constant.I32(0), Constant.I32(5), 1, [b.Binary(Op.Gt, v, Constant.I32(0))], arguments =>
        {
            Value opposite = b.Not(arguments[1]);
            return kernel.If(
                b.Binary(Op.Ne, b.And(b.Binary(Op.Shr, v, arguments[0]), Constant.I32(1)), Constant.I32(0)),
                () =>
                {
                    // A barrier within a warp keeps the branch from being put in line.
                    b.Emit(Op.WarpBarrier, IrType.Bool, []);
                    return [b.Binary(Op.Gt, kernel.Read(x, arguments[0], MemoryType.I32), Constant.I32(3))];
                },
                () => [opposite]);
        });
        kernel.Write(y, kernel.Global, last[0], MemoryType.I32);
        int[] values = [.. Enumerable.Range(0, Threads).Select(i => (i * 37 + 11) % 64 - 32)];
        int[] expected = [.. values.Select(v =>
        {
            bool flag = v > 0;
            for (int round = 0; round < 5; round++)
                flag = ((v >> round) & 1) != 0 ? values[round] > 3 : !flag;
            return flag ? 1 : 0;
        })];
        Assert.That(Run(kernel, values, Threads), Is.EqualTo(expected));
    }

    [TestCase(int.MaxValue)]
    [TestCase(int.MaxValue + 1L)]
    [TestCase(int.MinValue - 4L)]
    public void A_constant_step_that_an_address_cannot_hold_is_added_before(long bytes)
    {
        var kernel = new HandKernel(Threads);
        Value far = kernel.Builder.PtrAdd(kernel.View(), Constant.I64(bytes), 1);
        kernel.Builder.Store(far, Constant.I32(7), MemoryType.U8);
        Gpu.Targets.Ptx.PtxModule module = Gpu.Targets.Ptx.PtxEmitter.Emit(kernel.Function, new(Threads, 1, 1));
        Assert.That(() => CudaEmulator.Machine.PtxModule.Parse(module.Text), Throws.Nothing, module.Text);
        Assert.That(module.Text.Contains("add.s64"), Is.EqualTo(bytes != int.MaxValue), module.Text);
        Ptxas.Check([($"a step of {bytes}", module)]);
    }

    private static unsafe int[] Run(HandKernel kernel, int[] x, int results)
    {
        using PtxAccelerator gpu = new FakeCudaDriver().Open();
        using var input = gpu.Allocate1D(x);
        using var output = gpu.Allocate1D(new int[results]);
        ViewArgument* views = stackalloc ViewArgument[]
        {
            new() { Handle = input.NativePtr, Length = input.LengthInBytes },
                new() { Handle = output.NativePtr, Length = output.LengthInBytes },
        };
        CudaExecutable executable = gpu.Compile(kernel.Function, new(kernel.GroupSize, 1, 1));
        Ptxas.Check([("a kernel by hand", executable.For((byte*)views).Ptx)]);
        executable.Launch((EngineStream)gpu.DefaultStream, new(x.Length / kernel.GroupSize, 1, 1), (byte*)views, 0);
        TestContext.Out.WriteLine(executable.Text);
        return output.GetAsArray1D();
    }
}
