using VaeGpu.CudaEmulator;
using VaeGpu.Gpu.Runtime.Cuda;
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
        Assert.That(refusal, Is.EqualTo("NVIDIA's driver (libc.so.6) is too old: it lacks cuInit. Install version 470 or newer."));
    }

    [Test]
    [Platform("Linux")]
    public void A_library_is_told_apart_by_the_file_that_it_was_loaded_from()
    {
        string[] told = CudaLibrary.BuildOf("libcoreclr.so").Split(' ');
        Assert.That(told, Has.Length.EqualTo(3));
        Assert.That(told[1], Is.EqualTo(new FileInfo(told[0]).Length.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        Assert.That(CudaLibrary.BuildOf("libno-such-driver.so.1"), Is.Empty);
    }

    [TestCase(11030, "is for CUDA 11.3, which is too old. Install version 470")]
    [TestCase(11040, null)]
    public void The_oldest_driver_that_will_do_is_470(int version, string? refusal)
    {
        DeviceSearch found = PtxDevice.Search(new FakeCudaDriver { Version = version });
        Assert.That(found.Refusals.Select(r => r.Reason), refusal is null ? Is.Empty : Has.One.Contains(refusal));
        Assert.That(found.Devices, refusal is null ? Is.Not.Empty : Is.Empty);
    }

    [Test]
    public void A_machine_without_a_usable_GPU_is_told_why() => Assert.Multiple(() =>
    {
        Assert.That(Refusal(new FakeCudaDriver { Devices = 0 }), Does.Contain("finds no GPU").And.Contain("CUDA_VISIBLE_DEVICES"));
        Assert.That(Refusal(new FakeCudaDriver { IsProhibited = true }), Does.Contain("nvidia-smi --compute-mode=DEFAULT"));
        Assert.That(Refusal(Failing("Init", CudaError.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH)),
            Does.Contain("different versions").And.Contain("Restart"));
        Assert.That(Refusal(Failing("Init", CudaError.CUDA_ERROR_STUB_LIBRARY)), Does.Contain("stub"));
        Assert.That(Refusal(Failing("Init", CudaError.CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE)), Does.Contain("LD_LIBRARY_PATH"));
        Assert.That(Refusal(Failing("Init", CudaError.CUDA_ERROR_MPS_SERVER_NOT_READY)), Does.Contain("MPS"));
        Assert.That(Refusal(new FakeCudaDriver { Capability = 37 }), Does.Contain("capability is 3.7, and kernels need 5.0"));
        Assert.That(Refusal(Failing("Init", CudaError.CUDA_ERROR_UNKNOWN)), Does.Contain("nvidia-smi"));
        Assert.That(Refusal(Failing("DeviceGetCount", CudaError.CUDA_ERROR_NO_DEVICE)), Does.Contain("finds no GPU"));
    });

    [Test]
    public void A_GPU_that_is_out_of_order_does_not_hide_the_others()
    {
        var driver = new FakeCudaDriver { Devices = 2 };
        driver.Failing.Add("DeviceGetName", CudaError.CUDA_ERROR_UNKNOWN);
        DeviceSearch found = PtxDevice.Search(driver);
        Assert.That(found.Devices.Single().Name, Is.EqualTo("PTX interpreter 1"));
        Assert.That(found.Refusals.Single().Name, Is.EqualTo("CUDA device 0"));
        Assert.That(found.Refusals.Single().Reason,
            Does.Contain("cuDeviceGetName").And.Contain("CUDA_ERROR_UNKNOWN").And.Contain("nvidia-smi"));
    }

    [TestCase("DevicePrimaryCtxRetain", "CUDA_ERROR_DEVICE_UNAVAILABLE", "PTX interpreter 0 cannot be opened. *--compute-mode=DEFAULT")]
    [TestCase("DevicePrimaryCtxRetain", "CUDA_ERROR_OUT_OF_MEMORY", "PTX interpreter 0 cannot be opened. *End other programs")]
    [TestCase("StreamCreate", "CUDA_ERROR_OUT_OF_MEMORY", "cuStreamCreate*End other programs")]
    public void A_GPU_that_cannot_be_opened_is_let_go_and_the_remedy_is_named(string call, string error, string parts)
    {
        FakeCudaDriver driver = Failing(call, Enum.Parse<CudaError>(error));
        var refusal = Assert.Throws<CudaException>(() => driver.Open());
        Assert.That(refusal!.Message, Does.Contain(error));
        foreach (string part in parts.Split('*'))
            Assert.That(refusal.Message, Does.Contain(part));
        Assert.That(driver.Leaks, Is.Zero);
    }

    [Test]
    public void Without_page_locked_memory_copies_are_refused_with_the_remedy_until_there_is_some()
    {
        var driver = new FakeCudaDriver();
        using PtxAccelerator accelerator = driver.Open();
        driver.Failing.Add("MemHostAlloc", CudaError.CUDA_ERROR_OUT_OF_MEMORY);
        using var values = accelerator.Allocate1D<int>(4);
        Assert.That(() => values.CopyFromCPU([1, 2, 3, 4]), Throws.TypeOf<OutOfMemoryException>().With.Message.Contains("page-locked"));
        values.CopyFromCPU([1, 2, 3, 4]);
        Assert.That(values.GetAsArray1D(), Is.EqualTo(new[] { 1, 2, 3, 4 }));
    }

    [Test]
    public void Memory_that_the_driver_does_not_take_back_does_not_keep_the_device()
    {
        var driver = new FakeCudaDriver();
        PtxAccelerator accelerator = driver.Open();
        accelerator.Allocate1D(new int[4]);
        driver.Failing.Add("MemFree", CudaError.CUDA_ERROR_NOT_SUPPORTED);
        Assert.That(accelerator.Dispose, Throws.TypeOf<CudaException>().With.Message.Contains("cuMemFree"));
        Assert.That(driver.Leaks, Is.Zero);
    }

    [Test]
    public void Too_much_memory_is_refused_with_the_sizes_and_the_device_goes_on()
    {
        using PtxAccelerator accelerator = new FakeCudaDriver { MemoryBytes = 1 << 20 }.Open();
        using var some = accelerator.Allocate1D<byte>(1 << 19);
        var refusal = Assert.Throws<OutOfMemoryException>(() => accelerator.Allocate1D<byte>(1 << 20));
        Assert.That(refusal!.Message,
            Does.Contain("1,048,576 bytes (CUDA_ERROR_OUT_OF_MEMORY): 524,288 of its 1,048,576").And.Contain("Free other buffers"));
        using var more = accelerator.Allocate1D<byte>(1 << 10);
    }

    [Test]
    public void Too_many_registers_for_the_group_are_told_when_it_is_compiled()
    {
        using PtxAccelerator accelerator = new FakeCudaDriver { Squeeze = (200, 16) }.Open();
        var refusal = Assert.Throws<KernelLaunchException>(() => Launch(accelerator));
        Assert.That(refusal!.Message,
            Does.StartWith($"{Kernel} takes 200 registers").And.Contain("16 threads").And.Contain("Choose a smaller group or tile."));
    }

    [Test]
    public void A_launch_for_which_the_device_lacks_room_names_kernel_registers_and_remedy()
    {
        using PtxAccelerator accelerator = Failing("LaunchKernel", CudaError.CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES).Open();
        var refusal = Assert.Throws<KernelLaunchException>(() => Launch(accelerator));
        Assert.That(refusal!.Message, Does.Contain(Kernel).And.Contain("registers").And.Contain("choose a smaller group or tile"));
        Assert.That(() => Launch(accelerator), Throws.Nothing, "the device goes on");
    }

    [Test]
    public void Too_many_threads_groups_or_shared_bytes_are_refused()
    {
        using PtxAccelerator accelerator = new FakeCudaDriver().Open();
        var add = accelerator.LoadStreamKernel<ArrayView<int>>(CudaRuntimeTests.AddOne);
        var shared = accelerator.LoadStreamKernel<ArrayView<int>, int>(CudaRuntimeTests.ThroughShared);
        using var values = accelerator.Allocate1D(new int[32]);
        Assert.Multiple(() =>
        {
            Assert.That(() => add((1, 1025), values.View), Throws.TypeOf<KernelLaunchException>().With.Message.Contains(Kernel));
            Assert.That(() => add(new KernelConfig(new Index3D(1, 1, 1), new Index3D(1, 1, 65)), values.View),
                Throws.TypeOf<KernelLaunchException>().With.Message.Contains($"{Kernel} was launched with groups of 1×1×65 threads")
                    .And.Message.Contains("at most 1024×1024×64"));
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
        using PtxAccelerator accelerator = new FakeCudaDriver().Open();
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
        using PtxAccelerator accelerator = new FakeCudaDriver { NewestPtx = new(3, 0), Version = 11040 }.Open();
        var refusal = Assert.Throws<KernelLaunchException>(() => Launch(accelerator));
        Assert.That(refusal!.Message, Does.Contain(Kernel).And.Contain("(CUDA 11.4) is too old").And.Contain("Install a newer driver"));
    }

    [Test]
    public void A_driver_without_its_compiler_or_a_GPU_too_small_for_the_text_is_named()
    {
        using PtxAccelerator lacking = Failing("LinkCreate", CudaError.CUDA_ERROR_JIT_COMPILER_NOT_FOUND).Open();
        Assert.That(() => Launch(lacking), Throws.TypeOf<KernelLaunchException>().With.Message.Contains("libnvidia-ptxjitcompiler"));
        using PtxAccelerator disabled = Failing("LinkAddData", CudaError.CUDA_ERROR_JIT_COMPILATION_DISABLED).Open();
        Assert.That(() => Launch(disabled), Throws.TypeOf<KernelLaunchException>().With.Message.Contains("CUDA_DISABLE_PTX_JIT"));
        using PtxAccelerator small = new FakeCudaDriver { Capability = 75 }.Open();
        PtxModule ampere = Emit() with { Isa = new PtxIsa(new(7, 0), 80) };
        Assert.That(() => small.Load(Kernel, ampere),
            Throws.TypeOf<KernelCompilationException>().With.Message.Contains("compute capability 8.0"));
    }

    [Test]
    public void A_compiler_that_is_told_of_an_earlier_launch_s_failure_is_not_blamed()
    {
        var driver = new FakeCudaDriver();
        PtxAccelerator accelerator = driver.Open();
        var beyond = accelerator.LoadStreamKernel<ArrayView<int>>(CudaRuntimeTests.Beyond);
        using var values = accelerator.Allocate1D(new int[32]);
        beyond((1, 32), values.View);
        driver.Failing.Add("LinkCreate", CudaError.CUDA_ERROR_ILLEGAL_ADDRESS);
        var add = accelerator.LoadStreamKernel<ArrayView<int>>(CudaRuntimeTests.AddOne);
        Assert.That(() => add((1, 32), values.View), Throws.TypeOf<AcceleratorLostException>()
            .With.Message.Contains("CudaRuntimeTests.Beyond")
            .And.Message.Contains($"reported by the compilation of {Kernel}"));
        Assert.That(accelerator.Dispose, Throws.Nothing);
    }

    [Test]
    public void Where_each_launch_is_waited_for_the_one_that_fails_is_named_alone_also_in_a_recording()
    {
        using PtxAccelerator accelerator = new FakeCudaDriver().Open(launchesBlock: true);
        var add = accelerator.LoadStreamKernel<ArrayView<int>>(CudaRuntimeTests.AddOne);
        var beyond = accelerator.LoadStreamKernel<ArrayView<int>>(CudaRuntimeTests.Beyond);
        using var values = accelerator.Allocate1D(new int[32]);
        using LaunchGraph graph = accelerator.Record(() =>
        {
            add((1, 32), values.View);
            beyond((1, 32), values.View);
            add((1, 32), values.View);
        });
        Assert.That(graph.Replay, Throws.TypeOf<AcceleratorLostException>()
            .With.Message.Contains("reported by cuStreamSynchronize), one of these: CudaRuntimeTests.Beyond. "));
    }

    [TestCase(15, "one of these: CudaRuntimeTests.AddOne, CudaRuntimeTests.Beyond. ")]
    [TestCase(16, "one of these: CudaRuntimeTests.AddOne, or an earlier one. ")]
    public void What_was_launched_too_long_ago_to_be_known_is_not_ruled_out(int later, string suspects)
    {
        using PtxAccelerator accelerator = new FakeCudaDriver().Open();
        var add = accelerator.LoadStreamKernel<ArrayView<int>>(CudaRuntimeTests.AddOne);
        var beyond = accelerator.LoadStreamKernel<ArrayView<int>>(CudaRuntimeTests.Beyond);
        using var values = accelerator.Allocate1D(new int[32]);
        beyond((1, 32), values.View);
        for (int i = 0; i < later; i++)
            add((1, 32), values.View);
        Assert.That(accelerator.Synchronize, Throws.TypeOf<AcceleratorLostException>().With.Message.Contains(suspects));
    }

    [Test]
    public void A_kernel_that_leaves_its_memory_loses_the_device_and_is_named()
    {
        var driver = new FakeCudaDriver();
        PtxAccelerator accelerator = driver.Open();
        var beyond = accelerator.LoadStreamKernel<ArrayView<int>>(CudaRuntimeTests.Beyond);
        var add = accelerator.LoadStreamKernel<ArrayView<int>>(CudaRuntimeTests.AddOne);
        var values = accelerator.Allocate1D(new int[32]);
        using LaunchGraph graph = accelerator.Record(() => add((1, 32), values.View));
        beyond((1, 32), values.View);
        var lost = Assert.Throws<AcceleratorLostException>(() => values.GetAsArray1D());
        Assert.That(lost!.Message, Does.Contain("memory that is not its own (CUDA_ERROR_ILLEGAL_ADDRESS, reported by cu")
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
            Assert.That(() => driver.Open(), Throws.TypeOf<CudaException>().With.Message.Contains("Start the program again"));
        });
    }

    [Test]
    public void A_kernel_whose_groups_write_what_others_read_is_found()
    {
        var driver = new FakeCudaDriver();
        using PtxAccelerator accelerator = driver.Open();
        var shift = accelerator.LoadStreamKernel<ArrayView<int>>(ShiftInPlace);
        using var values = accelerator.Allocate1D(new int[65]);
        shift((1, 64), values.View);
        Assert.That(accelerator.Synchronize, Throws.Nothing, "one group orders its threads by a barrier");
        shift((2, 32), values.View);
        Assert.That(accelerator.Synchronize, Throws.TypeOf<AcceleratorLostException>());
        Assert.That(driver.Fault!.Message, Does.StartWith("Race: writes global memory (byte 128 of the ")
            .And.Contain("that thread (31, 0, 0) of group (0, 0, 0) read, and groups do not wait for each other"));
    }

    public static void ShiftInPlace(ArrayView<int> values)
    {
        int next = values[Grid.GlobalIndex.X + 1];
        Group.Barrier();
        values[Grid.GlobalIndex.X] = next;
    }

    [Test]
    public unsafe void A_capture_that_fails_leaves_nothing_behind()
    {
        var driver = new FakeCudaDriver();
        using PtxAccelerator accelerator = driver.Open();
        var add = accelerator.LoadStreamKernel<ArrayView<int>>(CudaRuntimeTests.AddOne);
        using var values = accelerator.Allocate1D(new int[32]);
        add((1, 32), values.View);
        accelerator.Synchronize();
        int before = driver.Leaks;
        foreach (string call in new[] { "StreamCreate", "StreamBeginCapture", "LaunchKernel", "GraphInstantiate" })
        {
            driver.Failing[call] = CudaError.CUDA_ERROR_INVALID_VALUE;
            Assert.That(() => accelerator.Record(() => add((1, 32), values.View)), Throws.Exception, call);
            Assert.That(driver.Leaks, Is.EqualTo(before), call);
        }
        driver.Entering = call =>
        {
            ulong address;
            if (call == "StreamEndCapture")
                driver.MemAlloc(&address, 8);
        };
        Assert.That(() => accelerator.Record(() => add((1, 32), values.View)),
            Throws.TypeOf<CudaException>().With.Message.Contains("CUDA_ERROR_STREAM_CAPTURE_INVALIDATED"));
        Assert.That(driver.Leaks, Is.EqualTo(before), "a capture that was spoilt");
        add((1, 32), values.View);
        Assert.That(values.GetAsArray1D(), Is.All.EqualTo(2));
    }

    private static string Refusal(FakeCudaDriver driver)
    {
        DeviceSearch found = PtxDevice.Search(driver);
        Assert.That(found.Devices, Is.Empty);
        return found.Refusals.Single().Reason;
    }

    private static FakeCudaDriver Failing(string call, CudaError error)
    {
        var driver = new FakeCudaDriver();
        driver.Failing.Add(call, error);
        return driver;
    }

    private static void Launch(PtxAccelerator accelerator)
    {
        var add = accelerator.LoadStreamKernel<ArrayView<int>>(CudaRuntimeTests.AddOne);
        using var values = accelerator.Allocate1D(new int[32]);
        add((1, 32), values.View);
        accelerator.Synchronize();
    }

    private static PtxModule Emit() =>
        TextAccelerator.Emit(new KernelSource(((Action<ArrayView<int>>)CudaRuntimeTests.AddOne).Method), new Index3D(32, 1, 1));
}
