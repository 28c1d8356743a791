using System.Globalization;
using System.Text;
using System.Text.Json;
using VaeGpu.Host;
using VaeGpu.Tests.Data;

namespace VaeGpu.Tests.Host;

public sealed class TableUseTests
{
    [Test]
    public void A_table_is_trained_on_scored_and_resumed()
    {
        using var folder = new ScratchFolder();
        var random = new Random(1);
        var rows = Enumerable.Range(0, 350).Select(i =>
        {
            double x = random.NextDouble(), strange = i % 10 == 0 ? 5 : 0;
            return FormattableString.Invariant($"{x},{2 * x + strange},{-x},{(i % 10 == 0 ? "bad" : "good")}");
        });
        folder.Put("data of mine.csv", Encoding.UTF8.GetBytes("a,b,c,class\n" + string.Join('\n', rows)));
        string[] train =
            ["train", "--data", folder["data of mine.csv"], "--out", folder["run"], "--hidden", "8", "--latent", "1", "--device", "cpu"];
        Assert.That(Call.Of([.. train, "--likelihood", "bernoulli"]).ExitCode, Is.EqualTo(ExitCode.Usage));
        Assert.That(Call.Of([.. train, "--binarize", "static"]).ExitCode, Is.EqualTo(ExitCode.Usage));
        var trained = Call.Of([.. train, "--epochs", "2"]);
        Assert.That((trained.ExitCode, trained.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(trained.Output, Does.Contain("300 rows to train on, 50 held out, 3 columns").And.Contain(", gaussian-learned"));
        Assert.That(folder["run/samples.png"], Does.Not.Exist);
        var scored = Call.Of("score", folder["run"], "--anomalous", "bad", "--device", "cpu");
        Assert.That((scored.ExitCode, scored.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(scored.Output, Does.Contain("AUROC"));
        Assert.That(File.ReadAllLines(folder["run/scores.csv"])[0], Does.StartWith("row,line,part,class,anomalous,negative_elbo,"));
        var other = Call.Of("encode", folder["run"], "--data", folder["data of mine.csv"], "--out", folder["codes.csv"], "--device", "cpu");
        Assert.That((other.ExitCode, other.Error.Trim()),
            Is.EqualTo((ExitCode.Done, "note: the run was trained on 300 of 350 rows of \"data of mine\"")));
        var lines = File.ReadAllLines(folder["codes.csv"]);
        Assert.That(lines, Has.Length.EqualTo(351));
        Assert.That(lines[1], Does.Match("^0,2,(train|held-out),bad,"));
        Assert.That(lines[2], Does.Match("^1,3,(train|held-out),good,"));
        using var summary = JsonDocument.Parse(
            Call.Of("score", folder["run"], "--anomalous", "bad", "--json", "--overwrite", "--device", "cpu").Output);
        var first = summary.RootElement.GetProperty("scores")[0];
        Assert.That(first.GetProperty("name").GetString(), Is.EqualTo("negative_elbo"));
        Assert.That(scored.Output, Does.Contain(first.GetProperty("auroc").GetDouble().ToString("F4", CultureInfo.InvariantCulture)));
        Directory.CreateDirectory(folder["pictures"]);
        folder.Put("pictures/one.pgm", "P5 3 1 255\nabc"u8.ToArray());
        folder.Put("pictures/two.pgm", "P5 3 1 255\ndef"u8.ToArray());
        foreach (string[] call in (string[][])[["score", folder["run"], "--overwrite"], ["train", "--resume", "--out", folder["run"]]])
        {
            var strange = Call.Of([.. call, "--data", folder["pictures"], "--device", "cpu"]);
            Assert.That(strange.ExitCode, Is.EqualTo(ExitCode.Failed));
            Assert.That(strange.Error, Does.Contain("\"pictures\" is images, and the run is of a table"));
        }
        var pictured = Call.Of("sample", folder["run"], "--device", "cpu");
        Assert.That(pictured.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(pictured.Error, Does.Contain("use encode or score"));
        var resumed = Call.Of("train", "--resume", "--out", folder["run"], "--epochs", "3", "--device", "cpu");
        Assert.That((resumed.ExitCode, resumed.Error), Is.EqualTo((ExitCode.Done, "")));
    }
}
