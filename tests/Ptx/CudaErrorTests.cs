using VaeGpu.Gpu;
using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Passes;
using VaeGpu.Gpu.Runtime;
using VaeGpu.Gpu.Targets.Ptx;

namespace VaeGpu.Tests.Ptx;

/// <summary>What goes wrong on CUDA is told in a sentence with the kernel and the remedy.</summary>
internal sealed class CudaErrorTests
{
    private const string Kernel = "CudaRuntimeTests.AddOne";

    [Test]
    public void Without_a_driver_the_remedy_is_named()
    {
        Assert.That(CudaLibrary.Load(["libno-such-driver.so.1"], out string refusal), Is.Null);
        Assert.That(refusal, Is.EqualTo("No NVIDIA driver was found on this machine (libno-such-driver.so.1). "
            + "Install version 470 or newer; nothing else is needed."));
    }

    [Test]
    [Platform("Linux")]
    public void A_library_that_lacks_an_entry_point_is_too_old()
    {
        Assert.That(CudaLibrary.Load(["libc.so.6"], out string refusal), Is.Null);
        Assert.That(refusal, Is.EqualTo("NVIDIA's driver (libc.so.6) is too old: it has no cuInit. Install version 470 or newer."));
    }

    [TestCase(11030, "is for CUDA 11.3, which is too old. Install version 470")]
    [TestCase(11040, null)]
    public void The_oldest_driver_that_will_do_is_470(int version, string? refusal)
    {
        using Context context = Context.Create(builder => builder.Cuda(new FakeCudaDriver { Version = version }));
        Assert.That(context.Refusals.Select(r => r.Reason), refusal is null ? Is.Empty : Has.One.Contains(refusal));
        Assert.That(context.Devices, refusal is null ? Is.Not.Empty : Is.Empty);
    }

    [Test]
    public void A_machine_without_a_usable_GPU_is_told_why() => Assert.Multiple(() =>
    {
        Assert.That(Refusal(new FakeCudaDriver { Devices = 0 }), Does.Contain("finds no GPU").And.Contain("CUDA_VISIBLE_DEVICES"));
        Assert.That(Refusal(new FakeCudaDriver { IsProhibited = true }), Does.Contain("nvidia-smi --compute-mode=DEFAULT"));
        Assert.That(Refusal(Failing("Init", CudaError.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH)),
            Does.Contain("different versions").And.Contain("Restart"));
        Assert.That(Refusal(Failing("Init", CudaError.CUDA_ERROR_STUB_LIBRARY)), Does.Contain("stub"));
        Assert.That(Refusal(Failing("Init", CudaError.CUDA_ERROR_UNKNOWN)), Does.Contain("nvidia-smi"));
        Assert.That(Refusal(Failing("DeviceGetCount", CudaError.CUDA_ERROR_NO_DEVICE)), Does.Contain("finds no GPU"));
    });

    [Test]
    public void Too_much_memory_is_refused_with_the_sizes_and_the_device_goes_on()
    {
        using CudaAccelerator accelerator = new FakeCudaDriver { MemoryBytes = 1 << 20 }.Open();
        using var some = accelerator.Allocate1D<byte>(1 << 19);
        var refusal = Assert.Throws<OutOfMemoryException>(() => accelerator.Allocate1D<byte>(1 << 20));
        Assert.That(refusal!.Message,
            Does.Contain("1,048,576 bytes (CUDA_ERROR_OUT_OF_MEMORY): 524,288 of its 1,048,576").And.Contain("smaller batch"));
        using var more = accelerator.Allocate1D<byte>(1 << 10);
    }

    [Test]
    public void Too_many_registers_for_the_group_are_told_when_it_is_compiled()
    {
        using CudaAccelerator accelerator = new FakeCudaDriver { Squeeze = (200, 16) }.Open();
        var refusal = Assert.Throws<KernelLaunchException>(() => Launch(accelerator));
        Assert.That(refusal!.Message,
            Does.StartWith($"{Kernel} takes 200 registers").And.Contain("16 threads").And.Contain("Choose a smaller group or tile."));
    }

