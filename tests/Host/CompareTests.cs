using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using VaeGpu.Host;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Training;

namespace VaeGpu.Tests.Host;

public sealed class CompareTests
{
    private readonly ScratchFolder folder = new();
    private string first = "", second = "";

    [OneTimeSetUp]
    public void Train()
    {
        (first, second) = (folder["a run"], folder["b"]);
        foreach (string[] more in (string[][])
            [["--out", first, "--epochs", "2"], ["--out", second, "--epochs", "3", "--lr", "0.004", "--latent", "3"]])
            Assert.That(Call.Of(Call.Train(folder, more)).ExitCode, Is.Zero);
    }

    [OneTimeTearDown]
    public void CleanUp() => folder.Dispose();

    [Test]
    public void The_table_has_the_settings_that_differ_and_no_others_in_every_locale()
    {
        using var comma = new CommaCulture();
        Call call = Call.Of("compare", first, second);
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
        string[] lines = call.Output.Split(Environment.NewLine);
        string lastOfSecond = File.ReadAllLines(Path.Combine(second, "metrics.csv"))[^1].Split(',')[5];
        Assert.Multiple(() =>
        {
            Assert.That(lines[0].Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), Is.EqualTo(
                new[] { "run", "latent", "epochs", "lr", "best loss", "epoch", "last loss", "epoch", "time" }));
            Assert.That(lines[1], Does.Match(@"^a run  2 +2 +0\.001 "));
            Assert.That(lines[2], Does.Match(@"^b      3 +3 +0\.004 "));
            Assert.That(lines[2], Does.Contain(double.Parse(lastOfSecond, CultureInfo.InvariantCulture).ToString(
                "F3", CultureInfo.InvariantCulture)));
            Assert.That(call.Output, Does.Contain("nats per image; a loss is −ELBO.").And.Not.Contain("not comparable"));
        });
    }

    [Test]
    public void Json_holds_every_setting_and_epoch()
    {
        Call call = Call.Of("compare", first, second, "--json");
        using var json = JsonDocument.Parse(call.Output);
        JsonElement root = json.RootElement, run = root.GetProperty("runs")[1];
        JsonElement[] epochs = [.. run.GetProperty("epochs").EnumerateArray()];
        double best = epochs.Min(epoch => epoch.GetProperty("test_loss").GetDouble());
        Assert.Multiple(() =>
        {
            Assert.That(root.GetProperty("differing_settings").EnumerateArray().Select(name => name.GetString()),
                Is.EqualTo(new[] { "latent", "epochs", "lr" }));
            Assert.That(root.GetProperty("not_comparable").GetArrayLength(), Is.Zero);
            Assert.That(run.GetProperty("settings").GetProperty("lr").GetString(), Is.EqualTo("0.004"));
            Assert.That(epochs, Has.Length.EqualTo(3));
            Assert.That(run.GetProperty("best").GetProperty("test_loss").GetDouble(), Is.EqualTo(best));
            Assert.That(run.GetProperty("last").GetProperty("epoch").GetInt32(), Is.EqualTo(3));
            Assert.That(run.GetProperty("evaluation").ValueKind, Is.EqualTo(JsonValueKind.Null));
        });
    }

    [Test]
    public void Evaluated_runs_have_log_p_and_active_units_as_evaluate_gives_them()
    {
        string[] how = ["--importance-samples", "3", "--device", "cpu", "--threads", "1", "--json"];
        using var compared = JsonDocument.Parse(Call.Of(["compare", first, second, "--evaluate", .. how]).Output);
        using var alone = JsonDocument.Parse(Call.Of(["evaluate", second, .. how]).Output);
        JsonElement evaluation = compared.RootElement.GetProperty("runs")[1].GetProperty("evaluation");
        foreach (string figure in (string[])["log_likelihood", "active_units"])
            Assert.That(evaluation.GetProperty(figure).GetDouble(), Is.EqualTo(alone.RootElement.GetProperty(figure).GetDouble()), figure);
        string table = Call.Of(["compare", first, second, "--evaluate", .. how[..^1]]).Output;
        Assert.That(table, Does.Contain("log p(x)").And.Contain("active units").And.Contain(" of 3"));
        Assert.That(table.Split(Environment.NewLine).Select(line => line.Length), Is.All.LessThanOrEqualTo(120));
    }

    [Test]
    public void The_picture_has_a_curve_for_each_run_over_epochs_and_over_time()
    {
        string output = folder["of both"], picture = Path.Combine(output, "comparison.svg");
        string[] line = ["compare", first, second, "--out", output];
        Assert.That(Call.Of(line).Output, Does.EndWith(picture + Environment.NewLine));
        XNamespace svg = "http://www.w3.org/2000/svg";
        string[] texts = [.. XDocument.Load(picture).Descendants(svg + "text").Select(text => text.Value)];
        Assert.Multiple(() =>
        {
            Assert.That(texts.Count(text => text == "a run"), Is.EqualTo(2));
            Assert.That(texts.Count(text => text == "b"), Is.EqualTo(2));
            Assert.That(texts, Does.Contain("epoch").And.Contain("seconds of training").And.Contain("nats per image"));
            Assert.That(Path.ChangeExtension(picture, ".png"), Does.Exist);
        });
        Call again = Call.Of(line);
        Assert.That((again.ExitCode, again.Error), Is.EqualTo((ExitCode.Usage, again.Error)));
        Assert.That(again.Error, Does.Contain("--overwrite"));
        Assert.That(Call.Of([.. line, "--overwrite"]).ExitCode, Is.EqualTo(ExitCode.Done));
    }

    [Test]
    public void Runs_of_other_data_or_another_kind_of_loss_are_said_not_to_be_comparable()
    {
        Assert.That(
            Call.Of(Call.Train(folder, "--out", folder["density"], "--epochs", "1", "--binarize", "none", "--likelihood", "gaussian"))
                .ExitCode,
            Is.Zero);
        Call call = Call.Of("compare", first, folder["density"]);
        Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(call.Output,
            Does.Contain("not comparable: ").And.Contain("hold out different data").And.Contain("−log of a density"));
    }

    [Test]
    public void What_does_not_fit_beside_the_rest_stands_below_with_the_names_again()
    {
        string name = $"r{new string('x', 60)}";
        string[] more = ["--activation", "tanh", "--optimizer", "adamw", "--lr-warmup", "1", "--kl-warmup", "1", "--free-bits", "0.1",
            "--clip-norm", "10", "--init", "he-normal", "--kl-weight", "2"];
        Assert.That(Call.Of(Call.Train(folder, ["--out", folder[name], "--epochs", "1", .. more])).ExitCode, Is.Zero);
        string[] lines = Call.Of("compare", first, folder[name]).Output.Split(Environment.NewLine);
        Assert.Multiple(() =>
        {
            Assert.That(lines.Select(line => line.Length), Is.All.LessThanOrEqualTo(120));
            Assert.That(lines.Count(line => line.StartsWith("…xxx", StringComparison.Ordinal)), Is.GreaterThan(1));
            Assert.That(lines.Count(line => line.StartsWith("a run ", StringComparison.Ordinal)), Is.GreaterThan(1));
        });
    }

    [TestCase("Name the folders of two runs or more", ExitCode.Usage, "b")]
    [TestCase("There is no checkpoint", ExitCode.Failed, "b", "nowhere")]
    [TestCase("--seed goes with --evaluate", ExitCode.Usage, "b", "b", "--seed", "3")]
    public void What_cannot_be_is_explained(string words, int code, params string[] arguments)
    {
        Call call = Call.Of(["compare", .. arguments.Select(word => word is "b" or "nowhere" ? folder[word] : word)]);
        Assert.That((call.ExitCode, call.Output), Is.EqualTo((code, "")));
        Assert.That(call.Error, Does.Contain(words));
    }
}
