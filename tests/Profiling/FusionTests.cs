using VaeGpu.Kernels;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Latent;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Step;
using VaeGpu.Layers.Models;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Diagnostics.Profiling;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Profiling;

/// <summary>Training steps that fuse less: more launches, the same bits.</summary>
public sealed class FusionTests
{
    private static readonly Fusion[] single =
        [.. Enum.GetValues<Fusion>().Where(fusion => fusion is not (Fusion.None or Fusion.All))];

    [Test]
    public void All_fusions_are_those_that_there_are() =>
        Assert.That(single.Aggregate(Fusion.None, (all, fusion) => all | fusion), Is.EqualTo(Fusion.All));

    [EveryDevice]
    public void An_unfused_step_gives_the_parameters_of_a_fused_one(TestDevice device) => device.Run(accelerator =>
    {
        RunConfiguration configuration =
            Configuration(new() { Width = 5, Height = 4, Hidden = [6], Latent = 2, Activation = Activation.Silu });
        Assert.That(Train(accelerator, configuration, Fusion.None).Parameters,
            Is.EqualTo(Train(accelerator, configuration, Fusion.All).Parameters));
        return true;
    });

    [EveryDevice]
    public void An_unfused_step_of_convolutions_gives_the_parameters_of_a_fused_one(TestDevice device) => device.Run(accelerator =>
    {
        // The first convolution is unfolded, the second is not.
        RunConfiguration configuration = Configuration(new()
        {
            Width = 5, Height = 4, Architecture = Architecture.Conv, Convolutions = [8, 4], Hidden = [5], Latent = 2,
            Activation = Activation.Mish,
        });
        Assert.That(Train(accelerator, configuration, Fusion.None).Parameters,
            Is.EqualTo(Train(accelerator, configuration, Fusion.All).Parameters));
        return true;
    });

    [EveryDevice]
    public void A_recorded_step_gives_the_parameters_of_single_launches(TestDevice device) => device.Run(accelerator =>
    {
        RunConfiguration configuration = Configuration(new() { Width = 5, Height = 4, Hidden = [6], Latent = 2 });
        Assert.That(
            Train(accelerator, configuration, Fusion.All, step: graph => graph.Launch()).Parameters,
            Is.EqualTo(Train(accelerator, configuration, Fusion.All).Parameters));
        return true;
    });

    [Test]
    public void Each_fusion_alone_adds_launches_and_changes_no_bit()
    {
        using Backend device = Backend.Open("cpu", threads: 1);
        RunConfiguration configuration = Configuration(new()
        {
            Width = 5, Height = 4, Architecture = Architecture.Conv, Convolutions = [8], Hidden = [5], Latent = 2,
            Activation = Activation.Tanh,
        });
        configuration = configuration with
        {
            Data = configuration.Data with { Binarization = Binarization.Dynamic },
            Training = configuration.Training with { Optimizer = new() { Name = Optimizer.Adamw, ClipNorm = 0.05 } },
        };
        int launches = Launches(device.Accelerator, configuration, Fusion.All);
        float[] parameters = Train(device.Accelerator, configuration, Fusion.All).Parameters;
        Assert.Multiple(() =>
        {
            foreach (Fusion fusion in single)
            {
                Assert.That(Launches(device.Accelerator, configuration, Fusion.All & ~fusion), Is.GreaterThan(launches), $"{fusion}");
                Assert.That(Train(device.Accelerator, configuration, Fusion.All & ~fusion).Parameters, Is.EqualTo(parameters), $"{fusion}");
            }
        });
    }

    [Test]
    public void An_unfused_draw_without_room_for_its_terms_is_refused()
    {
        using Backend device = Backend.Open("cpu", threads: 1);
        Accelerator accelerator = device.Accelerator;
        LatentLauncher launcher = With(accelerator, Fusion.None, () => new LatentLauncher(accelerator, Prior.Standard));
        using var encoded = accelerator.Allocate1D<float>(24);
        using var latent = accelerator.Allocate1D<float>(12);
        using var control = accelerator.Allocate1D([new ControlBlock { Step = 1 }]);
        var shape = new LatentShape { Rows = 4, Columns = 3, Samples = 1, Purpose = RandomPurpose.Latent };
        Assert.That(
            () => launcher.Forward(encoded.View, default, latent.View, latent.View, control.View, shape),
            Throws.ArgumentException.With.Message.Contains("4×3"));
    }

