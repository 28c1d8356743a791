using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Schedules;
using VaeGpu.Kernels.Step;
using VaeGpu.Layers;
using VaeGpu.Layers.Models;
using VaeGpu.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Training;

public sealed class OptimizerTests
{
    private static readonly OptimizerConfiguration[] Others =
    [
        .. Optimizer.All.Where(name => name != Optimizer.Adam)
            .Select(name => new OptimizerConfiguration { Name = name, WeightDecay = 0.5 }),
        .. LearningRateSchedule.All.Where(schedule => schedule != LearningRateSchedule.Constant).Select(schedule =>
            new OptimizerConfiguration { Schedule = schedule, Warmup = 0.5, Drop = 0.9, DropEvery = 0.2 }),
        new() { Beta1 = 0.8, Beta2 = 0.99, Epsilon = 1e-5 },
        new() { ClipNorm = 3 },
        new() { Warmup = 1.7 },
        new()
        {
            Name = Optimizer.Adamw, WeightDecay = 0.1, ClipNorm = 5, Schedule = LearningRateSchedule.Steps, DropEvery = 1, Warmup = 0.5,
        },
    ];

    [TestCaseSource(nameof(Others))]
    public void Each_changes_the_run_and_is_resumed_bit_for_bit(OptimizerConfiguration optimizer)
    {
        var configuration = With(optimizer);
        using var backend = Backend.Open("cpu", 1);
        using var stopped = new Trainer(backend.Accelerator, configuration, TinyRun.Data);
        using var stop = new CancellationTokenSource();
        stopped.TrainEpoch(new TinyRun.Observer(_ => stop.Cancel()), stop.Token);
        using var resumed = new Trainer(backend.Accelerator, configuration, TinyRun.Data);
        resumed.Restore(stopped.Snapshot());
        TinyRun.Finish(resumed);
        Checkpoint end = resumed.Snapshot(), unbroken = TinyRun.Train(configuration);
        Assert.That(end.Header.Position.Step, Is.EqualTo(16));
        Assert.That(TinyRun.Losses(end), Is.EqualTo(TinyRun.Losses(unbroken)));
        Assert.That(end.Parameters, Is.EqualTo(unbroken.Parameters));
        Assert.That(end.FirstMoments, Is.EqualTo(unbroken.FirstMoments));
        Assert.That(unbroken.Parameters, Is.Not.EqualTo(Plain.Value.Parameters));
        Assert.That(unbroken.Header.History[^1].Test.Loss, Is.LessThan(Untrained), "it learns");
    }

    private static Lazy<Checkpoint> Plain { get; } = new(() => TinyRun.Train(TinyRun.Configuration()));

    /// <summary>784·ln 2: the loss of a decoder that knows nothing.</summary>
    private const double Untrained = 543;

    [Test]
    public void Options_that_change_nothing_leave_every_bit()
    {
        OptimizerConfiguration[] neutral =
        [
            new() { ClipNorm = 1e12 },
            new() { Schedule = LearningRateSchedule.Steps, DropEvery = 3 },
            new() { Schedule = LearningRateSchedule.Steps, Drop = 1, DropEvery = 0.5 },
            new() { Name = Optimizer.Adamw, WeightDecay = 0 },
            new() { WeightDecay = 0.5 },
        ];
        foreach (var optimizer in neutral)
            Assert.That(TinyRun.Train(With(optimizer)).Parameters, Is.EqualTo(Plain.Value.Parameters), $"{optimizer}");
    }

