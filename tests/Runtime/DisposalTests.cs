using VaeGpu.CudaEmulator;


namespace VaeGpu.Tests.Runtime;

/// <summary>What an accelerator does after it was disposed, and while.</summary>
internal sealed class DisposalTests
{
    public static void Spin(int rounds, ArrayView<int> none)
    {
        ArrayView<int> shared = SharedMemory.Allocate<int>(16);
        for (int i = 0; i < rounds; i++)
        {
            shared[Group.IdxX] = i;
            Group.Barrier();
        }
        if (none.Length > 0)
            none[0] = shared[0];
    }

    [TestCase("CPU")]
    [TestCase("interpreter")]
    [TestCase("OpenCL")]
    [TestCase("PTX")]
    public void An_accelerator_that_was_disposed_refuses_everything(string device)
    {
        Accelerator accelerator = Open(device);
        AcceleratorStream stream = accelerator.CreateStream();
        var launch = accelerator.LoadKernel<int, ArrayView<int>>(Spin);
        launch(stream, (1, 16), 1, default);
        accelerator.Dispose();
        accelerator.Dispose();
        stream.Dispose();
        Assert.Multiple(() =>
        {
            Refuses(accelerator.Synchronize);
            Refuses(stream.Synchronize);
            Refuses(() => accelerator.CreateStream());
            Refuses(() => accelerator.Allocate1D<int>(1));
            Refuses(() => launch(stream, (1, 16), 1, default));
            Refuses(() => launch(stream, (1, 8), 1, default));
            Refuses(() => ((ILaunchRecorder)accelerator).Record(() => { }));
        });

        static void Refuses(Action action) => Assert.That(action, Throws.InstanceOf<ObjectDisposedException>());
    }

    [TestCase("CPU")]
    [TestCase("OpenCL")]
    public void Disposal_ends_the_launches_that_another_thread_goes_on_making(string device)
    {
        Accelerator accelerator = Open(device);
        var launch = accelerator.LoadStreamKernel<int, ArrayView<int>>(Spin);
        launch((64, 16), 1, default);
        using var running = new ManualResetEventSlim();
        var launches = new Thread(() =>
        {
            try
            {
                for (; ; running.Set())
                    launch((64, 16), 2_000, default);
            }
            catch (ObjectDisposedException)
            {
                // The end that is waited for; any other ends the process.
            }
        });
        launches.Start();
        running.Wait();
        accelerator.Dispose();
        launches.Join();
        Assert.That(accelerator.Synchronize, Throws.InstanceOf<ObjectDisposedException>());
    }

    private static Accelerator Open(string device)
    {
        if (device == "PTX")
            return new FakeCudaDriver().Open();
        Context context = Context.Create(b => _ = device == "CPU" ? b.Simd(2, 0) : device == "OpenCL" ? b.OpenCL12() : b.Interpreter());
        if (device == "OpenCL" && context.GetDevices<OpenCL12Device>().Count == 0)
            Assert.Ignore("No OpenCL device: " + string.Join(" ", OpenCL12Device.Search().Refusals));
        return context.Devices[0].CreateAccelerator(context);
    }
}
