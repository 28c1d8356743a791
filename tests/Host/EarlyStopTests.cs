using VaeGpu.Host;
using VaeGpu.Tests.Data;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Host;

/// <summary>Early stopping, and the checkpoints that a run keeps.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class EarlyStopTests
{
    /// <summary>A learning rate so high that the held-out loss soon wavers.</summary>
    private static readonly string[] Wavering = ["--epochs", "60", "--lr", "0.05"];
    private readonly ScratchFolder folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void Training_stops_when_the_held_out_loss_has_not_improved_for_as_many_epochs_and_says_so()
    {
        Call call = Call.Of(Call.Train(folder, [.. Wavering, "--patience", "2"]));
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
        var history = Last().Header.History;
        Assert.That(history, Has.Count.LessThan(60));
        Assert.That(call.Output, Does.Contain($"stopped early, after {history.Count} of 60 epochs: the best is epoch {history.Count - 2}"));
        double best = history[^3].Test.Loss;
        Assert.Multiple(() =>
        {
            Assert.That(history.SkipLast(3).Select(epoch => epoch.Test.Loss), Is.All.GreaterThan(best));
            Assert.That(history.TakeLast(2).Select(epoch => epoch.Test.Loss), Is.All.GreaterThanOrEqualTo(best));
        });
    }

    [Test]
    public void A_resumed_run_counts_on_where_it_stopped_and_ends_as_if_it_had_not()
    {
        Call.Of(Call.Train(folder, [.. Wavering, "--patience", "2"]));
        Checkpoint unbroken = Last();
        int epochs = unbroken.Header.History.Count;
        // Stopped after the first epoch that was not an improvement.
        Call.Of(Call.Train(folder, "--epochs", $"{epochs - 1}", "--lr", "0.05", "--patience", "2", "--overwrite"));
        Assert.That(Last().Header.History, Has.Count.EqualTo(epochs - 1));
        Assert.That(Resume("--epochs", "60").Output, Does.Contain($"stopped early, after {epochs} of 60 epochs"));
        Assert.That(Last().Parameters, Is.EqualTo(unbroken.Parameters));

        Call again = Resume();
        Assert.That(again.Output, Does.Contain("stopped early").And.Contain("done: "));
        Assert.That(Last().Header.History, Has.Count.EqualTo(epochs));
        Resume("--patience", "0", "--epochs", $"{epochs + 1}");
        Assert.That(Last().Header.History, Has.Count.EqualTo(epochs + 1));
    }

    [Test]
    public void The_best_checkpoint_is_kept_beside_the_last_and_is_the_model_of_every_command()
    {
        Call trained = Call.Of(Call.Train(folder, [.. Wavering, "--patience", "2", "--keep", "best"]));
        Assert.That((trained.ExitCode, trained.Error), Is.EqualTo((ExitCode.Done, "")));
        Checkpoint last = Last(), best = CheckpointFile.Read(folder["run/checkpoint-best.vae"]);
        int epoch = best.Header.History.Count;
        Assert.That(epoch, Is.EqualTo(last.Header.History.Count - 2));
        Assert.That(best.Parameters, Is.Not.EqualTo(last.Parameters));
        Assert.That(File.ReadAllLines(folder["run/metrics.csv"]), Has.Length.EqualTo(1 + last.Header.History.Count));

        Call sampled = Call.Of("sample", folder["run"], "--out", folder["best.png"], "--count", "64", "--device", "cpu");
        Assert.That(sampled.ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(sampled.Error, Does.StartWith($"note: the model is that of epoch {epoch}, the best: "));
        byte[] samples = File.ReadAllBytes(folder["best.png"]);
        Assert.That(File.ReadAllBytes(folder["run/samples.png"]), Is.EqualTo(samples), "the pictures of the run are those of the best");
        File.Delete(folder["run/checkpoint-best.vae"]);
        Call of = Call.Of("sample", folder["run"], "--out", folder["last.png"], "--count", "64", "--device", "cpu");
        Assert.That((of.ExitCode, of.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(File.ReadAllBytes(folder["last.png"]), Is.Not.EqualTo(samples));
    }

    [Test]
    public void Checkpoints_of_every_few_epochs_are_kept_and_go_when_the_run_is_replaced()
    {
        Call call = Call.Of([.. Call.Train(folder, "--epochs", "5"), "--keep", "every", "2"]);
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(Kept(), Is.EqualTo(new[] { "checkpoint-epoch-2.vae", "checkpoint-epoch-4.vae" }));
        Assert.That(CheckpointFile.ReadHeader(folder["run/checkpoint-epoch-4.vae"]).History, Has.Count.EqualTo(4));
        // As a process leaves it that is killed while it writes.
        File.WriteAllText(folder[$"run/checkpoint-epoch-6.vae.{new string('0', 32)}.tmp"], "");
        Assert.That(Call.Of([.. Call.Train(folder, "--epochs", "1", "--overwrite")]).ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(Kept(), Is.Empty);
    }

    [TestCase("train --keep first", "--keep takes last, best, or every")]
    [TestCase("train --keep every", "--keep takes last, best, or every")]
    [TestCase("train --keep every 0", "not \"every 0\"")]
    [TestCase("train --keep best --keep last", "not \"best last\"")]
    [TestCase("train --patience -1", "--patience takes a whole number from 0")]
    [TestCase("train --resume --out run --keep best", "--keep cannot be given with --resume")]
    public void What_cannot_be_is_explained(string line, string words)
    {
        Call call = Call.Of(line.Split(' '));
        Assert.That((call.ExitCode, call.Output), Is.EqualTo((ExitCode.Usage, "")));
        Assert.That(call.Error, Does.Contain(words));
    }

    private Checkpoint Last() => CheckpointFile.Read(folder["run/checkpoint.vae"]);

    private IEnumerable<string?> Kept() => Directory.GetFiles(folder["run"], "checkpoint-*").Select(Path.GetFileName).Order();

    private Call Resume(params string[] more) =>
        Call.Of(["train", "--resume", "--out", folder["run"], "--device", "cpu", "--threads", "1", .. more]);
}
