using VaeGpu.CudaEmulator;
using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;
using VaeGpu.Gpu.Targets.Ptx;
using VaeGpu.Tests.OpenCL;

namespace VaeGpu.Tests.Ptx;

/// <summary>What a module tells the host beside its text.</summary>
public sealed class ModuleTests
{
    private const int Elements = 16;

    /// <summary>x is read, y written; both are floats.</summary>
    public static void Copy(ArrayView<float> x, ArrayView<float> y) => y[Group.IdxX] = x[Group.IdxX];

    [TestCase(1, 0, 2, 0, true, TestName = "Different buffers are accepted")]
    [TestCase(1, 0, 1, 64, true, TestName = "Neighboring parts of one buffer are accepted")]
    [TestCase(1, 64, 1, 0, true, TestName = "So are they in the other order")]
    [TestCase(1, 0, 1, 0, false, TestName = "One view passed twice is not")]
    [TestCase(1, 0, 1, 60, false, TestName = "Nor are views that share their last element")]
    [TestCase(1, 60, 1, 0, false, TestName = "Nor their first")]
    public unsafe void Read_only_views_must_not_overlap_written_ones(
        int first, long firstOffset, int second, long secondOffset, bool accepted)
    {
        ViewArgument* block = stackalloc ViewArgument[]
        {
            new() { Handle = first, ByteOffset = firstOffset, Length = Elements },
            new() { Handle = second, ByteOffset = secondOffset, Length = Elements },
        };
        Gpu.Targets.Ptx.PtxModule module = Emit(new PtxOptions()), careful = Emit(new PtxOptions(Restrict: false));
        Assert.Multiple(() =>
        {
            Assert.That(module.Text, Does.Contain("ld.global.nc.f32"));
            Assert.That(careful.Text, Does.Not.Contain(".nc").And.Contain("ld.global.f32"));
            Assert.That(module.Arguments.Select(a => a.Access), Is.EqualTo(new[] { PtxAccess.ReadOnly, PtxAccess.Written }));
        });
        Assert.That(module.Accepts((byte*)block), Is.EqualTo(accepted));
        Assert.That(careful.Accepts((byte*)block), Is.True);
    }

    /// <summary>In place: the machine would find a read through the wrong cache.</summary>
    [Test]
    public void One_buffer_passed_twice_is_read_and_written()
    {
        using PtxAccelerator gpu = new FakeCudaDriver().Open();
        using var x = gpu.Allocate1D<float>([.. Enumerable.Range(0, 64).Select(i => (float)i)]);
        gpu.LoadStreamKernel<ArrayView<float>, ArrayView<float>>(Reverse)(new KernelConfig(1, 64), x.View, x.View);
        Assert.That(x.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 64).Select(i => 63f - i)));
    }

    public static void Reverse(ArrayView<float> x, ArrayView<float> y)
    {
        float v = x[Group.IdxX];
        Group.Barrier();
        y[63 - Group.IdxX] = v;
    }

    [Test]
    public void Too_much_static_shared_memory_is_refused_with_the_remedy()
    {
        var kernel = new HandKernel();
        kernel.Builder.AppendAtEntry(new Instruction(Op.SharedArray, IrType.Pointer(AddressSpace.Shared), [], 50_000));
        var refusal = Assert.Throws<KernelCompilationException>(() => PtxEmitter.Emit(kernel.Function, new(64, 1, 1)));
        Assert.That(refusal.Message, Does.Contain("50000 bytes of shared memory")
            .And.Contain("49152").And.Contain("SharedMemory.GetDynamic"));
    }

    public struct Eight<T> where T : unmanaged
    {
        public T A, B, C, D, E, F, G, H;
    }

    public static void Everything(ArrayView<Eight<Eight<Eight<long>>>> x, Eight<Eight<Eight<long>>> all, Eight<Eight<int>> more) =>
        x[more.A.A + more.H.H] = all;

    public static void EverythingTwice(
        ArrayView<Eight<Eight<Eight<long>>>> x, Eight<Eight<Eight<long>>> all, Eight<Eight<long>> more, ArrayView<Eight<Eight<long>>> y)
    {
        x[0] = all;
        y[0] = more;
    }

    [Test]
    public void As_many_arguments_as_a_kernel_takes_are_passed_and_more_are_refused_with_the_remedy()
    {
        Emits(nameof(Everything));
        var refusal = Assert.Throws<KernelCompilationException>(() => Emits(nameof(EverythingTwice)));
        Assert.That(refusal.Message,
            Does.Contain("Its arguments take 4624 bytes; on CUDA they may take 4352. Put the numbers into a view."));

        static void Emits(string name)
        {
            Gpu.Targets.Ptx.PtxModule module = TextAccelerator.Emit(new KernelSource(typeof(ModuleTests).GetMethod(name)!), new(64, 1, 1));
            Assert.That(CudaEmulator.Machine.PtxModule.Parse(module.Text).Entries.Single().ParameterBytes, Is.EqualTo(4096 + 8 + 8));
            Ptxas.Check([(name, module)]);
        }
    }

    [Test]
    public void The_shared_memory_is_told()
    {
        Assert.That(
            TextAccelerator.Emit(new KernelSource(typeof(GoldenKernels).GetMethod(nameof(GoldenKernels.SharedSum))!), new(64, 1, 1)),
            Has.Property("StaticSharedBytes").EqualTo(256).And.Property("UsesDynamicShared").False);
        Assert.That(
            TextAccelerator.Emit(new KernelSource(typeof(GoldenKernels).GetMethod(nameof(GoldenKernels.DynamicShared))!), new(64, 1, 1)),
            Has.Property("StaticSharedBytes").EqualTo(0).And.Property("UsesDynamicShared").True);
    }

    private static Gpu.Targets.Ptx.PtxModule Emit(PtxOptions options) => PtxEmitter.Emit(
        new KernelSource(typeof(ModuleTests).GetMethod(nameof(Copy))!).Optimize(new(64, 1, 1), PtxEmitter.WarpSize),
        new(64, 1, 1), options);
}
