using System.Globalization;
using System.Text;
using System.Text.Json;
using VaeGpu.Host;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Training;

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
        Assert.That(File.ReadAllLines(folder["run/samples.csv"]), Has.Length.EqualTo(65).And.ItemAt(0).EqualTo("a,b,c"));
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
        var resumed = Call.Of("train", "--resume", "--out", folder["run"], "--epochs", "3", "--device", "cpu");
        Assert.That((resumed.ExitCode, resumed.Error), Is.EqualTo((ExitCode.Done, "")));
    }

    [Test]
    public void A_table_of_numbers_and_words_is_trained_on_and_used()
    {
        using var comma = new CommaCulture();
        using var folder = new ScratchFolder();
        var random = new Random(1);
        string[] cities = ["Bern", "Lyon, \"old\"", "Oslo"];
        var rows = Enumerable.Range(0, 700).Select(i =>
        {
            int city = random.Next(3);
            string name = cities[city].Replace("\"", "\"\""), old = city == 1 ? "yes" : "no";
            return FormattableString.Invariant($"\"{name}\",{1_700_000_000 + 40 * city + 4 * random.NextDouble():F3},{old},{city}");
        });
        folder.Put("t.csv", Encoding.UTF8.GetBytes("city,time,\"old, or not\",class\n" + string.Join('\n', rows)));
        var trained = Call.Of(
            "train", "--data", folder["t.csv"], "--out", folder["run"], "--hidden", "24", "--latent", "2", "--epochs", "40", "--lr", "0.01",
            "--condition", "labels", "--batch", "50", "--device", "cpu");
        Assert.That(trained.ExitCode, Is.EqualTo(ExitCode.Done), trained.Error);
        Assert.That(trained.Error.Trim(), Is.EqualTo("note: categorical columns: \"city\" (3 categories), \"old, or not\" (2 categories)"));
        Assert.That(trained.Output, Does.Contain("3 columns, 2 of them categorical").And.Contain("6-24-2"));
        string[] drawn = Lines(folder, "draws-300-seed-1.csv", "sample", "--draw", "--rows", "300");
        Assert.That(drawn[0], Is.EqualTo("city,time,\"old, or not\",class"));
        Assert.That(drawn, Has.Length.EqualTo(301));
        Assert.That(drawn.Skip(1).Select(line => line.Split(',')[^1]).Distinct().Order(), Is.EqualTo(new[] { "0", "1", "2" }));
        // The class says all: rows of class 1 are of Lyon, at its times.
        string[] lyon = [.. drawn.Where(line => line.EndsWith(",1", StringComparison.Ordinal))];
        Assert.That(lyon.Count(line => line.StartsWith("\"Lyon, \"\"old\"\"\",17000000", StringComparison.Ordinal)
            && line.EndsWith(",yes,1", StringComparison.Ordinal)),
            Is.GreaterThan(0.9 * lyon.Length));
        double[] times =
            [.. lyon.Select(line => double.Parse(line.Split("\",")[1].Split(',')[0], CultureInfo.InvariantCulture) - 1_700_000_000)];
        Assert.That(times.Average(), Is.EqualTo(42).Within(2));
        Assert.That(times.Distinct().Count(), Is.EqualTo(times.Length), "draws, not means");
        // What was written is data of the model again: with the same classes, and for another run.
        foreach (string[] use in (string[][])[["score"], ["evaluate", "--importance-samples", "20"], ["encode"]])
        {
            var call = Call.Of([.. use, folder["run"], "--data", folder["run/draws-300-seed-1.csv"], "--device", "cpu"]);
            Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
        }
        string[] pairs = Lines(folder, "reconstructions-5.csv", "reconstruct", "--count", "5");
        Assert.That(pairs[0], Is.EqualTo("row,step,city,time,\"old, or not\",class"));
        Assert.That(pairs.Skip(1).Select(line => line[..4]), Is.EqualTo(Enumerable.Range(0, 10).Select(i => $"{i / 2},{i % 2},")));
        string[] path = Lines(folder, "interpolations-2-label-1.csv", "interpolate", "--count", "2", "--steps", "3", "--label", "1");
        Assert.That(path, Has.Length.EqualTo(1 + 2 * 5));
        Assert.That(path.Skip(2).Take(3), Is.All.EndsWith(",1"));
        Assert.That(Lines(folder, "manifold-3-label-0.csv", "manifold", "--side", "3", "--label", "0"), Has.Length.EqualTo(10));
        var unknown = Call.Of("score", folder["run"], "--overwrite", "--data",
            folder.Put("u.csv", "city,time,\"old, or not\",class\nRome,1,no,0\n"u8.ToArray()));
        Assert.That((unknown.ExitCode, unknown.Error), Is.EqualTo((ExitCode.Failed, unknown.Error)));
        Assert.That(unknown.Error, Does.Contain("line 2").And.Contain("\"Rome\"").And.Contain("\"city\""));
        var resumed = Call.Of("train", "--resume", "--out", folder["run"], "--epochs", "41", "--device", "cpu");
        Assert.That((resumed.ExitCode, resumed.Error), Is.EqualTo((ExitCode.Done, "")));
    }

    [Test]
    public void Missing_values_come_back_as_empty_cells()
    {
        using var folder = new ScratchFolder();
        var random = new Random(1);
        string Number() => random.NextDouble().ToString("F4", CultureInfo.InvariantCulture);
        folder.Put("t.csv", Encoding.UTF8.GetBytes("a,b,kind\n" + string.Join('\n', Enumerable.Range(0, 140).Select(i =>
            $"{(i % 2 == 0 ? "NA" : Number())},{Number()},{(i % 2 == 0 ? "?" : i % 4 == 1 ? "x" : "y")}"))));
        var trained = Call.Of(
            "train", "--data", folder["t.csv"], "--out", folder["run"], "--missing", "indicator", "--hidden", "16", "--latent", "2",
            "--epochs", "60",
            "--batch", "20", "--lr", "0.01", "--device", "cpu");
        Assert.That(trained.ExitCode, Is.EqualTo(ExitCode.Done), trained.Error);
        string[] drawn = Lines(folder, "draws-200-seed-1.csv", "sample", "--draw", "--count", "200");
        Assert.That(drawn[0], Is.EqualTo("a,b,kind"));
        Assert.That(drawn.Count(line => line.StartsWith(',')), Is.InRange(50, 150));
        Assert.That(drawn.Count(line => line.EndsWith(',')), Is.InRange(50, 150));
        var scored = Call.Of("score", folder["run"], "--data", folder["run/draws-200-seed-1.csv"], "--device", "cpu");
        Assert.That(scored.ExitCode, Is.EqualTo(ExitCode.Done), scored.Error);
    }

    [TestCase("--columns", "a")]
    [TestCase("--ignore", "a")]
    [TestCase("--label-column", "a")]
    [TestCase("--categorical", "a")]
    [TestCase("--constant-columns", "refuse")]
    [TestCase("--missing", "refuse")]
    public void Options_for_tables_are_refused_for_other_data(string option, string value)
    {
        using var folder = new ScratchFolder();
        folder.Put("t.txt", "one\ntwo\nthree\n"u8.ToArray());
        var call = Call.Of("train", "--data", folder["t.txt"], "--out", folder["run"], option, value, "--device", "cpu");
        Assert.That((call.ExitCode, call.Error.Trim()),
            Is.EqualTo((ExitCode.Usage, $"error: {option} is for tables, and the data is text; leave it out.")));
        Assert.That(folder["run"], Does.Not.Exist);
    }

    private static string[] Lines(ScratchFolder folder, string file, string command, params string[] options)
    {
        var call = Call.Of([command, folder["run"], .. options, "--device", "cpu"]);
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
        return File.ReadAllLines(folder[Path.Combine("run", file)]);
    }
}
