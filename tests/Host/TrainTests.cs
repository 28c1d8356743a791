using System.Text.Json;
using VaeGpu.Host;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Training;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Host;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TrainTests
{
    private readonly ScratchFolder folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void A_run_leaves_everything_and_is_never_overwritten_unasked()
    {
        using var comma = new CommaCulture();
        var first = Call.Of(Call.Train(folder, "--epochs", "2"));
        Assert.That((first.ExitCode, first.Error), Is.EqualTo((ExitCode.Done, "")));
        string[] expected =
        [
            "checkpoint.vae", "configuration.json", "loss.png", "loss.svg", "metrics.csv", "metrics.jsonl", "reconstructions.png",
            "samples.png",
        ];
        Assert.That(Directory.GetFiles(folder["run"]).Select(Path.GetFileName).Order(), Is.EqualTo(expected));
        using var json = JsonDocument.Parse(File.ReadAllBytes(folder["run/configuration.json"]));
        Assert.That(json.RootElement.GetProperty("training").GetProperty("epochs").GetInt32(), Is.EqualTo(2));
        var csv = File.ReadAllLines(folder["run/metrics.csv"]);
        Assert.That(csv[0], Is.EqualTo(MetricsCsv.Header));
        Assert.That(csv[1..].Select(line => line.Split(',').Length), Is.EqualTo(new[] { 8, 8 }));

        var second = Call.Of(Call.Train(folder));
        Assert.That(second.ExitCode, Is.EqualTo(ExitCode.Usage));
        Assert.That(second.Error, Does.Contain("--overwrite").And.Contain("--resume"));
        Assert.That(File.ReadAllLines(folder["run/metrics.csv"]), Is.EqualTo(csv));

        var third = Call.Of(Call.Train(folder, "--epochs", "1", "--overwrite"));
        Assert.That((third.ExitCode, third.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(File.ReadAllLines(folder["run/metrics.csv"]), Has.Length.EqualTo(2));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_learning_rate_that_changes_stands_in_the_line_of_each_epoch(bool interactive)
    {
        var constant = Call.Of(Call.Train(folder, "--epochs", "1"), interactive, default);
        var dropping = Call.Of(
            Call.Train(folder, "--overwrite", "--epochs", "2", "--lr", "0.004", "--lr-schedule", "steps", "--lr-drop", "0.5",
                "--lr-drop-every", "1"),
            interactive, default);
        Assert.Multiple(() =>
        {
            Assert.That(constant.Output, Does.Contain("epoch 1/1").And.Not.Contain(" lr "));
            Assert.That(dropping.Output, Does.Match(@"epoch 1/2  train [^\n]*  test [^\n]*\)  lr 0\.004(\s|$)"));
            Assert.That(dropping.Output, Does.Match(@"epoch 2/2  train [^\n]*  test [^\n]*\)  lr 0\.002(\s|$)"));
        });
    }

    [Test]
    public void A_model_may_have_no_hidden_layer()
    {
        var trained = Call.Of(Call.Train(folder, "--hidden", "none", "--epochs", "1"));
        Assert.That((trained.ExitCode, trained.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(trained.Output, Does.Contain("784-2,"));
        Assert.That(CheckpointFile.Read(folder["run/checkpoint.vae"]).Header.Configuration.Model.Hidden, Is.Empty);
        Assert.That(Call.Of("reconstruct", folder["run"], "--device", "cpu").ExitCode, Is.EqualTo(ExitCode.Done));
    }

    [Test]
    public void A_failed_overwrite_leaves_the_old_run()
    {
        Call.Of(Call.Train(folder, "--epochs", "1"));
        var before = File.ReadAllBytes(folder["run/checkpoint.vae"]);
        var failed = Call.Of("train", "--out", folder["run"], "--overwrite", "--data", folder["nowhere"], "--device", "cpu");
        Assert.That(failed.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(File.ReadAllBytes(folder["run/checkpoint.vae"]), Is.EqualTo(before));
    }

    [Test]
    public void A_factor_of_1_changes_no_bit_by_either_name_and_another_changes_the_run_but_not_what_is_reported()
    {
        Checkpoint Run(params string[] weights)
        {
            var call = Call.Of([.. Call.Train(folder, "--epochs", "2", "--overwrite"), .. weights]);
            Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
            return CheckpointFile.Read(folder["run/checkpoint.vae"]);
        }
        var plain = Run();
        foreach (string[] one in (string[][])[["--kl-weight", "1"], ["--rec-weight", "1"], ["--rec-weight", "1.0", "--kl-weight", "1.0"]])
        {
            var same = Run(one);
            Assert.That(same.Parameters, Is.EqualTo(plain.Parameters), string.Join(' ', one));
            Assert.That(TinyRun.Losses(same), Is.EqualTo(TinyRun.Losses(plain)), string.Join(' ', one));
        }
        var higgins = Run("--kl-weight", "4").Header.History[^1].Test;
        var other = Run("--rec-weight", "0.25").Header.History[^1].Test;
        var test = plain.Header.History[^1].Test;
        Assert.Multiple(() =>
        {
            Assert.That(higgins, Is.Not.EqualTo(test).And.Not.EqualTo(other));
            // Adam hardly sees the objective's scale; were the factors in the reports, one of these would be far from the other.
            Assert.That(higgins.Reconstruction, Is.EqualTo(other.Reconstruction).Within(1).Percent);
            Assert.That(higgins.Kl, Is.LessThan(test.Kl));
            Assert.That(other.Kl, Is.LessThan(test.Kl));
        });
    }

    [Test]
    public void Stopped_and_resumed_is_as_never_stopped()
    {
        using var stop = new CancellationTokenSource();
        using var output = new DoAt("epoch 1/3", stop.Cancel);
        var stopped = Call.Of(Call.Train(folder, "--epochs", "3"), output, interactive: false, stop.Token);
        Assert.That(stopped.ExitCode, Is.EqualTo(ExitCode.Stopped));
        Assert.That(stopped.Output, Does.Contain("--resume").And.Contain(folder["run"]));
        Assert.That(CheckpointFile.Read(folder["run/checkpoint.vae"]).Header.History, Has.Count.EqualTo(1));

        var resumed = Call.Of("train", "--resume", "--out", folder["run"], "--device", "cpu");
        Assert.That((resumed.ExitCode, resumed.Error), Is.EqualTo((ExitCode.Done, "")));
        var broken = CheckpointFile.Read(folder["run/checkpoint.vae"]);
        Call.Of(Call.Train(folder, "--epochs", "3", "--overwrite"));
        var unbroken = CheckpointFile.Read(folder["run/checkpoint.vae"]);
        Assert.That(broken.Parameters, Is.EqualTo(unbroken.Parameters));
        Assert.That(TinyRun.Losses(broken), Is.EqualTo(TinyRun.Losses(unbroken)));
    }

    [Test]
    public void A_weight_of_1_by_either_name_is_the_same_run_and_evaluation_is_read_by_programs()
    {
        var runs = ((string[])["--rec-weight", "--kl-weight"]).Select(name =>
        {
            Assert.That(Call.Of(Call.Train(folder, "--epochs", "1", "--overwrite", name, "1")).ExitCode, Is.EqualTo(ExitCode.Done));
            return CheckpointFile.Read(folder["run/checkpoint.vae"]).Parameters;
        }).ToArray();
        Assert.That(runs[1], Is.EqualTo(runs[0]));

        var call = Call.Of("evaluate", folder["run"], "--importance-samples", "5", "--json", "--device", "cpu");
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
        using var json = JsonDocument.Parse(call.Output);
        foreach (var key in (string[])["elbo", "rate", "distortion", "log_likelihood", "log_likelihood_stderr", "bits_per_dim",
            "active_units"])
            Assert.That(json.RootElement.GetProperty(key).ValueKind, Is.EqualTo(JsonValueKind.Number), key);
        Assert.That(json.RootElement.GetProperty("log_likelihood").GetDouble(),
            Is.GreaterThan(json.RootElement.GetProperty("elbo").GetDouble()));
        var table = Call.Of("evaluate", "--run", folder["run"], "--importance-samples", "5", "--device", "cpu");
        Assert.That(table.Output, Does.Contain("ELBO").And.Contain("active units"));
    }

    [Test]
    public void A_stop_before_the_first_step_leaves_nothing()
    {
        var call = Call.Of(Call.Train(folder), interactive: false, new CancellationToken(canceled: true));
        Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Stopped));
        Assert.That(folder["run"], Does.Not.Exist);
    }

    [Test]
    public void Fewer_epochs_than_are_done_cannot_be_resumed()
    {
        Call.Of(Call.Train(folder, "--epochs", "2"));
        var call = Call.Of("train", "--resume", "--out", folder["run"], "--epochs", "1", "--device", "cpu");
        Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(call.Error, Does.Contain("2 epochs already"));
    }

    [Test]
    public void Live_progress_shows_each_epoch()
    {
        var call = Call.Of(Call.Train(folder, "--epochs", "2"), interactive: true, default);
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(call.Output, Does.Contain("epoch 1/2").And.Contain("epoch 2/2"));
    }

    [Test]
    public void A_damaged_checkpoint_is_explained_by_every_command()
    {
        Call.Of(Call.Train(folder, "--epochs", "1"));
        var bytes = File.ReadAllBytes(folder["run/checkpoint.vae"]);
        File.WriteAllBytes(folder["run/checkpoint.vae"], bytes[..^100]);
        foreach (var line in (string[][])[["sample", "--run"], ["reconstruct", "--run"], ["train", "--resume", "--out"]])
        {
            var call = Call.Of([.. line, folder["run"]]);
            Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Failed, call.Error)));
            Assert.That(call.Error, Does.Contain("incomplete"));
        }
    }

    [Test]
    public void Pictures_of_a_run_can_be_made_and_are_not_replaced_unasked()
    {
        Call.Of(Call.Train(folder, "--epochs", "1"));
        foreach (var command in (string[])["sample", "reconstruct"])
        {
            string[] line = [command, "--run", folder["run"], "--count", "5", "--out", folder[$"{command} of mine.png"], "--device", "cpu"];
            var made = Call.Of(line);
            Assert.That((made.ExitCode, made.Error), Is.EqualTo((ExitCode.Done, "")));
            Assert.That(made.Output.Trim().Split('\n')[^1], Is.EqualTo(folder[$"{command} of mine.png"]));
            Assert.That(folder[$"{command} of mine.png"], Does.Exist);
            Assert.That(Call.Of(line).ExitCode, Is.EqualTo(ExitCode.Usage));
            Assert.That(Call.Of([.. line, "--overwrite"]).ExitCode, Is.EqualTo(ExitCode.Done));
        }
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Windows keeps a folder with an open file.")]
    public void A_run_whose_folder_is_removed_ends_in_a_sentence_and_makes_no_other()
    {
        using var output = new DoAt("epoch 1/", () => Directory.Delete(folder["run"], recursive: true));
        var call = Call.Of(Call.Train(folder, "--epochs", "3"), output, interactive: false, default);
        Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(call.Error.Trim().Split('\n').Single(), Does.StartWith("error: ").And.Contain("was removed, renamed or replaced"));
        Assert.That(folder["run"], Does.Not.Exist);
    }

    [Test]
    public void A_precision_that_the_device_has_not_is_answered_by_a_warning_and_fp32()
    {
        var call = Call.Of(Call.Train(folder, "--epochs", "1", "--precision", "bf16"));
        Assert.Multiple(() =>
        {
            Assert.That(call.ExitCode, Is.Zero, call.Error);
            Assert.That(call.Error,
                Does.Contain("has no tensor cores for bf16, which NVIDIA GPUs have from Ampere on; this trains in fp32."));
            Assert.That(File.ReadAllText(Path.Combine(folder["run"], "configuration.json")), Does.Contain("\"precision\": \"fp32\""));
        });
    }

    /// <summary>Acts, once, when the program has written a text.</summary>
    private sealed class DoAt(string text, Action act) : StringWriter
    {
        private bool done;

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (done || value?.Contains(text, StringComparison.Ordinal) != true)
                return;
            done = true;
            act();
        }
    }
}
