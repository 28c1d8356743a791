using VaeGpu.CudaEmulator;
using VaeGpu.Gpu.Accelerators.Cuda;
using VaeGpu.Gpu.Inspection;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Kernels.Devices;
using VaeGpu.Training.Diagnostics.Catalogue;

namespace VaeGpu.Tests.Ptx;

/// <summary>The CUDA device through its driver: memory, streams, code, graphs; on a driver that is stricter than NVIDIA's.</summary>
internal sealed class CudaRuntimeTests
{
    public static void AddOne(ArrayView<int> values) => values[Grid.GlobalIndex.X] += 1;

    public static void CopyAcross(ArrayView<int> source, ArrayView<int> target) => target[Group.IdxX] = source[Group.IdxX] + 1;

    public static void Beyond(ArrayView<int> values) => values[Group.IdxX + 1000] = 1;

    public static void ThroughShared(ArrayView<int> values, int length)
    {
        ArrayView<int> shared = SharedMemory.GetDynamic<int>();
        shared[length - 1 - Group.IdxX] = values[Group.IdxX];
        Group.Barrier();
        values[Group.IdxX] = shared[length - Group.DimX + Group.IdxX] * 10;
    }

    [Test]
    public void Every_device_is_found_with_what_it_is()
    {
        var driver = new FakeCudaDriver { Devices = 2, Capability = 86, Version = 12040 };
        using Context context = Context.Create(builder => builder.Ptx(driver));
        var second = (PtxDevice)context.Devices[1];
        Assert.Multiple(() =>
        {
            Assert.That(context.Devices.Select(device => device.Name), Is.EqualTo(new[] { "PTX interpreter 0", "PTX interpreter 1" }));
            Assert.That(second.ComputeCapability, Is.EqualTo(new Version(8, 6)));
            Assert.That(second.DriverVersion, Is.EqualTo(new Version(12, 4)));
            Assert.That(second.WarpSize, Is.EqualTo(32));
            Assert.That(second.MaxSharedMemoryPerGroup, Is.EqualTo(227 * 1024));
            Assert.That(second.MemorySize, Is.EqualTo(4L << 30));
            Assert.That(second.IsGpu, Is.True);
        });
    }

    [Test]
    public void All_that_was_made_is_given_back()
    {
        var driver = new FakeCudaDriver();
        AcceleratorStream stream;
        using (PtxAccelerator accelerator = driver.Open())
        {
            var add = accelerator.LoadKernel<ArrayView<int>>(AddOne);
            MemoryBuffer1D<int, Stride1D.Dense> values = accelerator.Allocate1D(new int[64]);
            stream = accelerator.CreateStream();
            add(stream, (2, 32), values.View);
            stream.Synchronize();
            LaunchGraph graph = accelerator.Record(() => add(accelerator.DefaultStream, (2, 32), values.View));
            graph.Replay();
            accelerator.CreateStream().Dispose();
            accelerator.Allocate1D<int>(0);
            Assert.That(values.GetAsArray1D(), Is.All.EqualTo(2));
            Assert.That(driver.Leaks, Is.GreaterThan(3));
        }
        Assert.That((driver.Leaks, driver.Memory.Count), Is.EqualTo((0, 0)));
        Assert.That(stream.Dispose, Throws.Nothing, "it went with its accelerator");
    }

    [Test]
    public void Memory_that_nobody_holds_is_freed_with_the_accelerator_and_by_no_finalizer()
    {
        var driver = new FakeCudaDriver();
        PtxAccelerator accelerator = driver.Open();
        Forget(accelerator);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.That((driver.Memory.Count, driver.FreeingThreads.Count), Is.EqualTo((3, 0)));
        accelerator.Dispose();
        Assert.That(driver.Memory.Count, Is.Zero);
        Assert.That(driver.FreeingThreads, Is.EqualTo(new[] { Thread.CurrentThread }));

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Forget(Accelerator accelerator)
        {
            for (int i = 0; i < 3; i++)
                accelerator.Allocate1D<int>(10);
        }
    }

    [TestCase(1)]
    [TestCase((int)StagingRing.SlotBytes)]
    [TestCase(5 * (int)StagingRing.SlotBytes + 3)]
    [TestCase(9 * (int)StagingRing.SlotBytes)]
    public void Copies_through_the_ring_bring_back_what_was_sent(int length)
    {
        var driver = new FakeCudaDriver();
        using PtxAccelerator accelerator = driver.Open();
        byte[] data = new byte[length];
        new Random(length).NextBytes(data);
        using var buffer = accelerator.Allocate1D(data);
        Assert.That(buffer.GetAsArray1D(), Is.EqualTo(data));
        Assert.That(buffer.GetAsArray1D(), Is.EqualTo(data));
        Assert.That(driver.Calls["MemHostAlloc"], Is.EqualTo(1), "page-locked memory is dear: it is allocated once");
    }

