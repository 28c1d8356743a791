using System.Globalization;
using System.Text;
using System.Text.Json;
using VaeGpu.Host;
using VaeGpu.Host.Pictures;
using VaeGpu.Tests.Data;

namespace VaeGpu.Tests.Host;

/// <summary>Results say of each example where it comes from.</summary>
[FixtureLifeCycle(LifeCycle.SingleInstance)]
public sealed class SourceUseTests
{
    private readonly ScratchFolder folder = new();

    [OneTimeSetUp]
    public void Train()
    {
        var random = new Random(1);
        for (var i = 0; i < 30; i++)
        {
            string name = folder[$"pictures/{(i % 2 == 0 ? "even" : "odd")}/{i:00}.png"];
            Directory.CreateDirectory(Path.GetDirectoryName(name)!);
            var pixels = new byte[64];
            random.NextBytes(pixels);
            new Picture(pixels, 8, 8).Write(name);
        }
        var call = Call.Of(
            "train", "--data", folder["pictures"], "--out", folder["run"], "--hidden", "8", "--latent", "2", "--epochs", "1",
            "--device", "cpu", "--threads", "1", "--likelihood", "gaussian");
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
    }

    [OneTimeTearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase("encode --out {0}/codes.csv", "codes.csv", "row,file,part,class,mu_0,")]
    [TestCase("encode --out {0}/codes.npy", "codes.examples.csv", "row,file,part,class")]
    [TestCase("score --out {0}/s.csv", "s.csv", "row,file,part,class,negative_elbo,")]
    [TestCase("reconstruct --count 3 --out {0}/r.png", "r.examples.csv", "row,file,part,class")]
    public void Every_result_names_its_examples(string line, string table, string header)
    {
        var call = Use(line);
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
        string[] lines = File.ReadAllLines(folder[table]);
        Assert.That(lines[0], Does.StartWith(header));
        int count = line.StartsWith("reconstruct", StringComparison.Ordinal) ? 3 : 5;
        Assert.That(lines, Has.Length.EqualTo(1 + count), "of 30 pictures, 5 are held out");
        for (var i = 1; i < lines.Length; i++)
        {
            string[] cells = lines[i].Split(',');
            Assert.That(folder[$"pictures/{cells[1]}"], Does.Exist);
            Assert.That((cells[0], cells[2], cells[3]), Is.EqualTo(($"{i - 1}", "held-out", Path.GetDirectoryName(cells[1]))));
        }
    }

    [Test]
    public void A_file_is_named_by_the_codes_of_its_own_content()
    {
        Assert.That(Use("encode --out {0}/all.csv --data {0}/pictures").ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(Use("encode --out {0}/held.csv").ExitCode, Is.EqualTo(ExitCode.Done));
        var all = Rows("all.csv");
        Assert.That(all.Values.Count(cells => cells[2] == "train"), Is.EqualTo(25));
        foreach (var (file, cells) in Rows("held.csv"))
            Assert.That(all[file][2..], Is.EqualTo(cells[2..]), file);
    }

    [Test]
    public void Scores_list_the_strangest_examples()
    {
        var text = Use("score --out {0}/listed.csv");
        using var json = JsonDocument.Parse(Use("score --json --out {0}/listed.csv").Output);
        var strangest = Rows("listed.csv").Values.MaxBy(cells => double.Parse(cells[^1], CultureInfo.InvariantCulture))!;
        Assert.That(text.Output, Does.Match($@"highest negative_log_p\s+-?[\d.]+  file {strangest[1]}, held-out"));
        Assert.That(json.RootElement.GetProperty("strangest")[0].GetProperty("source").GetString(), Is.EqualTo(strangest[1]));
        Assert.That(json.RootElement.GetProperty("strangest").GetArrayLength(), Is.EqualTo(5));
    }

    [Test]
    public void A_table_beside_a_result_is_not_replaced_unasked()
    {
        folder.Put("kept.examples.csv", Encoding.UTF8.GetBytes("mine"));
        var call = Call.Of("encode", folder["run"], "--out", folder["kept.npy"], "--device", "cpu");
        Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Usage));
        Assert.That(call.Error, Does.Contain("kept.examples.csv\" exists already"));
        Assert.That(folder["kept.npy"], Does.Not.Exist);
    }

    private Dictionary<string, string[]> Rows(string file) =>
        File.ReadAllLines(folder[file]).Skip(1).Select(line => line.Split(',')).ToDictionary(cells => cells[1]);

    private Call Use(string line)
    {
        string[] arguments = [.. line.Split(' ').Select(word => word.Replace("{0}", folder.Path))];
        return Call.Of([arguments[0], folder["run"], .. arguments[1..], "--overwrite", "--device", "cpu"]);
    }
}
