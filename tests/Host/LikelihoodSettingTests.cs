using System.Text.Json;
using VaeGpu.Host;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Tests.Data;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Host;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class LikelihoodSettingTests
{
    private readonly ScratchFolder folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    private static IEnumerable<TestCaseData> Settings =>
    [
        new("gaussian --sigma 0.3", Gaussian.Settings(0.3)),
        new("gaussian-shared --sigma 0.7", Gaussian.Settings(0.7)),
        new("laplace --sigma 0.4", Laplace.Settings(0.4)),
        new("huber --sigma 0.2 --delta 2", Huber.Settings(0.2, 2)),
        new("p-huber --sigma 0.3 --delta 0.5", PseudoHuber.Settings(0.3, 0.5)),
        new("categorical --classes 5", Categorical.Settings(5)),
        new("mixture --components 2", GaussianComponent.Settings(2)),
        new("logistic-mixture --components 3 --classes 16", LogisticComponent.Settings(3, 16)),
        new("hybrid --bce-share 0.25", Hybrid.Settings(0.25)),
    ];

    [TestCaseSource(nameof(Settings))]
    public void A_setting_reaches_its_likelihood_and_the_run_keeps_it(string line, LikelihoodSettings expected)
    {
        var words = line.Split(' ');
        var trained = Call.Of(Call.Train(folder, ["--binarize", "none", "--epochs", "1", "--likelihood", .. words]));
        Assert.That((trained.ExitCode, trained.Error), Is.EqualTo((ExitCode.Done, "")));
        var model = CheckpointFile.Read(folder["run/checkpoint.vae"]).Header.Configuration.Model;
        Assert.That(model.Shape.LikelihoodSettings, Is.EqualTo(expected));
        using var json = JsonDocument.Parse(File.ReadAllBytes(folder["run/configuration.json"]));
        Assert.That(json.RootElement.GetProperty("model").GetProperty("likelihoodOptions").EnumerateObject().Count(),
            Is.EqualTo(LikelihoodOptions.Names.Count() + 1));
        var evaluated = Call.Of("evaluate", folder["run"], "--importance-samples", "1", "--device", "cpu");
        Assert.That((evaluated.ExitCode, evaluated.Error), Is.EqualTo((ExitCode.Done, "")));
    }

    [TestCase("--sigma 0.3", "--sigma goes with --likelihood gaussian, gaussian-shared, laplace, huber or p-huber.")]
    [TestCase("--likelihood bernoulli --sigma 0.3", "--sigma goes with")]
    [TestCase("--likelihood gaussian-learned --sigma 0.3", "--sigma goes with")]
    [TestCase("--likelihood gaussian --delta 1", "--delta goes with --likelihood huber or p-huber.")]
    [TestCase("--likelihood mixture --classes 16", "--classes goes with --likelihood categorical or logistic-mixture.")]
    [TestCase("--likelihood categorical --components 2", "--components goes with --likelihood mixture or logistic-mixture.")]
    [TestCase("--likelihood bernoulli --bce-share 0.5", "--bce-share goes with --likelihood hybrid.")]
    [TestCase("--likelihood categorical --classes 1", "--classes takes a whole number from 2")]
    [TestCase("--likelihood gaussian --sigma 0", "--sigma takes a number from")]
    [TestCase("--likelihood hybrid --bce-share 1.5", "--bce-share takes a number from 0 to 1")]
    [TestCase("--likelihood hybrid --objective iwae", "--objective iwae is a bound of log p(x)")]
    [TestCase("--channels 8", "--channels goes with --arch conv")]
    [TestCase("--arch transformer", "--arch takes one of mlp, conv")]
    [TestCase("--init zeros",
        "--init takes one of pytorch, glorot-uniform, glorot-normal, he-uniform, he-normal, lecun-normal, orthogonal")]
    [TestCase("--resume --out x --init he-normal", "--init cannot be given with --resume")]
    [TestCase("--resume --out x --arch conv", "--arch cannot be given with --resume")]
    [TestCase("--resume --out x --classes 4", "--classes cannot be given with --resume")]
    public void What_does_not_concern_the_likelihood_or_the_layers_is_refused(string line, string reason)
    {
        var call = Call.Of(["train", .. line.Split(' ')]);
        Assert.Multiple(() =>
        {
            Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Usage));
            Assert.That(call.Error, Does.Contain(reason));
            Assert.That(call.Output, Is.Empty);
        });
    }

    [Test]
    public void First_values_are_chosen_by_name_and_default_to_those_of_PyTorch()
    {
        float[] Trained(params string[] init)
        {
            var call = Call.Of(Call.Train(folder, [.. init, "--epochs", "1", "--overwrite"]));
            Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
            return CheckpointFile.Read(folder["run/checkpoint.vae"]).Parameters;
        }
        var plain = Trained();
        Assert.That(Trained("--init", "pytorch"), Is.EqualTo(plain));
        Assert.That(Trained("--init", "he-normal"), Is.Not.EqualTo(plain));
    }

    [Test]
    public void Hybrid_is_told_as_a_loss_and_never_in_nats()
    {
        var trained = Call.Of(Call.Train(folder, "--likelihood", "hybrid", "--epochs", "1"));
        Assert.That((trained.ExitCode, trained.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(trained.Output,
            Does.Contain("loss per image: hybrid is a loss without a likelihood, and its totals are not in nats").And.Not.Contain(
                "nats per image"));
        Assert.That(File.ReadAllText(folder["run/loss.svg"]), Does.Contain("loss per image").And.Not.Contain("nats"));

        var table = Call.Of("evaluate", folder["run"], "--importance-samples", "2", "--device", "cpu");
        Assert.That(table.Output,
            Does.Contain("loss, no likelihood").And.Not.Contain("ELBO").And.Not.Contain("log p(x)").And.Not.Contain("bits"));
        var json = Call.Of("evaluate", folder["run"], "--importance-samples", "2", "--device", "cpu", "--json");
        using var report = JsonDocument.Parse(json.Output);
        foreach (var key in (string[])["elbo", "log_likelihood", "log_likelihood_stderr", "importance_stderr", "bits_per_dim"])
            Assert.That(report.RootElement.GetProperty(key).ValueKind, Is.EqualTo(JsonValueKind.Null), key);
        foreach (var key in (string[])["rate", "distortion"])
            Assert.That(report.RootElement.GetProperty(key).ValueKind, Is.EqualTo(JsonValueKind.Number), key);

        var scored = Call.Of("score", folder["run"], "--device", "cpu");
        Assert.That((scored.ExitCode, scored.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(scored.Output, Does.Contain("loss").And.Not.Contain("nats").And.Not.Contain("elbo").And.Not.Contain("log_p"));
        Assert.That(File.ReadLines(folder["run/scores.csv"]).First(), Is.EqualTo("row,index,part,loss,reconstruction,kl"));
    }
}
