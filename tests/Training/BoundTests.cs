using System.Globalization;
using VaeGpu.Host;
using VaeGpu.Kernels.Devices;
using VaeGpu.Layers.Models;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Host;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Evaluation;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Training;

/// <summary>What is minimized stands beside the loss where it is another number.</summary>
public sealed class BoundTests
{
    private static readonly ObjectiveConfiguration Iwae = new() { Bound = Objective.Iwae, Samples = 5 };

    [Test]
    public void The_bound_is_log_p_by_as_many_draws_as_training_has()
    {
        var configuration = With(Iwae with { Samples = 40 }, epochs: 30);
        using var backend = Backend.Open("cpu", 1);
        using var trainer = new Trainer(backend.Accelerator, configuration, TinyRun.Data);
        TinyRun.Finish(trainer);
        var last = trainer.History[^1];
        var evaluator = new Evaluator(backend.Accelerator, configuration.Model, trainer.Snapshot().Parameters);
        double expected = -evaluator.Evaluate(TinyRun.Data.Test, samples: 40, seed: 3, null, default).LogLikelihood!.Value;
        TestContext.Out.WriteLine($"bound {last.TestObjective}, evaluated {expected}, loss {last.Test.Loss}");
        Assert.That(last.TestObjective, Is.EqualTo(expected).Within(0.3), "other draws of 90 images");
        Assert.That(last.Test.Loss - expected, Is.GreaterThan(1), "else the loss would pass for the bound");
    }

    [Test]
    public void The_bound_of_images_trained_on_is_that_of_the_same_images_held_out()
    {
        var data = TinyRun.Data with { Test = TinyRun.Data.Train };
        var configuration = With(Iwae with { RecWeight = 0.5, KlWeight = 2 }, epochs: 1);
        // Parameters that stay where they are.
        configuration = configuration with
        {
            Training = configuration.Training with { LearningRate = 1e-12 }, Data = DataConfiguration.Of(null, data),
        };
        var epoch = TinyRun.Train(configuration, data: data).Header.History.Single();
        Assert.That(epoch.TrainObjective, Is.EqualTo(epoch.TestObjective).Within(0.2));
        double terms = 0.5 * epoch.Test.Reconstruction + 2 * epoch.Test.Kl;
        Assert.That(epoch.TestObjective, Is.LessThan(terms), "the bound is tighter than its terms");
        Assert.That(epoch.TestObjective, Is.EqualTo(terms).Within(10));
    }

    [Test]
    public void Factors_of_the_terms_make_what_is_minimized_another_number()
    {
        var epoch = TinyRun.Train(With(new() { RecWeight = 0.5, KlWeight = 4 }, epochs: 1)).Header.History.Single();
        Assert.That(epoch.TestObjective, Is.EqualTo(0.5 * epoch.Test.Reconstruction + 4 * epoch.Test.Kl).Within(1e-9));
        Assert.That(epoch.TrainObjective, Is.EqualTo(0.5 * epoch.Train.Reconstruction + 4 * epoch.Train.Kl).Within(1e-9));
        var plain = TinyRun.Train(TinyRun.Configuration(epochs: 1)).Header.History.Single();
        Assert.That((plain.TrainObjective, plain.TestObjective), Is.EqualTo(((double?)null, (double?)null)));
    }

    [Test]
    public void A_stopped_run_goes_on_to_the_same_bound()
    {
        var configuration = With(Iwae, epochs: 2);
        using var backend = Backend.Open("cpu", 1);
        using var stopped = new Trainer(backend.Accelerator, configuration, TinyRun.Data);
        using var stop = new CancellationTokenSource();
        stopped.TrainEpoch(new TinyRun.Observer(_ => stop.Cancel()), stop.Token);
        using var folder = new ScratchFolder();
        stopped.Save(folder["stopped"]);
        Assert.That(CheckpointFile.ReadHeader(folder["stopped"]).Position.Image, Is.Positive, "in the middle of an epoch");
        using var resumed = new Trainer(backend.Accelerator, configuration, TinyRun.Data);
        resumed.Restore(folder["stopped"]);
        TinyRun.Finish(resumed);
        Assert.That(Objectives(resumed.Snapshot()), Is.EqualTo(Objectives(TinyRun.Train(configuration))));
    }

    [Test]
    public void Progress_and_metrics_have_what_is_minimized_behind_the_loss()
    {
        using var folder = new ScratchFolder();
        var call = Call.Of(Call.Train(folder, "--epochs", "2", "--objective", "iwae", "--samples", "3"));
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(call.Output, Does.Contain("nats per image; minimized: the iwae bound of 3 draws\n"));
        string[] lines = File.ReadAllLines(folder["run/metrics.csv"]);
        Assert.That(lines[0], Is.EqualTo(MetricsCsv.Header + ",train_objective,test_objective"));
        string[] cells = lines[2].Split(',');
        Assert.That(call.Output, Does.Match($@"epoch 2/2 .*  minimized {Rounded(cells[8])}, test {Rounded(cells[9])}"));
    }

    [Test]
    public void A_resumed_run_has_what_is_minimized_in_every_row_of_its_metrics()
    {
        using var folder = new ScratchFolder();
        string[] bound = ["--objective", "iwae", "--samples", "3"];
        Assert.That(Call.Of(Call.Train(folder, ["--epochs", "3", .. bound])).ExitCode, Is.EqualTo(0));
        string[] unbroken = Columns();
        Assert.That(Call.Of(Call.Train(folder, ["--epochs", "1", "--overwrite", .. bound])).ExitCode, Is.EqualTo(0));
        var resumed = Call.Of("train", "--resume", "--out", folder["run"], "--epochs", "3", "--device", "cpu", "--threads", "1");
        Assert.That((resumed.ExitCode, resumed.Error), Is.EqualTo((0, "")));
        Assert.That(resumed.Output, Does.Contain("minimized"));
        Assert.That(Columns(), Is.EqualTo(unbroken).And.Length.EqualTo(4));

        // Without the column of seconds.
        string[] Columns() =>
            [.. File.ReadAllLines(folder["run/metrics.csv"]).Select(line => string.Join(',', line.Split(',').Where((_, i) => i != 1)))];
    }

    private static string Rounded(string cell) =>
        double.Parse(cell, CultureInfo.InvariantCulture).ToString("F2", CultureInfo.InvariantCulture);

    private static (double?, double?)[] Objectives(Checkpoint checkpoint) =>
        [.. checkpoint.Header.History.Select(epoch => (epoch.TrainObjective, epoch.TestObjective))];

    private static RunConfiguration With(ObjectiveConfiguration objective, int epochs)
    {
        var configuration = TinyRun.Configuration(epochs);
        return configuration with { Training = configuration.Training with { Objective = objective } };
    }
}
