using System.Text.Json;
using VaeGpu.Host;
using VaeGpu.Tests.Data;
using VaeGpu.Training.Data;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Host;

public sealed class BinarizeTests
{
    [Test]
    public void Gray_under_a_bernoulli_likelihood_gets_a_note_with_the_remedy()
    {
        using var folder = new ScratchFolder();
        var call = Call.Of(Call.Train(folder, "--epochs", "1", "--binarize", "none"));
        Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(call.Error, Does.Match("^note: .* of the pixels are gray.*--binarize dynamic or static.*--likelihood"));
        string[] evaluate = ["evaluate", folder["run"], "--importance-samples", "1", "--device", "cpu"];
        Assert.That(Call.Of(evaluate).Output, Does.Match(@"(?m)^log p\(x\).*\n  caveat +[\d.]+ % of the pixels are gray"));
        using var json = JsonDocument.Parse(Call.Of([.. evaluate, "--json"]).Output);
        Assert.That(json.RootElement.GetProperty("caveat").GetString(), Does.Contain("are not log-likelihoods"));
        var other = Call.Of(Call.Train(folder, "--epochs", "1", "--binarize", "none", "--overwrite", "--likelihood", "gaussian"));
        Assert.That((other.ExitCode, other.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(Call.Of(evaluate).Output, Does.Not.Contain("caveat"));
    }

    [Test]
    public void A_run_that_draws_anew_is_evaluated_and_encoded_on_one_draw()
    {
        using var folder = new ScratchFolder();
        var trained = Call.Of(Call.Train(folder, "--epochs", "1", "--binarize", "dynamic"));
        Assert.That((trained.ExitCode, trained.Error), Is.EqualTo((ExitCode.Done, "")));
        var run = CheckpointFile.Read(RunFolder.CheckpointIn(folder["run"])).Header.Configuration;
        Assert.That(run.Data.Binarization, Is.EqualTo(Binarization.Dynamic));
        string[] score = ["score", folder["run"], "--device", "cpu", "--samples", "4", "--out"];
        Assert.That(Call.Of([.. score, folder["own.csv"]]).ExitCode, Is.EqualTo(ExitCode.Done));
        // Black and white stay what they are, so that the drawn images as other data must have the same scores.
        var drawn = DataSource.Load(run.Data.Folder, run.Training.Seed, 1, run.Fit).Test;
        Assert.That(((ImageSet)drawn).GrayShare, Is.Zero);
        Directory.CreateDirectory(folder["drawn"]);
        foreach (var part in (string[])["train", "t10k"])
            folder.Put($"drawn/{part}-images-idx3-ubyte", [.. Idx.Header(Idx.Images, (uint)drawn.Count, 28, 28), .. drawn.Pixels]);
        Assert.That(Call.Of([.. score, folder["drawn.csv"], "--data", folder["drawn"]]).ExitCode, Is.EqualTo(ExitCode.Done));
        string own = File.ReadAllText(folder["own.csv"]);
        Assert.That(own.Replace("held-out", "other"), Is.EqualTo(File.ReadAllText(folder["drawn.csv"])));
    }

    [TestCase("--likelihood gaussian-learned", "density")]
    [TestCase("--likelihood continuous-bernoulli", "density")]
    [TestCase("--binarize once", "--binarize takes one of none, static, dynamic")]
    public void What_makes_no_sense_is_a_usage_error_and_leaves_nothing(string line, string word)
    {
        using var folder = new ScratchFolder();
        var call = Call.Of(Call.Train(folder, line.Split(' ')));
        Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Usage));
        Assert.That(call.Error, Does.Contain(word));
        Assert.That(folder["run"], Does.Not.Exist);
    }
}
