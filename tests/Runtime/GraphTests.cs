using VaeGpu.Tests.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Runtime;

/// <summary>Recorded launches: what a replay does, what cannot be recorded, and that training does not notice.</summary>
public sealed class GraphTests
{
    public static void AddStep(ArrayView<int> values, ArrayView<int> step, int factor) => values[Group.IdxX] += factor * step[0];

    public static void NextStep(ArrayView<int> step) => step[0]++;

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.ThatRecord))]
    public void A_replay_makes_the_launches_in_their_order_and_the_recording_none(TestDevice device)
    {
        Accelerator accelerator = device.Open();
        var add = accelerator.LoadStreamKernel<ArrayView<int>, ArrayView<int>, int>(AddStep);
        var next = accelerator.LoadStreamKernel<ArrayView<int>>(NextStep);
        using var values = accelerator.Allocate1D([10, 20, 30]);
        using var step = accelerator.Allocate1D([1]);
        int factor = 100;
        using LaunchGraph graph = ((ILaunchRecorder)accelerator).Record(() =>
        {
            add((1, 3), values.View, step.View, factor);
            next((1, 1), step.View);
            add((1, 2), values.View.SubView(1, 2), step.View, 1);
            next((0, 1), step.View);
        });
        factor = 7;
        Assert.That(values.GetAsArray1D(), Is.EqualTo(new[] { 10, 20, 30 }), "the recording itself launched something");
        graph.Replay();
        Assert.That(values.GetAsArray1D(), Is.EqualTo(new[] { 110, 122, 132 }));
        graph.Replay();
        graph.Replay();
        // Steps 2 and 3: 100·2 + 3, 100·3 + 4.
        Assert.That(values.GetAsArray1D(), Is.EqualTo(new[] { 610, 629, 639 }));
        Assert.That((graph.Count, step.GetAsArray1D()[0]), Is.EqualTo((3, 4)));
        add((1, 3), values.View, step.View, factor);
        Assert.That(values.GetAsArray1D()[0], Is.EqualTo(610 + 7 * 4), "a launch after the recording is made");
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.ThatRecord))]
    public void Memory_is_cleared_at_each_replay(TestDevice device)
    {
        Accelerator accelerator = device.Open();
        var next = accelerator.LoadStreamKernel<ArrayView<int>>(NextStep);
        using var step = accelerator.Allocate1D([41, 42]);
        using LaunchGraph graph = ((ILaunchRecorder)accelerator).Record(() =>
        {
            step.View.SubView(0, 1).MemSetToZero();
            next((1, 1), step.View);
        });
        Assert.That(step.GetAsArray1D(), Is.EqualTo(new[] { 41, 42 }));
        graph.Replay();
        graph.Replay();
        Assert.That(step.GetAsArray1D(), Is.EqualTo(new[] { 1, 42 }));
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.ThatRecord))]
    public void What_cannot_be_replayed_is_refused_and_the_device_goes_on(TestDevice device)
    {
        Accelerator accelerator = device.Open();
        var next = accelerator.LoadStreamKernel<ArrayView<int>>(NextStep);
        using var step = accelerator.Allocate1D([1]);
        using LaunchGraph graph = ((ILaunchRecorder)accelerator).Record(() => next((1, 1), step.View));
        Assert.Multiple(() =>
        {
            Assert.That(() => ((ILaunchRecorder)accelerator).Record(() => step.CopyFromCPU([5])),
                Throws.InvalidOperationException.With.Message.Contains("A copy cannot be recorded"));
            Assert.That(() => ((ILaunchRecorder)accelerator).Record(() => step.GetAsArray1D()), Throws.InvalidOperationException);
            Assert.That(() =>
                ((ILaunchRecorder)accelerator).Record(graph.Replay), Throws.InvalidOperationException.With.Message.Contains("replay"));
            Assert.That(() => ((ILaunchRecorder)accelerator).Record(() => ((ILaunchRecorder)accelerator).Record(() => { })),
                Throws.InvalidOperationException);
            Assert.That(
                () => ((ILaunchRecorder)accelerator).Record(() => throw new InvalidDataException()), Throws.TypeOf<InvalidDataException>());
        });
        next((1, 1), step.View);
        Assert.That(step.GetAsArray1D(), Is.EqualTo(new[] { 2 }));
    }

    // Not public: SuiteTests compiles every public kernel.
    internal static void Throwing(ArrayView<int> values) => throw new InvalidOperationException();

    internal static void TooMuchMemory(ArrayView<int> values) => SharedMemory.Allocate<int>(1 << 22)[0] = values[0];

    /// <summary>Kernels are compiled in the background while launches are recorded; the recording still reports their errors.</summary>
    [Test]
    public void A_kernel_that_cannot_be_compiled_fails_the_recording()
    {
        using Context context = Context.Create(builder => builder.Simd());
        using Accelerator accelerator = context.CreateSimdAccelerator(0);
        using var step = accelerator.Allocate1D([1]);
        Assert.Multiple(() =>
        {
            Assert.That(() => Record(Throwing), Throws.TypeOf<KernelCompilationException>().With.Message.Contains("throw exceptions"));
            Assert.That(() => Record(TooMuchMemory), Throws.TypeOf<KernelLaunchException>().With.Message.Contains("smaller tile"));
        });
        using LaunchGraph graph = Record(NextStep);
        graph.Replay();
        Assert.That(step.GetAsArray1D(), Is.EqualTo(new[] { 2 }));

        LaunchGraph Record(Action<ArrayView<int>> kernel) => ((ILaunchRecorder)accelerator).Record(
            () => accelerator.LoadStreamKernel(kernel)((1, 1), step.View));
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.ThatRecord))]
    public void A_replay_after_its_memory_was_freed_is_refused(TestDevice device)
    {
        Accelerator accelerator = device.Open();
        var next = accelerator.LoadStreamKernel<ArrayView<int>>(NextStep);
        var step = accelerator.Allocate1D([1]);
        LaunchGraph graph = ((ILaunchRecorder)accelerator).Record(() => next((1, 1), step.View));
        step.Dispose();
        Assert.Throws<ObjectDisposedException>(graph.Replay);
        graph.Dispose();
        graph.Dispose();
        Assert.Throws<ObjectDisposedException>(graph.Replay);
    }

    [Test]
    public void Launches_of_other_threads_are_made_while_one_records()
    {
        using Context context = Context.Create(builder => builder.Simd(1, 0));
        using Accelerator accelerator = context.Devices[0].CreateAccelerator(context);
        var next = accelerator.LoadStreamKernel<ArrayView<int>>(NextStep);
        using var step = accelerator.Allocate1D([1]);
        using LaunchGraph graph = ((ILaunchRecorder)accelerator).Record(() =>
        {
            next((1, 1), step.View);
            var other = new Thread(() => next((1, 1), step.View));
            other.Start();
            other.Join();
        });
        Assert.That((graph.Count, step.GetAsArray1D()[0]), Is.EqualTo((1, 2)));
    }

    [Test]
    public void A_graph_left_over_goes_with_its_accelerator()
    {
        using Context context = Context.Create(builder => builder.Simd(1, 0));
        Accelerator accelerator = context.Devices[0].CreateAccelerator(context);
        LaunchGraph graph = ((ILaunchRecorder)accelerator).Record(() => { });
        accelerator.Dispose();
        Assert.Throws<ObjectDisposedException>(graph.Replay);
        Assert.Throws<ObjectDisposedException>(() => ((ILaunchRecorder)accelerator).Record(() => { }));
    }

    [Test]
    public void OpenCL_replays_by_one_call_where_the_driver_has_command_buffers()
    {
        using Context context = Context.Create(builder => builder.OpenCL12());
        if (context.Devices.OfType<OpenCL12Device>().FirstOrDefault(device => device.HasCommandBuffers) is not { } device)
        {
            Assert.Ignore("No OpenCL driver with cl_khr_command_buffer is here.");
            return;
        }
        using var accelerator = (OpenCL12Accelerator)device.CreateAccelerator(context);
        var next = accelerator.LoadStreamKernel<ArrayView<int>>(NextStep);
        using var step = accelerator.Allocate1D([1]);
        foreach (bool oneCall in new[] { true, false })
        {
            accelerator.UsesCommandBuffers = oneCall;
            using LaunchGraph graph = ((ILaunchRecorder)accelerator).Record(() =>
            {
                for (int i = 0; i < 50; i++)
                    next((1, 1), step.View);
            });
            Assert.That(graph.IsOneCall, Is.EqualTo(oneCall));
            step.CopyFromCPU([0]);
            graph.Replay();
            graph.Replay();
            Assert.That(step.GetAsArray1D()[0], Is.EqualTo(100));
        }
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.ThatRecord))]
    public void Training_with_and_without_graphs_is_the_same_bit_for_bit(TestDevice device) => device.Run(accelerator =>
    {
        RunConfiguration elbo = Configuration(new ObjectiveConfiguration { KlWarmup = 2, KlCycle = 1 });
        RunConfiguration iwae = Configuration(new ObjectiveConfiguration { Bound = VaeGpu.Layers.Models.Objective.Iwae, Samples = 2 });
        foreach (RunConfiguration configuration in new[] { elbo, iwae })
        {
            Checkpoint replayed = Train(accelerator, configuration, replays: true);
            Checkpoint launched = Train(accelerator, configuration, replays: false);
            Assert.That(TinyRun.Losses(replayed), Is.EqualTo(TinyRun.Losses(launched)));
            Assert.That(replayed.Parameters, Is.EqualTo(launched.Parameters));
            Assert.That(replayed.SecondMoments, Is.EqualTo(launched.SecondMoments));
            Assert.That(replayed.Header.Position.Step, Is.EqualTo(1 + 2 * 4), "three whole batches and a part of one, twice");
        }
        return true;
    });

    private static Checkpoint Train(Accelerator accelerator, RunConfiguration configuration, bool replays)
    {
        using var trainer = new Trainer(accelerator, configuration, Squares) { ReplaysSteps = replays };
        TinyRun.Finish(trainer);
        return trainer.Snapshot();
    }

    private static DataSplit Squares { get; } = new("squares", Square(27, 3), Square(8, 4));

    /// <summary>Gray images of 5×4 pixels: few enough for the slowest device.</summary>
    private static ImageSet Square(int count, int seed)
    {
        byte[] pixels = new byte[count * 20];
        new Random(seed).NextBytes(pixels);
        return new ImageSet(pixels, null, 5, 4);
    }

    private static RunConfiguration Configuration(ObjectiveConfiguration objective) => new()
    {
        Model = new ModelConfiguration { Width = 5, Height = 4, Hidden = [6], Latent = 2 },
        Training = new TrainingConfiguration { Batch = 8, Epochs = 2, LearningRate = 3e-3, Seed = 7, Objective = objective },
        Data = DataConfiguration.Of(null, Squares),
        Device = new DeviceConfiguration("cpu", "cpu", "any"),
    };
}
