using System.Runtime.CompilerServices;
using ILGPU.Runtime.Cuda;
using VaeGpu.CudaEmulator;
using VaeGpu.Gpu.Targets.Ptx;

namespace VaeGpu.Tests.Ptx;

/// <summary>PTX written by hand into a kernel: it does what it says on a GPU, and every other device says why not.</summary>
public sealed class AssemblyTests
{
    [Test]
    public void Arguments_are_read_and_written_in_their_places()
    {
        using PtxAccelerator gpu = new FakeCudaDriver().Open();
        using var x = gpu.Allocate1D(Enumerable.Range(0, 64).ToArray());
        gpu.LoadStreamKernel<ArrayView<int>>(Arguments)(new KernelConfig(1, 64), x.View);
        // i + 2, then three times that less i, and the lane of the neighbor's value in shared memory.
        Assert.That(x.GetAsArray1D(), Is.EqualTo(
            Enumerable.Range(0, 64).Select(i => ((i + 2) * 3 - i) + 1000 * ((i + 1) % 64) + 1_000_000 * (i % 32))));
    }

    public static unsafe void Arguments(ArrayView<int> x)
    {
        int i = Group.IdxX, v = x[i];
        ArrayView<int> shared = SharedMemory.Allocate<int>(64);
        shared[i] = v;
        CudaAsm.Emit("add.s32 %0, %1, %2;", out int sum, v, 2);
        Ref<int> tripled = sum;
        Input<int> less = v;
        CudaAsm.EmitRef("{ .reg .s32 t; mul.lo.s32 t, %0, 3; sub.s32 %0, t, %1; }", ref tripled, ref less);
        CudaAsm.Emit("bar.sync 0;");
        Input<ulong> address = (ulong)Unsafe.AsPointer(ref shared[(i + 1) % 64]);
        Output<int> neighbor = default;
        CudaAsm.EmitRef("{ .reg .u64 a; cvta.to.shared.u64 a, %1; ld.shared.u32 %0, [a]; }", ref neighbor, ref address);
        CudaAsm.Emit("mov.u32 %0, %%laneid", out int lane);
        x[i] = tripled.Value + 1000 * neighbor.Value + 1_000_000 * lane;
    }

    [TestCase("mov.u32 %%clock;", "4.0", 50)]
    [TestCase("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32", "7.0", 80)]
    [TestCase("ldmatrix.sync.aligned.m8n8.x4.shared.b16", "6.5", 75)]
    [TestCase("cp.async.cg.shared.global", "7.0", 80)]
    [TestCase("cp.async.cg.shared.global.L2::128B", "7.4", 80)]
    [TestCase("ld.global.L2::128B.f32", "7.4", 75)]
    [TestCase("ld.global.L1::no_allocate.f32", "7.4", 70)]
    [TestCase("lop3.b32", "4.3", 50)]
    [TestCase("fma.rn.f16x2", "4.2", 53)]
    [TestCase("fma.rn.bf16x2", "7.0", 80)]
    [TestCase("tanh.approx.f32", "7.0", 75)]
    [TestCase("mbarrier.init.shared.b64", "7.0", 80)]
    [TestCase("stmatrix.sync.aligned.m8n8.x1.shared.b16", "7.8", 90)]
    [TestCase("cvt.rn.tf32.f32", "7.8", 90)]
    [TestCase("griddepcontrol.wait", "7.8", 90)]
    public void The_text_decides_what_GPU_the_kernel_asks_for(string asm, string version, int target)
    {
        var kernel = new OpenCL.HandKernel();
        kernel.Builder.Append(new Gpu.IR.AssemblyText(asm, [], [], [], null));
        Assert.That(PtxEmitter.Emit(kernel.Function, new(64, 1, 1)).Isa, Is.EqualTo(new PtxIsa(Version.Parse(version), target)));
    }

    [TestCase("CPU")]
    [TestCase("the interpreter")]
    [TestCase("OpenCL")]
    public void Another_device_refuses_the_kernel_with_its_line(string device)
    {
        using Context context = Context.Create(b => _ = device == "CPU" ? b.Simd() : device == "OpenCL" ? b.OpenCL12() : b.Interpreter());
        if (device == "OpenCL" && context.GetDevices<OpenCL12Device>().Count == 0)
            Assert.Ignore("No OpenCL device: " + string.Join(" ", OpenCL12Device.Search().Refusals));
        using Accelerator accelerator = context.Devices[0].CreateAccelerator(context);
        using var x = accelerator.Allocate1D<int>(64);
        var refusal = Assert.Throws<KernelCompilationException>(() =>
            accelerator.LoadStreamKernel<ArrayView<int>>(Arguments)(new KernelConfig(1, 64), x.View));
        Assert.Multiple(() =>
        {
            Assert.That(refusal.Message, Does.Contain("AssemblyTests.cs:")
                .And.Contain(accelerator.Name).And.Contain("AcceleratorType.Cuda"));
            Assert.That(refusal.Line, Is.EqualTo(
                1 + Array.FindIndex(File.ReadAllLines(ThisFile()), l => l.Contains("add.s32 %0, %1, %2;"))));
        });
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