    [Test]
    public void Every_thread_can_launch_allocate_and_free()
    {
        var driver = new FakeCudaDriver();
        PtxAccelerator accelerator = driver.Open();
        var add = accelerator.LoadStreamKernel<ArrayView<int>>(AddOne);
        var values = accelerator.Allocate1D(new int[32]);
        Exception? failure = null;
        var other = new Thread(() =>
        {
            try
            {
                add((1, 32), values.View);
                using var more = accelerator.Allocate1D([1, 2, 3]);
                Assert.That(values.GetAsArray1D(), Is.All.EqualTo(1));
                values.Dispose();
                accelerator.Dispose();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        other.Start();
        other.Join();
        Assert.That(failure, Is.Null);
        Assert.That(driver.Leaks, Is.Zero);
    }

    [Test]
    public void Two_devices_are_used_in_turn_by_one_thread()
    {
        var driver = new FakeCudaDriver { Devices = 2 };
        using (PtxAccelerator one = driver.Open(0), two = driver.Open(1))
        {
            var addOne = one.LoadStreamKernel<ArrayView<int>>(AddOne);
            var addTwo = two.LoadStreamKernel<ArrayView<int>>(AddOne);
            using var ofOne = one.Allocate1D(new int[32]);
            using var ofTwo = two.Allocate1D(new int[32]);
            using LaunchGraph graph = one.Record(() => addOne((1, 32), ofOne.View));
            addTwo((1, 32), ofTwo.View);
            graph.Replay();
            addTwo((1, 32), ofTwo.View);
            Assert.That(ofOne.GetAsArray1D(), Is.All.EqualTo(1));
            Assert.That(ofTwo.GetAsArray1D(), Is.All.EqualTo(2));
        }
        Assert.That(driver.Leaks, Is.Zero);
    }

    [Test]
    public void A_thread_that_waits_for_all_work_does_not_spoil_another_one_s_recording()
    {
        var driver = new FakeCudaDriver();
        using PtxAccelerator accelerator = driver.Open();
        var add = accelerator.LoadStreamKernel<ArrayView<int>>(AddOne);
        using var values = accelerator.Allocate1D(new int[32]);
        Task? other = null;
        driver.Entering = call =>
        {
            // Between the beginning of the capture and its first launch.
            if (call == "LaunchKernel" && other is null)
                (other = Task.Run(accelerator.Synchronize)).Wait();
        };
        using LaunchGraph graph = accelerator.Record(() => add((1, 32), values.View));
        graph.Replay();
        Assert.That(other!.IsCompletedSuccessfully, Is.True);
        Assert.That(values.GetAsArray1D(), Is.All.EqualTo(1));
    }

    [Test]
    public void A_grid_whose_product_overflows_is_launched()
    {
        var driver = new FakeCudaDriver();
        using PtxAccelerator accelerator = driver.Open();
        var add = accelerator.LoadStreamKernel<ArrayView<int>>(AddOne);
        using var values = accelerator.Allocate1D(new int[32]);
        // It is not run: four billion groups take the interpreter too long.
        driver.Failing["LaunchKernel"] = CudaError.CUDA_ERROR_NOT_SUPPORTED;
        Assert.That(() => add(new KernelConfig(new Index3D(1 << 20, 1 << 12, 1), new Index3D(32, 1, 1)), values.View),
            Throws.TypeOf<KernelLaunchException>().With.Message.Contains("1048576×4096×1 groups"));
        add(new KernelConfig(new Index3D(1, 0, 1), new Index3D(32, 1, 1)), values.View);
        Assert.That(driver.Calls["LaunchKernel"], Is.EqualTo(1), "an empty grid is none");
    }

    [Test]
    public void Threads_that_launch_groups_of_different_shapes_each_get_their_own()
    {
        using PtxAccelerator accelerator = new FakeCudaDriver().Open();
        KernelForms kernel = accelerator.Load(((Action<ArrayView<int>>)AddOne).Method);
        Index3D[] shapes = [new(32, 1, 1), new(64, 1, 1)];
        Executable[] expected = [.. shapes.Select(kernel.Variant)];
        int wrong = 0;
        Parallel.For(0, shapes.Length, i =>
        {
            for (int round = 0; round < 1_000_000; round++)
            {
                if (kernel.Variant(shapes[i]) != expected[i])
                    Interlocked.Increment(ref wrong);
            }
        });
        Assert.That(wrong, Is.Zero);
    }

    [Test]
    public void A_device_that_offers_no_more_than_48_KB_gives_all_of_them()
    {
        using PtxAccelerator accelerator = new FakeCudaDriver { SharedOptIn = 48 * 1024, Capability = 61 }.Open();
        FillShared(accelerator);
    }

    [Test]
    public void Dynamic_shared_memory_goes_beyond_48_KB()
    {
        using PtxAccelerator accelerator = new FakeCudaDriver().Open();
        FillShared(accelerator);
    }

    private static void FillShared(PtxAccelerator accelerator)
    {
        var kernel = accelerator.LoadStreamKernel<ArrayView<int>, int>(ThroughShared);
        using var values = accelerator.Allocate1D(Enumerable.Range(0, 32).ToArray());
        int length = accelerator.MaxSharedMemoryPerGroup / sizeof(int);
        kernel(new KernelConfig((1, 1, 1), (32, 1, 1), SharedMemoryConfig.RequestDynamic<int>(length)), values.View, length);
        Assert.That(values.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 32).Select(i => (31 - i) * 10).ToArray()));
    }

    [Test]
    public void Views_that_overlap_or_start_anywhere_are_launched_and_replayed_right()
    {
        using PtxAccelerator accelerator = new FakeCudaDriver().Open();
        var copy = accelerator.LoadStreamKernel<ArrayView<int>, ArrayView<int>>(CopyAcross);
        using var values = accelerator.Allocate1D(new int[40]);
        using LaunchGraph graph = accelerator.Record(() =>
        {
            copy((1, 8), values.View, values.View);
            copy((1, 8), values.View.SubView(1, 8), values.View.SubView(17, 8));
        });
        graph.Replay();
        graph.Replay();
        int[] expected = [.. Enumerable.Repeat(2, 8), .. new int[9], .. Enumerable.Repeat(3, 7), 1, .. new int[15]];
        Assert.That(graph.IsOneCall, Is.True);
        Assert.That(values.GetAsArray1D(), Is.EqualTo(expected));
    }

    [Test]
    public unsafe void The_choice_of_the_text_allocates_nothing()
    {
        using PtxAccelerator accelerator = new FakeCudaDriver().Open();
        var executable = (CudaExecutable)accelerator.Compile(
            new KernelSource(((Action<ArrayView<int>, ArrayView<int>>)CopyAcross).Method), new Index3D(32, 1, 1));
        ViewArgument* views = stackalloc ViewArgument[] { new() { Handle = 256, Length = 8 }, new() { Handle = 512, Length = 8 } };
        CudaKernel first = executable.For((byte*)views);
        long before = GC.GetAllocatedBytesForCurrentThread();
        CudaKernel second = executable.For((byte*)views);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(second, Is.SameAs(first));
        views[1].ByteOffset = 4;
        Assert.That(executable.For((byte*)views), Is.Not.SameAs(first), "a view that starts at no multiple of 16");
        views[1] = views[0];
        Assert.That(executable.For((byte*)views), Is.Not.SameAs(first), "a view that is read and written");
    }

    [Test]
    public void A_kernel_says_what_it_takes_also_when_its_code_was_kept()
    {
        var driver = new FakeCudaDriver();
        KernelReport report = Report(driver, false);
        Assert.Multiple(() =>
        {
            Assert.That(report.Registers, Is.Positive);
            Assert.That((report.SpillStoreBytes, report.SpillLoadBytes), Is.EqualTo(((int?)8, (int?)16)));
            Assert.That(report.MaxThreads, Is.EqualTo(32));
            Assert.That(report.Log, Does.Contain("Compiling entry function"));
            Assert.That(Report(new FakeCudaDriver { Version = 99010 }, true), Is.EqualTo(report));
            Assert.That(Report(new FakeCudaDriver { Version = 99010 }, true), Is.EqualTo(report));
        });
    }

    [Test]
    public void A_kernel_of_the_catalogue_says_what_it_takes_of_a_CUDA_device_and_of_no_other()
    {
        using PtxAccelerator cuda = new FakeCudaDriver().Open();
        using PtxAccelerator small = new FakeCudaDriver { Squeeze = (200, 16) }.Open();
        using Backend cpu = Backend.Open("cpu", 1);
        KernelLaunch adam = KernelCatalogue.Find(KernelCatalogue.Of(gpu: true, 2, default), "adam.run");
        Assert.Multiple(() =>
        {
            Assert.That(KernelInspector.Resources(cuda, adam), Has.Property("Registers").Positive.And.Property("LocalBytes").Zero);
            Assert.That(KernelInspector.Resources(small, adam), Is.Null, "its groups do not fit");
            Assert.That(KernelInspector.Resources(cpu.Accelerator, adam), Is.Null);
        });
    }

    // Two processors; an H200 of 132 has 13.6.
    [TestCase(90, 1_980_000, 3_201_000, 8.0 * 2 * 128 * 1980 / (6144.0 * 3201))]
    [TestCase(80, 1_410_000, 1_215_000, 8.0 * 2 * 64 * 1410 / (6144.0 * 1215))]
    [TestCase(75, 1_410_000, 1_215_000, 8.0 * 2 * 64 * 1410 / (6144.0 * 1215))]
    [TestCase(86, 1_410_000, 1_215_000, 8.0 * 2 * 128 * 1410 / (6144.0 * 1215))]
    [TestCase(90, 0, 3_201_000, null)]
    [TestCase(90, 1_980_000, 0, null)]
    public void The_balance_of_a_device_follows_from_its_clocks_where_they_are_known(int capability, int clock, int memory, double? balance)
    {
        using PtxAccelerator accelerator = new FakeCudaDriver { Capability = capability, Clocks = (clock, memory) }.Open();
        Assert.That(accelerator.Device.OperationsPerByte, balance is { } known ? Is.EqualTo(known).Within(1e-9) : Is.Null);
    }

    [Test]
    public void Code_is_kept_by_text_driver_and_architecture_and_damaged_entries_are_made_anew()
    {
        var first = new FakeCudaDriver();
        string path;
        using (PtxAccelerator accelerator = first.Open(keepsBinaries: true))
        {
            Executable made = Compile(accelerator);
            path = BinaryCache.PathOf(accelerator.Modules.Key(made.Text));
            Assert.That(File.Exists(path), Is.True, "the cache folder cannot be written");
        }
        byte[] content = File.ReadAllBytes(path);
        try
        {
            Assert.That(Links(new FakeCudaDriver()), Is.Zero, "the second process compiled again");
            Assert.That(Links(new FakeCudaDriver { Version = 99020 }), Is.EqualTo(1), "another driver");
            Assert.That(Links(new FakeCudaDriver { Build = "second" }), Is.EqualTo(1), "another build of the driver");
            Assert.That(Links(new FakeCudaDriver { Capability = 86 }), Is.EqualTo(1), "another architecture");
            foreach (byte[] damaged in new[] { content[..10], content[..^1], [.. content[..^1], (byte)~content[^1]], [] })
            {
                File.WriteAllBytes(path, damaged);
                Assert.That(Links(new FakeCudaDriver()), Is.EqualTo(1));
                Assert.That(File.ReadAllBytes(path), Is.EqualTo(content), "the entry was not written again");
            }
            // Whole, but nothing that this driver takes.
            BinaryCache.Write(Path.GetFileNameWithoutExtension(path), new Cubin([1, 2, 3], "log").ToBytes());
            Assert.That(Links(new FakeCudaDriver()), Is.EqualTo(1));
        }
        finally
        {
            File.Delete(path);
        }

        static int Links(FakeCudaDriver driver)
        {
            using PtxAccelerator accelerator = driver.Open(keepsBinaries: true);
            string entry = BinaryCache.PathOf(accelerator.Modules.Key(Compile(accelerator).Text));
            if (driver.Version != 99000 || driver.Capability != 90 || driver.Build != "first")
                File.Delete(entry);
            return driver.Calls.GetValueOrDefault("LinkComplete");
        }
    }

    [Test]
    public void A_key_of_the_cache_is_of_one_text_one_build_of_the_driver_and_one_architecture()
    {
        FakeCudaDriver[] drivers = [new(), new() { Version = 99010 }, new() { Build = "second" }, new() { Capability = 86 }];
        string[] keys =
        [
            .. drivers.SelectMany(driver =>
            {
                using PtxAccelerator accelerator = driver.Open();
                return new[] { accelerator.Modules.Key("one"), accelerator.Modules.Key("two") };
            }),
        ];
        Assert.That(keys, Is.Unique);
    }

    [Test]
    public void Streams_are_waited_for_one_by_one()
    {
        using PtxAccelerator accelerator = new FakeCudaDriver().Open();
        var add = accelerator.LoadKernel<ArrayView<int>>(AddOne);
        using var values = accelerator.Allocate1D(new int[32]);
        using AcceleratorStream stream = accelerator.CreateStream();
        add(stream, (1, 32), values.View);
        int[] seen = new int[32];
        // The driver runs nothing before somebody waits for it, and nobody has waited for this stream.
        values.View.CopyToCPU(accelerator.DefaultStream, seen);
        Assert.That(seen, Is.All.Zero);
        stream.Synchronize();
        values.View.CopyToCPU(accelerator.DefaultStream, seen);
        Assert.That(seen, Is.All.EqualTo(1));
        add(stream, (1, 32), values.View);
        accelerator.Synchronize();
        Assert.That(values.GetAsArray1D(), Is.All.EqualTo(2));
    }

    private static Executable Compile(PtxAccelerator accelerator) =>
        accelerator.Compile(new KernelSource(((Action<ArrayView<int>>)AddOne).Method), new Index3D(32, 1, 1));

    private static KernelReport Report(FakeCudaDriver driver, bool keepsBinaries)
    {
        using PtxAccelerator accelerator = driver.Open(keepsBinaries: keepsBinaries);
        return Compile(accelerator).Report!;
    }
}
