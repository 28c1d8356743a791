using System.Text.Json;
using VaeGpu.Host;
using VaeGpu.Tests.Data;
using VaeGpu.Training.Data;
using VaeGpu.Training.Papers;

namespace VaeGpu.Tests.Host;

/// <summary>The command "paper", on a few small images.</summary>
[FixtureLifeCycle(LifeCycle.SingleInstance)]
public sealed class PaperTests
{
    private const uint Side = 8, Images = 48, HeldOut = 16;
    private readonly ScratchFolder folder = new();

    private static IReadOnlyList<Paper> Papers => Paper.All;

    [OneTimeSetUp]
    public void PutImages()
    {
        Directory.CreateDirectory(folder["data"]);
        var random = new Random(5);
        foreach (var (name, count) in (ReadOnlySpan<(string, uint)>)[("train", Images), ("t10k", HeldOut)])
        {
            var pixels = new byte[count * Side * Side];
            random.NextBytes(pixels);
            folder.Put($"data/{name}-images-idx3-ubyte", [.. Idx.Header(Idx.Images, count, Side, Side), .. pixels]);
        }
    }

    [OneTimeTearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void Every_result_runs_to_a_verdict([ValueSource(nameof(Papers))] Paper paper)
    {
        Call call = Run(paper.Name, "--out", folder[paper.Name]);
        string verdict = File.ReadAllText(folder[$"{paper.Name}/verdict.txt"]);
        Assert.Multiple(() =>
        {
            Assert.That(call.ExitCode, Is.EqualTo(verdict.Contains("NOT reproduced") ? ExitCode.Failed : ExitCode.Done), call.Error);
            Assert.That(call.Output.ReplaceLineEndings("\n"), Does.EndWith($"\n{verdict}"));
            Assert.That(verdict, Does.Contain(paper.Title.Split(' ')[^1]).And.Contain("source").And.Contain("differs"));
            Assert.That(verdict, Does.Match(@"(?m)^verdict     (reproduced|trend only|NOT reproduced): "));
            Assert.That(verdict, Does.Contain("the published figures are of MNIST's").And.Not.Contain("NaN"));
            Assert.That(verdict.Split('\n').Select(line => line.Length), Is.All.LessThanOrEqualTo(120));
        });
        // What was trained by "train" is a run for every command.
        foreach (string run in Directory.GetDirectories(folder[paper.Name]))
            Assert.That(Call.Of("evaluate", run, "--importance-samples", "1", "--device", "cpu", "--threads", "1").ExitCode, Is.Zero);
        if (paper == Paper.ConditionalQuadrants)
            Assert.That(folder[$"{paper.Name}/quadrants-1.png"], Does.Exist);
        else
            Assert.That(Directory.GetDirectories(folder[paper.Name]), Is.Not.Empty);
    }

    [Test]
    public void A_linear_model_of_noise_is_not_the_optimum_after_a_few_steps_and_json_says_so()
    {
        Call call = Run("ppca", "--json", "--out", folder["as json"]);
        using var json = JsonDocument.Parse(call.Output);
        JsonElement report = json.RootElement, first = report.GetProperty("figures")[0];
        Assert.Multiple(() =>
        {
            Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Failed));
            Assert.That(report.GetProperty("verdict").GetString(), Is.EqualTo("not-reproduced"));
            Assert.That(first.GetProperty("holds").GetBoolean(), Is.False);
            Assert.That(first.GetProperty("measured").GetDouble(), Is.LessThan(first.GetProperty("reference").GetDouble()));
            Assert.That(report.GetProperty("runs").GetArrayLength(), Is.EqualTo(2));
            Assert.That(call.Error, Does.Contain("epoch"), "Progress goes to the error stream.");
        });
    }

    [Test]
    public void The_list_names_every_result()
    {
        Call call = Call.Of("paper");
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
        foreach (Paper paper in Paper.All)
            Assert.That(call.Output, Does.Contain($"{paper.Name} ").And.Contain(paper.Title));
        using var json = JsonDocument.Parse(Call.Of("paper", "--json").Output);
        Assert.That(json.RootElement.EnumerateObject().Select(one => one.Name), Is.EqualTo(Paper.All.Select(paper => paper.Name)));
    }

    [TestCase("There is no result \"pca\"; there are pytorch-vae, ppca, binarized-mnist, conditional-quadrants, conv-2d.", "pca")]
    [TestCase("--full: ppca has one form only", "ppca", "--full")]
    [TestCase("--out goes with the name of a result", "--out", "x")]
    public void What_cannot_be_is_explained(string words, params string[] arguments)
    {
        Call call = Call.Of(["paper", .. arguments]);
        Assert.That((call.ExitCode, call.Output), Is.EqualTo((ExitCode.Usage, "")));
        Assert.That(call.Error, Does.Contain(words));
    }

    [Test]
    public void Without_the_data_a_sentence_says_where_to_put_it()
    {
        Call missing = Call.Of("paper", "ppca", "--data", folder["nowhere"], "--out", folder["none"], "--device", "cpu");
        Assert.That((missing.ExitCode, missing.Error.Trim().Contains('\n')), Is.EqualTo((ExitCode.Failed, false)));
        Assert.That(missing.Error, Does.Contain("--data takes a name").And.Contain("mnist"));
        // The name's own message, without asking the network.
        DownloadedData mnist = DownloadedData.Known.Single(known => known.Name == "mnist");
        Assert.That(
            () => mnist.Load(folder["cache"], _ => throw new IOException("no network")),
            Throws.TypeOf<DataException>().With.Message.Contains("put its four files in a folder and name that with --data FOLDER"));
        Assert.That(folder["none"], Does.Not.Exist);
    }

    [Test]
    public void What_is_there_is_not_replaced_unasked()
    {
        Directory.CreateDirectory(folder["taken"]);
        File.WriteAllText(folder["taken/notes"], "mine");
        Call call = Run("ppca", "--out", folder["taken"]);
        Assert.That((call.ExitCode, call.Error.Contains("--overwrite")), Is.EqualTo((ExitCode.Usage, true)));
        Assert.That(Run("ppca", "--out", folder["taken"], "--overwrite").ExitCode, Is.Not.EqualTo(ExitCode.Usage));
        Assert.That(File.ReadAllText(folder["taken/notes"]), Is.EqualTo("mine"));
    }

    [Test]
    public void The_verdict_on_another_result_is_not_replaced()
    {
        Directory.CreateDirectory(folder["other"]);
        const string Verdict = "result      conv-2d: A title\n";
        File.WriteAllText(folder["other/verdict.txt"], Verdict);
        Call call = Run("ppca", "--out", folder["other"], "--overwrite");
        Assert.That((call.ExitCode, call.Output), Is.EqualTo((ExitCode.Usage, "")));
        Assert.That(call.Error, Does.Contain("has the verdict on another result, conv-2d; name another folder with --out."));
        Assert.That(File.ReadAllText(folder["other/verdict.txt"]), Is.EqualTo(Verdict));
    }

    [Test]
    public void Where_the_verdict_cannot_be_written_nothing_is_trained()
    {
        Directory.CreateDirectory(folder["blocked/verdict.txt"]);
        Call call = Run("ppca", "--out", folder["blocked"], "--overwrite");
        Assert.That((call.ExitCode, call.Output), Is.EqualTo((ExitCode.Failed, "")));
        Assert.That(call.Error, Does.Contain("verdict.txt\" cannot be written: a folder has this name"));
    }

    [Test]
    public void A_stop_ends_it_and_the_run_can_be_continued()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Call call = Call.Of(
            ["paper", "pytorch-vae", "--data", folder["data"], "--out", folder["stopped"], "--device", "cpu", "--threads", "1"],
            interactive: false, stop.Token);
        Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Stopped));
        Assert.That(folder["stopped/verdict.txt"], Does.Not.Exist);
    }

    private Call Run(params string[] more) =>
        Call.Of(["paper", .. more, "--data", folder["data"], "--device", "cpu", "--threads", "1"]);
}