    [Test]
    public void A_launch_for_which_the_device_lacks_room_names_kernel_registers_and_remedy()
    {
        using CudaAccelerator accelerator = Failing("LaunchKernel", CudaError.CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES).Open();
        var refusal = Assert.Throws<KernelLaunchException>(() => Launch(accelerator));
        Assert.That(refusal!.Message, Does.Contain(Kernel).And.Contain("registers").And.Contain("choose a smaller group or tile"));
        Assert.That(() => Launch(accelerator), Throws.Nothing, "the device goes on");
    }

    [Test]
    public void Too_many_threads_groups_or_shared_bytes_are_refused()
    {
        using CudaAccelerator accelerator = new FakeCudaDriver().Open();
        var add = accelerator.LoadStreamKernel<ArrayView<int>>(CudaRuntimeTests.AddOne);
        var shared = accelerator.LoadStreamKernel<ArrayView<int>, int>(CudaRuntimeTests.ThroughShared);
        using var values = accelerator.Allocate1D(new int[32]);
        Assert.Multiple(() =>
        {
            Assert.That(() => add((1, 1025), values.View), Throws.TypeOf<KernelLaunchException>().With.Message.Contains(Kernel));
            Assert.That(() => add(new KernelConfig(new Index3D(1, 65536, 1), new Index3D(1, 1, 1)), values.View),
                Throws.TypeOf<KernelLaunchException>().With.Message.Contains($"{Kernel} was launched with 1×65536×1 groups")
                    .And.Message.Contains("along x"));
            var tooMuch = new KernelConfig((1, 1, 1), (32, 1, 1), SharedMemoryConfig.RequestDynamic<int>(60_000));
            Assert.That(() => shared(tooMuch, values.View, 0),
                Throws.TypeOf<KernelLaunchException>().With.Message.Contains("ThroughShared").And.Message.Contains("Use a smaller tile"));
        });
    }

    [Test]
    public void A_text_that_the_driver_refuses_is_told_with_its_line_and_the_log()
    {
        using CudaAccelerator accelerator = new FakeCudaDriver().Open();
        PtxModule ptx = Emit();
        string[] lines = ptx.Text.Split('\n');
        int at = Array.FindIndex(lines, line => line.Contains("st.global"));
        lines[at] = lines[at].Replace("st.global", "stow.global");
        var refusal = Assert.Throws<KernelLaunchException>(() => accelerator.Load(Kernel, ptx with { Text = string.Join('\n', lines) }));
        string place = $"line {at + 1} of the PTX, \"{lines[at].Trim()}\"";
        Assert.That(refusal!.Message, Does.Contain($"does not compile {Kernel} (CUDA_ERROR_INVALID_PTX) at {place}")
            .And.Contain("The driver says:\nptxas application ptx input"));
    }

    [Test]
    public void A_driver_too_old_for_the_text_is_to_be_replaced()
    {
        using CudaAccelerator accelerator = new FakeCudaDriver { NewestPtx = new(3, 0), Version = 11040 }.Open();
        var refusal = Assert.Throws<KernelLaunchException>(() => Launch(accelerator));
        Assert.That(refusal!.Message, Does.Contain(Kernel).And.Contain("(CUDA 11.4) is too old").And.Contain("Install a newer driver"));
    }

    [Test]
    public void A_driver_without_its_compiler_or_a_GPU_too_small_for_the_text_is_named()
    {
        using CudaAccelerator lacking = Failing("LinkCreate", CudaError.CUDA_ERROR_JIT_COMPILER_NOT_FOUND).Open();
        Assert.That(() => Launch(lacking), Throws.TypeOf<KernelLaunchException>().With.Message.Contains("libnvidia-ptxjitcompiler"));
        using CudaAccelerator small = new FakeCudaDriver { Capability = 35 }.Open();
        Assert.That(() => Launch(small), Throws.TypeOf<KernelCompilationException>().With.Message.Contains("compute capability 5.0"));
    }

