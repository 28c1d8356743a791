using VaeGpu.CudaEmulator;
using VaeGpu.Gpu.Accelerators.Cuda;
using VaeGpu.Gpu.Runtime.Cuda;


namespace VaeGpu.Tests.Runtime;

/// <summary>What a kernel is loaded for: the threads of its groups on every device, and its occupancy on CUDA.</summary>
internal sealed class SpecializationTests
{
    public static void AddOne(ArrayView<int> values) => values[Grid.GlobalIndex.X] += 1;

    public static void CopyAcross(ArrayView<int> source, ArrayView<int> target) => target[Group.IdxX] = source[Group.IdxX] + 1;

    [Test]
    public void A_launch_with_more_threads_than_the_kernel_was_loaded_for_is_refused_and_others_run()
    {
        using Context context = Context.Create(builder => builder.Simd(1, 0));
        using Accelerator cpu = context.Devices[0].CreateAccelerator(context);
        using var values = cpu.Allocate1D(new int[64]);
        var few = cpu.LoadStreamKernel<ArrayView<int>>(AddOne, new KernelSpecialization(16, 99));
        var any = cpu.LoadStreamKernel<ArrayView<int>>(AddOne);
        Assert.That(() => few((2, 32), values.View), Throws.TypeOf<KernelLaunchException>().With.Message.EqualTo(
            "SpecializationTests.AddOne was launched with groups of 32×1×1 threads; it was loaded for at most 16. "
            + "Choose a smaller group, or load it for more."));
        any((2, 32), values.View);
        few((4, 16), values.View);
        Assert.That(values.GetAsArray1D(), Is.All.EqualTo(2));
    }

    [Test]
    public unsafe void Every_text_of_a_kernel_asks_for_the_groups_and_a_kernel_loaded_otherwise_has_its_own()
    {
        using PtxAccelerator gpu = new FakeCudaDriver().Open();
        ViewArgument* views = stackalloc ViewArgument[] { new() { Handle = 256, Length = 8 }, new() { Handle = 512, Length = 8 } };
        var method = ((Action<ArrayView<int>, ArrayView<int>>)CopyAcross).Method;
        foreach (int? groups in (int?[])[null, 3, 5])
        {
            var kernel = (CudaExecutable)gpu.Load(method, new KernelSpecialization(64, groups)).Variant(new(64, 1, 1));
            foreach ((int offset, nint target) in ((int, nint)[])[(0, 512), (4, 512), (0, 256), (4, 256)])
            {
                (views[0].ByteOffset, views[1].ByteOffset, views[1].Handle) = (offset, offset, target);
                string text = kernel.For((byte*)views).Ptx.Text;
                Assert.That(
                    CudaEmulator.Machine.PtxModule.Parse(text).Entries.Single().MinGroupsPerProcessor, Is.EqualTo(groups ?? 0), text);
            }
        }
    }

    [Test]
    public void A_recorded_launch_runs_the_text_that_it_was_loaded_with()
    {
        using PtxAccelerator gpu = new FakeCudaDriver().Open();
        using var values = gpu.Allocate1D(new int[64]);
        var add = gpu.LoadStreamKernel<ArrayView<int>>(AddOne, new KernelSpecialization(32, 2));
        using LaunchGraph graph = gpu.Record(() => add((2, 32), values.View));
        graph.Replay();
        Assert.That(values.GetAsArray1D(), Is.All.EqualTo(1));
        Assert.That(gpu.Kernels.Single().Executables.Single().Text, Does.Contain(".reqntid 32, 1, 1\n.minnctapersm 2\n"));
    }
}
