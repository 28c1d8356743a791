using System.Text;
using System.Text.Json;
using VaeGpu.Host;
using VaeGpu.Tests.Data;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Host;

[FixtureLifeCycle(LifeCycle.SingleInstance)]
public sealed class TextRunTests
{
    private static readonly string[] Corpus =
        ["the cat sat on the mat", "a dog dug a deep hole", "zebras graze at dawn", "we own three old boats", "ünder the żebra",
            "nothing rhymes here"];

    private static readonly int Length = Corpus.Max(line => line.Length);
    private static readonly string[] Padded = [.. Corpus.Select(line => line.PadRight(Length))];
    private readonly ScratchFolder folder = new();

    private string Data => folder["lines of mine.txt"];

    [OneTimeSetUp]
    public void Train()
    {
        folder.Put("lines of mine.txt",
            Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 420).Select(i => Corpus[i % Corpus.Length]))));
        var call = Call.Of(
            "train", "--data", Data, "--out", folder["run"], "--hidden", "48", "--latent", "3", "--batch", "30", "--epochs", "12", "--lr",
                "0.01",
            "--device", "cpu", "--threads", "1");
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(call.Output,
            Does.Contain("nats per line").And.Contain($"{Length}×{AlphabetOf(Corpus)}-48-3").And.Contain("categorical"));
    }

    [OneTimeTearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void The_model_has_a_class_for_each_symbol()
    {
        var model = CheckpointFile.Read(folder["run/checkpoint.vae"]).Header.Configuration.Model;
        Assert.That((model.Symbols, model.LikelihoodOptions.Symbols), Is.EqualTo((AlphabetOf(Corpus), true)));
    }

    [Test]
    public void A_run_of_text_leaves_lines_instead_of_pictures()
    {
        string[] files = [.. Directory.GetFiles(folder["run"]).Select(path => Path.GetFileName(path))];
        Assert.That(files, Does.Contain("samples.txt").And.Contain("reconstructions.txt"));
        Assert.That(files.Where(file => file.EndsWith(".png")), Is.EqualTo(new[] { "loss.png" }));
        Assert.That(File.ReadAllLines(folder["run/samples.txt"]), Has.Length.EqualTo(64));
    }

    [Test]
    public void Samples_are_lines_of_the_alphabet_that_resemble_the_corpus()
    {
        var lines = Lines("sample", "samples-50-seed-3.txt", "--count", "50", "--seed", "3");
        Assert.That(lines, Has.Length.EqualTo(50));
        Assert.That(lines, Is.All.Length.EqualTo(Length));
        Assert.That(lines.SelectMany(line => line).Distinct(), Is.SubsetOf(string.Concat(Corpus) + " "));
        // The part of its places in which a line is as the corpus line that it is nearest to; of unlike lines it is about a fifth.
        var alike = lines.Average(line => Padded.Max(known => Alike(line, known)));
        TestContext.Out.WriteLine($"{alike:P1} of the samples' symbols are as in the corpus");
        Assert.That(alike, Is.GreaterThan(0.85));
        Assert.That(lines.Distinct().Count(), Is.GreaterThan(3));
    }

    [Test]
    public void Drawn_symbols_are_now_and_then_not_the_likeliest()
    {
        var likeliest = Lines("sample", "samples-50-seed-4.txt", "--count", "50", "--seed", "4");
        var drawn = Lines("sample", "draws-50-seed-4.txt", "--count", "50", "--seed", "4", "--draw");
        Assert.That(drawn, Is.All.Length.EqualTo(Length));
        Assert.That(drawn.SelectMany(line => line).Distinct(), Is.SubsetOf(string.Concat(Corpus) + " "));
        // The lines of the same latent vectors: alike in most places, and in some not.
        Assert.That(drawn.Zip(likeliest, Alike).Average(), Is.InRange(0.6, 0.999));
    }

    [Test]
    public void Reconstructions_stand_below_their_lines()
    {
        var lines = Lines("reconstruct", "reconstructions-9.txt", "--count", "9");
        Assert.That(lines, Has.Length.EqualTo(9 * 3 - 1));
        for (var i = 0; i < lines.Length; i += 3)
        {
            Assert.That(Padded, Does.Contain(lines[i]));
            Assert.That(lines[i + 1], Is.EqualTo(lines[i]), "as the model has them by heart");
            Assert.That(i + 2 == lines.Length || lines[i + 2].Length == 0);
        }
    }

    [Test]
    public void An_interpolation_goes_from_line_to_line()
    {
        var lines = Lines("interpolate", "interpolations-2.txt", "--count", "2", "--steps", "4");
        Assert.That(lines, Has.Length.EqualTo(2 * 6 + 1));
        Assert.That((lines[1], lines[4]), Is.EqualTo((lines[0], lines[5])), "decoded ends and the lines themselves");
        Assert.That(lines[6], Is.Empty);
    }

    [Test]
    public void Dimensions_are_traversed_in_lines()
    {
        Assert.That(Lines("traverse", "traversals.txt", "--steps", "5"), Has.Length.EqualTo(3 * 5 + 2));
        Assert.That(Lines("manifold", "manifold-3.txt", "--side", "3", "--dimensions", "0,2"), Has.Length.EqualTo(3 * 3 + 2));
    }

    [Test]
    public void Evaluation_is_in_nats_and_bits_per_symbol()
    {
        string[] line = ["evaluate", folder["run"], "--importance-samples", "4", "--device", "cpu"];
        var table = Call.Of(line);
        Assert.That(table.Output, Does.Contain("lines").And.Contain("nats").And.Contain("bits per symbol").And.Not.Contain("images"));
        using var json = JsonDocument.Parse(Call.Of([.. line, "--json"]).Output);
        double elbo = json.RootElement.GetProperty("elbo").GetDouble(), bits = json.RootElement.GetProperty("bits_per_dim").GetDouble();
        Assert.That(table.Output, Does.Not.Contain("Pareto"), "four draws tell nothing of a tail");
        Assert.That(Call.Of("evaluate", folder["run"], "--importance-samples", "25", "--device", "cpu").Output,
            Does.Match(@"Pareto k of weights +-?\d\.\d\d \(median\)"));
        Assert.That(bits, Is.EqualTo(-elbo / (Length * Math.Log(2))).Within(1e-9));
        // Which of six lines it is takes ln 6 nats; a model that knows no symbol needs ln 27 for each.
        Assert.That(-elbo, Is.InRange(Math.Log(Corpus.Length), 8));
    }

    [Test]
    public void Lines_of_other_files_are_taken_in_the_run_s_alphabet()
    {
        folder.Put("known.txt", Encoding.UTF8.GetBytes("the cat dug a mat\nwe sat"));
        folder.Put("unknown.txt", Encoding.UTF8.GetBytes("a QUIZ"));
        Assert.That(Call.Of("encode", folder["run"], "--data", folder["known.txt"], "--device", "cpu").ExitCode, Is.EqualTo(ExitCode.Done));
        var refused = Call.Of("encode", folder["run"], "--data", folder["unknown.txt"], "--overwrite", "--device", "cpu");
        Assert.That(refused.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(refused.Error, Does.Contain("line 1, column 3"));
    }

    [TestCase("--likelihood gaussian", "not for the symbols of text")]
    [TestCase("--likelihood bernoulli", "not for the symbols of text")]
    [TestCase("--likelihood categorical --classes 9", "--classes is for levels of gray")]
    public void What_text_cannot_have_is_refused(string options, string reason)
    {
        var call = Call.Of(["train", "--data", Data, "--out", folder["refused"], "--device", "cpu", .. options.Split(' ')]);
        Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Usage));
        Assert.That(call.Error, Does.Contain(reason));
        Assert.That(folder["refused"], Does.Not.Exist);
    }

    private string[] Lines(string command, string file, params string[] options)
    {
        var call = Call.Of([command, folder["run"], .. options, "--device", "cpu"]);
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(call.Output.TrimEnd(), Does.EndWith(folder[Path.Combine("run", file)]));
        return File.ReadAllLines(folder[Path.Combine("run", file)]);
    }

    private static int AlphabetOf(string[] lines) => lines.SelectMany(line => line).Append(' ').Distinct().Count();

    private static double Alike(string a, string b) => a.Zip(b).Average(pair => pair.First == pair.Second ? 1.0 : 0);
}