    [Test]
    public void Weights_shrink_by_the_decay_and_biases_do_not()
    {
        using var backend = Backend.Open("cpu", 1);
        var launcher = new StepLauncher(backend.Accelerator, Optimizer.Adamw);
        var shape = (TinyRun.Configuration(latent: 1).Model with { Likelihood = Likelihood.GaussianShared }).Shape;
        using var vae = new Vae(backend.Accelerator, shape, 4);
        vae.Parameters.Initialize(launcher, 3);
        using var control = backend.Accelerator.Allocate1D(new[] { new ControlBlock { Step = 1, LearningRate = 0.5f } });
        float[] Read(ParameterSlice slice)
        {
            var values = new float[slice.Length];
            slice.Values.CopyToCPU(values);
            return values;
        }
        var before = vae.Parameters.Layout.Slices.Select(Read).ToArray();
        // The gradients are zero, so all that moves is what decays.
        vae.Parameters.Update(launcher, control.View, AdamSettings.Of(weightDecay: 0.5));
        foreach (var (slice, old) in vae.Parameters.Layout.Slices.Zip(before))
        {
            var factor = slice.Name.EndsWith(".weight", StringComparison.Ordinal) ? 0.75f : 1;
            Assert.That(Read(slice), Is.EqualTo(old.Select(x => factor * x)).Within(1e-6), slice.Name);
        }
    }

    [Test]
    public void A_gradient_whose_square_overflows_is_clipped_and_not_lost()
    {
        using var backend = Backend.Open("cpu", 1);
        var launcher = new StepLauncher(backend.Accelerator);
        var layout = new ParameterLayout(Initialization.Pytorch);
        var slice = layout.Add("x", 1, 37, InitialDistribution.Zeros);
        foreach (var clip in (double[])[0, 2])
        {
            using var arena = new ParameterArena(backend.Accelerator, layout);
            using var control = backend.Accelerator.Allocate1D(new[] { new ControlBlock { Step = 1, LearningRate = 0.5f } });
            slice.Gradient.CopyFromCPU([.. Enumerable.Repeat(1e30f, 37)]);
            arena.Update(launcher, control.View, AdamSettings.Of(clipNorm: clip));
            var moments = new float[slice.Length];
            arena.SecondMoments.SubView(slice.Offset, slice.Length).CopyToCPU(moments);
            Assert.That(moments, Is.All.EqualTo(clip == 0 ? double.PositiveInfinity : 0.001 * clip * clip / 37).Within(1e-7));
        }
    }

    private static IEnumerable<LearningRateSchedule> EndWithRun => LearningRateSchedule.All.Where(schedule => schedule.EndsWithRun);

    [TestCaseSource(nameof(EndWithRun))]
    public void A_schedule_that_ends_with_the_run_fixes_the_number_of_epochs(LearningRateSchedule schedule)
    {
        var optimizer = new OptimizerConfiguration { Schedule = schedule };
        var first = TinyRun.Train(With(optimizer));
        using var backend = Backend.Open("cpu", 1);
        foreach (var epochs in (int[])[2, 4])
        {
            using var other = new Trainer(backend.Accelerator, With(optimizer, epochs), TinyRun.Data);
            Assert.That(() => other.Restore(first), Throws.TypeOf<RunException>().With.Message.Contains("ends with epoch 3"));
        }
        using var same = new Trainer(backend.Accelerator, With(optimizer), TinyRun.Data);
        Assert.That(() => same.Restore(first), Throws.Nothing);
    }

    [TestCaseSource(nameof(EndWithRun))]
    public void A_schedule_that_ends_with_the_warm_up_is_refused(LearningRateSchedule schedule)
    {
        using var backend = Backend.Open("cpu", 1);
        var late = With(new OptimizerConfiguration { Schedule = schedule, Warmup = 3 });
        Assert.That(
            () => new Trainer(backend.Accelerator, late, TinyRun.Data), Throws.TypeOf<RunException>().With.Message.Contains("warm-up"));
    }

    [Test]
    public void Another_optimizer_is_another_run()
    {
        var first = TinyRun.Train(TinyRun.Configuration(epochs: 1));
        using var backend = Backend.Open("cpu", 1);
        using var other = new Trainer(backend.Accelerator, With(new OptimizerConfiguration { Beta1 = 0.8 }, 1), TinyRun.Data);
        Assert.That(() => other.Restore(first), Throws.TypeOf<RunException>().With.Message.Contains("optimizer"));
    }

    private static RunConfiguration With(OptimizerConfiguration optimizer, int epochs = 3)
    {
        var configuration = TinyRun.Configuration(epochs);
        return configuration with { Training = configuration.Training with { Optimizer = optimizer } };
    }
}
