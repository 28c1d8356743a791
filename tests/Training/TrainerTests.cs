using VaeGpu.Kernels.Devices;
using VaeGpu.Tests.Data;
using VaeGpu.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Training;

public sealed class TrainerTests
{
    [Test]
    public void The_loss_falls_and_every_image_is_used()
    {
        var checkpoint = TinyRun.Train(TinyRun.Configuration());
        var history = checkpoint.Header.History;
        Assert.Multiple(() =>
        {
            Assert.That(history, Has.Count.EqualTo(3));
            Assert.That(history[2].Train.Loss, Is.LessThan(history[0].Train.Loss));
            Assert.That(history[2].Test.Loss, Is.LessThan(history[0].Test.Loss));
            // 300 images are four batches of 64 and one of 44.
            Assert.That(checkpoint.Header.Position.Step, Is.EqualTo(1 + 3 * 5));
            Assert.That((checkpoint.Header.Position.Epoch, checkpoint.Header.Position.Image), Is.EqualTo((3, 0)));
        });
    }

    [Test]
    public void The_seed_fixes_every_bit_and_threads_change_none()
    {
        var one = TinyRun.Train(TinyRun.Configuration());
        var two = TinyRun.Train(TinyRun.Configuration(), threads: 2);
        var configuration = TinyRun.Configuration();
        var other = TinyRun.Train(configuration with { Training = configuration.Training with { Seed = 8 } });
        Assert.Multiple(() =>
        {
            Same(one, two);
            Assert.That(other.Parameters, Is.Not.EqualTo(one.Parameters));
        });
    }

    [TestCase(64)]
    [TestCase(300)]
    public void A_run_stopped_and_resumed_equals_the_unbroken_run(int batch)
    {
        using var folder = new ScratchFolder();
        var configuration = TinyRun.Configuration();
        configuration = configuration with { Training = configuration.Training with { Batch = batch } };
        using var backend = Backend.Open("cpu", 1);
        using (var trainer = new Trainer(backend.Accelerator, configuration, TinyRun.Data))
        {
            using var stop = new CancellationTokenSource();
            // The first report comes after the first step: in mid-epoch, or, with one step to the epoch, before the evaluation.
            Assert.That(trainer.TrainEpoch(new TinyRun.Observer(_ => stop.Cancel()), stop.Token), Is.Null);
            Assert.That(trainer.History, Is.Empty);
            CheckpointFile.Write(folder["checkpoint.vae"], trainer.Snapshot());
        }
        using var resumed = new Trainer(backend.Accelerator, configuration, TinyRun.Data);
        resumed.Restore(CheckpointFile.Read(folder["checkpoint.vae"]));
        TinyRun.Finish(resumed);
        Same(resumed.Snapshot(), TinyRun.Train(configuration));
    }

    [Test]
    public void More_epochs_can_be_added()
    {
        var first = TinyRun.Train(TinyRun.Configuration(epochs: 1));
        using var backend = Backend.Open("cpu", 1);
        using var trainer = new Trainer(backend.Accelerator, TinyRun.Configuration(epochs: 3), TinyRun.Data);
        trainer.Restore(first);
        TinyRun.Finish(trainer);
        Same(trainer.Snapshot(), TinyRun.Train(TinyRun.Configuration(epochs: 3)));
    }

    [Test]
    public void Progress_is_told_with_losses_and_time()
    {
        var reports = new List<TrainingProgress>();
        using var backend = Backend.Open("cpu", 1);
        using var trainer = new Trainer(backend.Accelerator, TinyRun.Configuration(epochs: 1), TinyRun.Data);
        trainer.TrainEpoch(new TinyRun.Observer(reports.Add), default);
        Assert.Multiple(() =>
        {
            Assert.That(reports[0].Done, Is.EqualTo(64 / 300.0));
            Assert.That(reports[^1].Done, Is.EqualTo(1));
            Assert.That(reports[^1].Terms, Is.EqualTo(trainer.History[0].Train));
            Assert.That(reports.Select(report => report.ImagesPerSecond), Is.All.GreaterThan(0));
        });
    }

    [Test]
    public void A_loss_that_explodes_stops_with_advice_and_keeps_the_checkpoint()
    {
        using var scratch = new ScratchFolder();
        using var folder = RunFolder.Create(scratch["run"], overwrite: false);
        File.WriteAllText(folder.Checkpoint, "good");
        var configuration = TinyRun.Configuration();
        configuration = configuration with { Training = configuration.Training with { LearningRate = 1e30 } };
        using var backend = Backend.Open("cpu", 1);
        using var trainer = new Trainer(backend.Accelerator, configuration, TinyRun.Data);
        Assert.Multiple(() =>
        {
            Assert.That(
                () => TrainingRun.Execute(trainer, folder, new TinyRun.Observer(), default),
                Throws.TypeOf<TrainingDivergedException>()
                    .With.Message.Contains("learning rate below").And.Message.Contains("checkpoint.vae"));
            Assert.That(File.ReadAllText(folder.Checkpoint), Is.EqualTo("good"));
            Assert.That(trainer.Snapshot, Throws.TypeOf<TrainingDivergedException>());
        });
    }

    [Test]
    public void A_checkpoint_of_something_else_is_refused()
    {
        var checkpoint = TinyRun.Train(TinyRun.Configuration(epochs: 1));
        var configuration = TinyRun.Configuration(epochs: 1);
        var fewer = new DataSplit("fewer", StrokeDigits.Generate(200, 5, 1), TinyRun.Data.Test);
        (RunConfiguration Configuration, DataSplit Data, string Word)[] others =
        [
            (configuration with { Model = configuration.Model with { Latent = 4 } }, TinyRun.Data, "a different model"),
            (configuration with { Training = configuration.Training with { Batch = 32 } }, TinyRun.Data, "another batch"),
            (configuration with { Data = DataConfiguration.Of(null, fewer) }, fewer, "200"),
        ];
        using var backend = Backend.Open("cpu", 1);
        foreach (var (other, data, word) in others)
        {
            using var trainer = new Trainer(backend.Accelerator, other, data);
            Assert.That(() => trainer.Restore(checkpoint), Throws.TypeOf<RunException>().With.Message.Contains(word));
        }
    }

    [Test]
    public void A_model_too_large_for_its_batch_is_refused_with_advice()
    {
        var configuration = TinyRun.Configuration();
        configuration = configuration with { Model = configuration.Model with { Width = 100_000, Height = 10_000 } };
        using var backend = Backend.Open("cpu", 1);
        Assert.That(
            () => new Trainer(backend.Accelerator, configuration, TinyRun.Data),
            Throws.TypeOf<RunException>().With.Message.Contains("smaller batch"));
    }

    internal static void Same(Checkpoint one, Checkpoint other)
    {
        Assert.That(TinyRun.Losses(one), Is.EqualTo(TinyRun.Losses(other)));
        Assert.That(one.Parameters, Is.EqualTo(other.Parameters));
        Assert.That(one.FirstMoments, Is.EqualTo(other.FirstMoments));
        Assert.That(one.SecondMoments, Is.EqualTo(other.SecondMoments));
        Assert.That(one.Header.Position with { Seconds = 0 }, Is.EqualTo(other.Header.Position with { Seconds = 0 }));
    }
}