    [Test]
    public void Every_likelihood_trains_unfused_to_the_same_bits()
    {
        using Backend device = Backend.Open("cpu", threads: 1);
        Assert.Multiple(() =>
        {
            foreach (Likelihood likelihood in Likelihood.All)
            {
                RunConfiguration configuration =
                    Configuration(new() { Width = 5, Height = 4, Hidden = [6], Latent = 2, Likelihood = likelihood });
                Assert.That(
                    Train(device.Accelerator, configuration, Fusion.All & ~Fusion.LossGradient).Parameters,
                    Is.EqualTo(Train(device.Accelerator, configuration, Fusion.All).Parameters), $"{likelihood}");
            }
        });
    }

    [Test]
    public void Draws_and_free_bits_train_unfused_to_the_same_bits()
    {
        using Backend device = Backend.Open("cpu", threads: 2);
        Assert.Multiple(() =>
        {
            foreach (var objective in (ObjectiveConfiguration[])
                [new() { Samples = 3 }, new() { FreeBits = 0.1 }, new() { Samples = 2, Bound = Objective.Iwae }])
            {
                RunConfiguration configuration = Configuration(new() { Width = 5, Height = 4, Hidden = [6], Latent = 2 });
                configuration = configuration with { Training = configuration.Training with { Objective = objective } };
                Assert.That(
                    Train(device.Accelerator, configuration, Fusion.None).Parameters,
                    Is.EqualTo(Train(device.Accelerator, configuration, Fusion.All).Parameters), $"{objective}");
            }
        });
    }

    [EveryDevice]
    public void An_unfused_optimizer_and_a_binarized_batch_give_the_same_bits(TestDevice device) => device.Run(accelerator =>
    {
        RunConfiguration plain = Configuration(new() { Width = 5, Height = 4, Hidden = [6], Latent = 2 });
        RunConfiguration configuration = plain with
        {
            Data = plain.Data with { Binarization = Binarization.Dynamic },
            Training = plain.Training with
            {
                // So short that every gradient is clipped.
                Optimizer = new() { Name = Optimizer.Adamw, WeightDecay = 0.1, ClipNorm = 0.05 },
            },
        };
        float[] fused = Train(accelerator, configuration, Fusion.All).Parameters;
        Assert.That(Train(accelerator, configuration, Fusion.All & ~Fusion.Optimizer).Parameters, Is.EqualTo(fused), "the optimizer");
        Assert.That(Train(accelerator, configuration, Fusion.All & ~Fusion.BinarizedBatch).Parameters, Is.EqualTo(fused), "the batch");
        Assert.That(Train(accelerator, plain, Fusion.All).Parameters, Is.Not.EqualTo(fused), "the settings have an effect");
        return true;
    });

    [Test]
    public void A_table_with_categories_trains_unfused_to_the_same_bits()
    {
        using Backend device = Backend.Open("cpu", threads: 1);
        using var folder = new Data.ScratchFolder();
        string csv = folder.Put("table.csv", System.Text.Encoding.UTF8.GetBytes("x,y,color\n" + string.Join('\n', Enumerable.Range(0, 40)
            .Select(i => FormattableString.Invariant($"{i * 0.37 % 5},{i * 0.91 % 3},{(i % 3 == 0 ? "red" : "blue")}")))));
        DataSplit table = DataSource.Load(csv, 1, 1, new DataFit());
        RunConfiguration configuration = Configuration(new()
        {
            Width = table.Format.Width, Height = table.Format.Height, Categories = ((TableFormat)table.Format).Categories, Hidden = [6],
                Latent = 2,
            Likelihood = Likelihood.GaussianLearned,
        }, table);
        Assert.That(
            Train(device.Accelerator, configuration, Fusion.None, table).Parameters,
            Is.EqualTo(Train(device.Accelerator, configuration, Fusion.All, table).Parameters));
    }

