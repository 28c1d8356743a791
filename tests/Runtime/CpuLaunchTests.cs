namespace VaeGpu.Tests.Runtime;

/// <summary>Launches on the CPU device: what they cost in memory, what they refuse, and that no group is lost.</summary>
[TestFixture]
internal sealed class CpuLaunchTests
{
    private Context context = null!;
    private Accelerator cpu = null!;

    [OneTimeSetUp]
    public void Open()
    {
        context = Context.Create(b => b.Simd(2, 0));
        cpu = context.Devices[0].CreateAccelerator(context);
    }

    [OneTimeTearDown]
    public void Close()
    {
        cpu.Dispose();
        context.Dispose();
    }

    public static void AddOne(ArrayView<int> values)
    {
        int i = Grid.GlobalIndex.X;
        if (i < values.IntLength)
            values[i] += 1;
    }

    public static void AddOneAuto(Index1D i, ArrayView<int> values) => values[i] += 1;

    public static void SumThroughSharedMemory(ArrayView<int> input, ArrayView<int> output)
    {
        ArrayView<int> shared = SharedMemory.GetDynamic<int>();
        shared[Group.IdxX] = input[Grid.GlobalIndex.X];
        Group.Barrier();
        int sum = 0;
        for (int i = 0; i < Group.DimX; i++)
            sum += shared[i];
        output[Grid.GlobalIndex.X] = sum;
    }

    [Test]
    public void A_launch_allocates_nothing()
    {
        using var values = cpu.Allocate1D(new int[1000]);
        var launch = cpu.LoadStreamKernel<ArrayView<int>>(AddOne);
        var launchAuto = cpu.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>(AddOneAuto);
        ArrayView<int> view = values.View;
        // The first calls compile the kernel and the launcher's own code.
        for (int i = 0; i < 200; i++)
        {
            launch((63, 16), view);
            launchAuto(1000, view);
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            launch((63, 16), view);
            launchAuto(1000, view);
        }
        // A tier-up of the launcher's code may leave a few bytes; a box or a closure for each launch would leave 24,000 and more.
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(4_000));
    }

    [Test]
    public void Every_group_of_many_launches_runs_once()
    {
        using var values = cpu.Allocate1D(new int[4099]);
        var launch = cpu.LoadStreamKernel<ArrayView<int>>(AddOne);
        for (int i = 0; i < 5000; i++)
            launch((257, 16), values.View);
        Assert.That(values.GetAsArray1D(), Has.All.EqualTo(5000));
    }

    [Test]
    public void Launches_from_several_threads_do_not_disturb_each_other()
    {
        var launch = cpu.LoadStreamKernel<ArrayView<int>>(AddOne);
        MemoryBuffer1D<int, Stride1D.Dense>[] buffers = [.. Enumerable.Range(0, 4).Select(_ => cpu.Allocate1D(new int[1000]))];
        Parallel.ForEach(buffers, buffer =>
        {
            for (int i = 0; i < 500; i++)
                launch((63, 16), buffer.View);
        });
        Assert.Multiple(() =>
        {
            foreach (var buffer in buffers)
            {
                Assert.That(buffer.GetAsArray1D(), Has.All.EqualTo(500));
                buffer.Dispose();
            }
        });
    }

    [Test]
    public void Results_stand_while_other_threads_hold_the_cores()
    {
        using var stop = new CancellationTokenSource();
        Thread[] neighbors = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
                Thread.SpinWait(100);
        }) { IsBackground = true })];
        Array.ForEach(neighbors, t => t.Start());
        try
        {
            using var values = cpu.Allocate1D(new int[4096]);
            var launch = cpu.LoadStreamKernel<ArrayView<int>>(AddOne);
            for (int i = 0; i < 300; i++)
                launch((256, 16), values.View);
            Assert.That(values.GetAsArray1D(), Has.All.EqualTo(300));
        }
        finally
        {
            stop.Cancel();
            Array.ForEach(neighbors, t => t.Join());
        }
    }

    [TestCase(7)]
    [TestCase(16)]
    [TestCase(100)]
    public void Dynamic_shared_memory_has_the_size_that_the_launch_asks_for(int group)
    {
        int[] data = [.. Enumerable.Range(0, 3 * group)];
        using var input = cpu.Allocate1D(data);
        using var output = cpu.Allocate1D<int>(3 * group);
        var launch = cpu.LoadStreamKernel<ArrayView<int>, ArrayView<int>>(SumThroughSharedMemory);
        launch(new KernelConfig(3, group, SharedMemoryConfig.RequestDynamic<int>(group)), input.View, output.View);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(data.Select((_, i) => data.Skip(i / group * group).Take(group).Sum())));
    }

    [Test]
    public void A_group_larger_than_the_device_takes_is_refused_by_the_kernels_name()
    {
        using var values = cpu.Allocate1D(new int[1]);
        var launch = cpu.LoadStreamKernel<ArrayView<int>>(AddOne);
        Assert.That(() => launch((1, cpu.MaxNumThreadsPerGroup + 1), values.View),
            Throws.TypeOf<KernelLaunchException>().With.Message.Contains("AddOne").And.Message.Contains("smaller group"));
    }

    [Test]
    public void More_dynamic_shared_memory_than_the_device_has_is_refused()
    {
        using var values = cpu.Allocate1D(new int[16]);
        var launch = cpu.LoadStreamKernel<ArrayView<int>, ArrayView<int>>(SumThroughSharedMemory);
        Assert.That(() => launch(new KernelConfig(1, 16, SharedMemoryConfig.RequestDynamic<int>(1 << 24)), values.View, values.View),
            Throws.TypeOf<KernelLaunchException>().With.Message.Contains("shared memory"));
    }

    [Test]
    public void An_empty_grid_does_nothing()
    {
        using var values = cpu.Allocate1D(new int[1]);
        cpu.LoadStreamKernel<ArrayView<int>>(AddOne)((0, 16), values.View);
        Assert.That(values.GetAsArray1D(), Is.EqualTo(new[] { 0 }));
    }

    [Test]
    public void A_buffer_that_was_freed_is_not_taken()
    {
        var values = cpu.Allocate1D(new int[1]);
        ArrayView<int> view = values.View;
        values.Dispose();
        var launch = cpu.LoadStreamKernel<ArrayView<int>>(AddOne);
        Assert.That(() => launch((1, 16), view), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void Memory_of_another_accelerator_is_not_taken()
    {
        using Accelerator other = context.Devices[0].CreateAccelerator(context);
        using var values = other.Allocate1D(new int[1]);
        var launch = cpu.LoadStreamKernel<ArrayView<int>>(AddOne);
        Assert.That(() => launch((1, 16), values.View), Throws.ArgumentException);
    }

    [Test]
    public void Copies_beyond_the_end_are_refused()
    {
        using var values = cpu.Allocate1D(new int[4]);
        Assert.Multiple(() =>
        {
            Assert.That(() => values.CopyFromCPU(new int[5]), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => values.View.CopyToCPU(new int[5]), Throws.InstanceOf<ArgumentException>());
        });
    }
}