    [Test]
    public void A_kernel_that_leaves_its_memory_loses_the_device_and_is_named()
    {
        var driver = new FakeCudaDriver();
        CudaAccelerator accelerator = driver.Open();
        var beyond = accelerator.LoadStreamKernel<ArrayView<int>>(CudaRuntimeTests.Beyond);
        var add = accelerator.LoadStreamKernel<ArrayView<int>>(CudaRuntimeTests.AddOne);
        var values = accelerator.Allocate1D(new int[32]);
        using LaunchGraph graph = accelerator.Record(() => add((1, 32), values.View));
        beyond((1, 32), values.View);
        var lost = Assert.Throws<AcceleratorLostException>(() => values.GetAsArray1D());
        Assert.That(lost!.Message, Does.Contain("memory that is not its own (CUDA_ERROR_ILLEGAL_ADDRESS, told by cu")
            .And.Contain("one of these: CudaRuntimeTests.Beyond").And.Contain("--device interpreter"));
        Assert.Multiple(() =>
        {
            Assert.That(driver.Fault!.Message, Does.Contain("Beyond"));
            Assert.That(() => add((1, 32), values.View), Throws.TypeOf<AcceleratorLostException>().With.Message.EqualTo(lost.Message));
            Assert.That(graph.Replay, Throws.TypeOf<AcceleratorLostException>());
            Assert.That(() => accelerator.Allocate1D<int>(3), Throws.TypeOf<AcceleratorLostException>());
            Assert.That(accelerator.Synchronize, Throws.TypeOf<AcceleratorLostException>());
            Assert.That(values.Dispose, Throws.Nothing);
            Assert.That(graph.Dispose, Throws.Nothing);
            Assert.That(accelerator.Dispose, Throws.Nothing);
        });
    }

    [Test]
    public void A_capture_that_fails_leaves_nothing_behind()
    {
        var driver = new FakeCudaDriver();
        using CudaAccelerator accelerator = driver.Open();
        var add = accelerator.LoadStreamKernel<ArrayView<int>>(CudaRuntimeTests.AddOne);
        using var values = accelerator.Allocate1D(new int[32]);
        add((1, 32), values.View);
        accelerator.Synchronize();
        int before = driver.Leaks;
        foreach (string call in new[] { "LaunchKernel", "StreamBeginCapture", "GraphInstantiate" })
        {
            driver.Failing[call] = CudaError.CUDA_ERROR_INVALID_VALUE;
            Assert.That(() => accelerator.Record(() => add((1, 32), values.View)), Throws.Exception, call);
            Assert.That(driver.Leaks, Is.EqualTo(before), call);
        }
        add((1, 32), values.View);
        Assert.That(values.GetAsArray1D(), Is.All.EqualTo(2));
    }

    private static string Refusal(FakeCudaDriver driver)
    {
        using Context context = Context.Create(builder => builder.Cuda(driver));
        Assert.That(context.Devices, Is.Empty);
        return context.Refusals.Single().Reason;
    }

    private static FakeCudaDriver Failing(string call, CudaError error)
    {
        var driver = new FakeCudaDriver();
        driver.Failing.Add(call, error);
        return driver;
    }

    private static void Launch(CudaAccelerator accelerator)
    {
        var add = accelerator.LoadStreamKernel<ArrayView<int>>(CudaRuntimeTests.AddOne);
        using var values = accelerator.Allocate1D(new int[32]);
        add((1, 32), values.View);
        accelerator.Synchronize();
    }

    private static PtxModule Emit() =>
        TextAccelerator.Emit(new KernelSource(((Action<ArrayView<int>>)CudaRuntimeTests.AddOne).Method), new Index3D(32, 1, 1));
}
