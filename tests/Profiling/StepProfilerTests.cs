using VaeGpu.Kernels.Devices;
using VaeGpu.Tests.Training;
using VaeGpu.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Runs;
using VaeGpu.Training.Diagnostics.Measuring;
using VaeGpu.Training.Diagnostics.Profiling;
using VaeGpu.Training.Optimization;

namespace VaeGpu.Tests.Profiling;

public sealed class StepProfilerTests
{
    // 100 GFLOP/s, 10 GB/s and 5 µs for a launch.
    private static readonly LaunchLimits Limits = new(1e11, 1e10, 5e-6);

    [TestCase(1_000_000, 10_000, 20e-6, LaunchBound.Compute, 0.5)]
    [TestCase(100_000, 200_000, 40e-6, LaunchBound.Memory, 0.5)]
    [TestCase(100_000, 20_000, 20e-6, LaunchBound.Launch, 0.1)]
    public void The_largest_of_three_least_times_is_what_bounds_a_launch(
        long flops, long bytes, double seconds, LaunchBound bound, double ofRoofline)
    {
        LaunchProfile launch = Launch(flops, bytes, seconds);
        Assert.Multiple(() =>
        {
            Assert.That(launch.Bound, Is.EqualTo(bound));
            Assert.That(launch.OfRoofline, Is.EqualTo(ofRoofline).Within(1e-9));
            Assert.That(launch.IsBeyondLimits, Is.False);
            Assert.That(launch.FlopsPerSecond, Is.EqualTo(flops / seconds).Within(1e-6));
        });
    }

    [Test]
    public void A_rate_that_the_device_cannot_have_is_marked()
    {
        Assert.That(Launch(1_000_000, 10_000, 9e-6).IsBeyondLimits, Is.True);
        Assert.That((Launch(1, 1, 1) with { Limits = null }).IsBeyondLimits, Is.False);
    }

    [Test]
    public void A_launch_that_the_clock_does_not_resolve_has_no_rates()
    {
        LaunchProfile launch = Launch(1_000, 1_000, 0);
        Assert.That((launch.FlopsPerSecond, launch.BytesPerSecond, launch.OfRoofline),
            Is.EqualTo(((double?)null, (double?)null, (double?)null)));
        Assert.That((launch.IsBeyondLimits, launch.Bound), Is.EqualTo((false, LaunchBound.Launch)));
    }

    [Test]
    public void A_profile_trains_as_a_training_does()
    {
        using Backend device = Backend.Open("cpu", threads: 1);
        RunConfiguration configuration = TinyRun.Configuration();
        using var profiled = new Trainer(device.Accelerator, configuration, TinyRun.Data);
        using var trained = new Trainer(device.Accelerator, configuration, TinyRun.Data);
        for (int step = 0; step < 7; step++)
        {
            trained.WholeStep(graph => graph.Replay());
            profiled.WholeStep(graph => graph.Graph!.ReplayTimed(workers: step % 2 == 0));
        }
        // Four whole batches of an epoch, its rest, and three of the next.
        Assert.That(trained.Snapshot().Header.Position.Step, Is.EqualTo(1 + 8));
        Assert.That(profiled.Snapshot().Parameters, Is.EqualTo(trained.Snapshot().Parameters));
    }

    [Test]
    public void A_loss_that_explodes_is_no_training_to_profile()
    {
        RunConfiguration configuration = TinyRun.Configuration();
        configuration = configuration with { Training = configuration.Training with { LearningRate = 1e30 } };
        using Backend device = Backend.Open("cpu", threads: 1);
        Assert.That(
            () => StepProfiler.Run(device.Accelerator, configuration, TinyRun.Data, steps: 1, default),
            Throws.TypeOf<TrainingDivergedException>());
    }

    private static LaunchProfile Launch(long flops, long bytes, double seconds) =>
        new(1, "kernel", default, default, flops, bytes, Spread.Single(seconds), 1, Limits);
}
