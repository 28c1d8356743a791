using VaeGpu.CudaEmulator;

namespace VaeGpu.Tests.Runtime;

/// <summary>Replays that are timed: they do what a replay does, and their times are those of launches in order.</summary>
public sealed class LaunchTimesTests
{
    private const int Rounds = 2_000;

    public static void Add(ArrayView<int> values, int summand) => values[Grid.GlobalIndex.X] += summand;

    public static void Double(ArrayView<int> values) => values[Grid.GlobalIndex.X] *= 2;

    public static void Long(ArrayView<float> values)
    {
        float value = values[Grid.GlobalIndex.X];
        for (int i = 0; i < Rounds; i++)
            value = value * 0.5f + 1;
        values[Grid.GlobalIndex.X] = value;
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.ThatRecord))]
    public void A_timed_replay_does_what_a_replay_does(TestDevice device)
    {
        Accelerator accelerator = device.Open();
        using var values = accelerator.Allocate1D([1, 2, 3, 4]);
        using LaunchGraph graph = Steps(accelerator, values.View);
        graph.Replay();
        int[] replayed = values.GetAsArray1D();
        values.CopyFromCPU([1, 2, 3, 4]);
        LaunchTimes times = graph.ReplayTimed();
        Assert.Multiple(() =>
        {
            Assert.That(values.GetAsArray1D(), Is.EqualTo(replayed).And.EqualTo(new[] { 0, 0, 26, 28 }));
            Assert.That(graph.Names, Is.EqualTo(new[] { "LaunchTimesTests.Add", "LaunchTimesTests.Double", "memory set to a value" }));
            Assert.That((times.Starts.Length, times.Ends.Length), Is.EqualTo((3, 3)));
            Assert.That(times.Clock, Is.Not.Empty);
        });
        graph.Replay();
        Assert.That(values.GetAsArray1D(), Is.EqualTo(new[] { 0, 0, 72, 76 }), "the device goes on as before");
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.ThatRecord))]
    public void Launches_are_timed_one_behind_the_other(TestDevice device)
    {
        Accelerator accelerator = device.Open();
        using var values = accelerator.Allocate1D([1, 2, 3, 4]);
        using LaunchGraph graph = Steps(accelerator, values.View);
        for (int i = 0; i < 3; i++)
        {
            LaunchTimes times = graph.ReplayTimed(workers: true);
            Assert.Multiple(() =>
            {
                Assert.That(times.Starts[0], Is.Zero);
                Assert.That(times.Starts.Zip(times.Ends, (start, end) => end - start), Is.All.GreaterThanOrEqualTo(0.0));
                Assert.That(times.Starts.Skip(1).Zip(times.Ends, (next, end) => next - end), Is.All.GreaterThanOrEqualTo(-1e-9));
                Assert.That(times.Seconds, Is.EqualTo(times.Ends[^1]).Within(1e-9));
            });
        }
    }

    [TestCase(1)]
    [TestCase(3)]
    public void Each_worker_of_the_processor_has_its_part_of_a_launch(int threads)
    {
        using Context context = Context.Create(builder => builder.Simd(threads));
        using Accelerator accelerator = context.Devices[0].CreateAccelerator(context);
        var run = accelerator.LoadStreamKernel<ArrayView<float>>(Long);
        using var values = accelerator.Allocate1D(new float[16 * 4096]);
        using LaunchGraph graph = ((ILaunchRecorder)accelerator).Record(() =>
        {
            run((4096, 16), values.View);
            run((1, 16), values.View);
        });
        LaunchTimes times = graph.ReplayTimed(workers: true);
        Assert.Multiple(() =>
        {
            Assert.That(times.Workers.Select(time => time.Worker), Is.All.InRange(0, threads - 1));
            Assert.That(times.Workers.Select(time => (time.Launch, time.Worker)), Is.Unique);
            // One group is the launching thread's.
            Assert.That(times.Workers.Where(time => time.Launch == 1).Select(time => time.Worker), Is.EqualTo(new[] { 0 }));
            Assert.That(times.Workers.Select(time => time.Launch).Distinct(), Is.EqualTo(new[] { 0, 1 }));
            foreach (WorkerTime time in times.Workers)
            {
                Assert.That(time.Start, Is.InRange(times.Starts[time.Launch], time.End));
                Assert.That(time.End, Is.InRange(time.Start, times.Ends[time.Launch]));
            }
            Assert.That(graph.ReplayTimed().Workers, Is.Empty, "nobody asked");
        });
    }

    [Test]
    public void The_clock_is_the_drivers_where_it_has_one()
    {
        using Accelerator cuda = new FakeCudaDriver().Open();
        Assert.That(ClockOf(cuda), Is.EqualTo("the events of CUDA"));
        using Context context = Context.Create(builder => builder.Simd(1).Interpreter());
        foreach (Device device in context.Devices)
        {
            using Accelerator accelerator = device.CreateAccelerator(context);
            Assert.That(ClockOf(accelerator), Does.StartWith(device is SimdDevice ? "the timestamps of the pool" : "the host's clock"));
        }
    }

    [Test]
    public void A_timed_graph_that_is_disposed_gives_its_events_back()
    {
        var driver = new FakeCudaDriver();
        using Accelerator accelerator = driver.Open();
        using var values = accelerator.Allocate1D([1, 2, 3, 4]);
        using (LaunchGraph graph = Steps(accelerator, values.View))
            graph.ReplayTimed();
        using LaunchGraph other = Steps(accelerator, values.View);
        other.Dispose();
        Assert.Throws<ObjectDisposedException>(() => other.ReplayTimed());
    }

    private static string ClockOf(Accelerator accelerator)
    {
        using var values = accelerator.Allocate1D([1, 2, 3, 4]);
        using LaunchGraph graph = Steps(accelerator, values.View);
        return graph.ReplayTimed().Clock;
    }

    private static LaunchGraph Steps(Accelerator accelerator, ArrayView<int> values)
    {
        var add = accelerator.LoadStreamKernel<ArrayView<int>, int>(Add);
        var twice = accelerator.LoadStreamKernel<ArrayView<int>>(Double);
        return ((ILaunchRecorder)accelerator).Record(() =>
        {
            add((2, 2), values, 10);
            twice((2, 2), values);
            values.SubView(0, 2).MemSetToZero();
        });
    }
}