    [Test]
    public void The_study_has_each_fusion_of_the_model_and_all_together()
    {
        using Backend device = Backend.Open("cpu", threads: 1);
        RunConfiguration configuration = Configuration(new() { Width = 5, Height = 4, Hidden = [6], Latent = 2 });
        FusionStep step = FusionStudy.Run(
            device.Accelerator, new DeviceLimits(device.Accelerator), configuration, Squares, quick: true, default);
        Assert.Multiple(() =>
        {
            Assert.That(step.Gains.Select(gain => gain.Fusion), Is.EqualTo(new[]
            {
                Fusion.LinearActivation, Fusion.ActivationGradient, Fusion.Reparameterization, Fusion.LossGradient, Fusion.StepEnd,
                Fusion.All, Fusion.None,
            }), "there are no convolutions");
            FusionGain[] fusions = [.. step.Gains.Where(gain => !gain.IsRecording)];
            Assert.That(fusions.Select(gain => gain.Launches), Is.All.GreaterThan(step.Launches));
            Assert.That(fusions.Select(gain => gain.Bytes), Is.All.GreaterThan(step.Bytes));
            Assert.That(fusions[^1].Launches - step.Launches,
                Is.EqualTo(fusions.SkipLast(1).Sum(gain => gain.Launches - step.Launches)));
            Assert.That(fusions.Select(gain => gain.Predicted), Is.All.GreaterThan(1.0));
            Assert.That(step.Gains.Select(gain => gain.Unfused.Count - gain.Fused.Count),
                Is.EqualTo(step.Gains.Select(gain => gain.Launches - step.Launches)));
            Assert.That(fusions.SelectMany(gain => gain.Unfused).Select(launch => launch.Seconds), Is.All.GreaterThan(0.0));
            FusionGain recording = step.Gains.Single(gain => gain.IsRecording);
            Assert.That((recording.Launches, recording.Bytes), Is.EqualTo((step.Launches, step.Bytes)));
            Assert.That(recording.Predicted, Is.Not.Null);
            Assert.That(step.IsOneCall, Is.False, "the processor has no graphs");
            Assert.That(FusionPlan.For(device.Accelerator), Is.EqualTo(Fusion.All), "the device fuses as before");
        });
    }

    private static int Launches(Accelerator accelerator, RunConfiguration configuration, Fusion plan) =>
        With(accelerator, plan, () => StepProfiler.Count(accelerator, configuration, Squares, default).Count);

    private static Checkpoint Train(Accelerator accelerator, RunConfiguration configuration, Fusion plan, DataSplit? data = null,
        Action<StepGraph>? step = null) =>
        With(accelerator, plan, () =>
        {
            using var trainer = new Trainer(accelerator, configuration, data ?? Squares);
            for (int i = 0; i < 3; i++)
                trainer.WholeStep(step ?? (graph => graph.Replay()));
            return trainer.Snapshot();
        });

    private static T With<T>(Accelerator accelerator, Fusion plan, Func<T> work)
    {
        FusionPlan.Use(accelerator, plan);
        try
        {
            return work();
        }
        finally
        {
            FusionPlan.Use(accelerator, Fusion.All);
        }
    }

    private static DataSplit Squares { get; } = new("squares", Square(16, 3), Square(8, 4));

    /// <summary>Gray images of 5×4 pixels: few enough for the slowest device.</summary>
    private static ImageSet Square(int count, int seed)
    {
        byte[] pixels = new byte[count * 20];
        new Random(seed).NextBytes(pixels);
        return new ImageSet(pixels, null, 5, 4);
    }

    private static RunConfiguration Configuration(ModelConfiguration model, DataSplit? data = null) => new()
    {
        Model = model,
        Training = new TrainingConfiguration { Batch = 8, Epochs = 2, LearningRate = 3e-3, Seed = 7 },
        Data = DataConfiguration.Of(null, data ?? Squares),
        Device = new DeviceConfiguration("cpu", "cpu", "any"),
    };
}
