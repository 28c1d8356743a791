using System.Globalization;
using VaeGpu.Host;
using VaeGpu.Tests.Data;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Host;

[FixtureLifeCycle(LifeCycle.SingleInstance)]
public sealed class UseTests
{
    private readonly ScratchFolder folder = new();

    [OneTimeSetUp]
    public void Train() => Assert.That(Call.Of(Call.Train(folder, "--epochs", "1")).ExitCode, Is.EqualTo(ExitCode.Done));

    [OneTimeTearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase("interpolate", "interpolations-8.png")]
    [TestCase("traverse", "traversals.png")]
    [TestCase("traverse --image 3 --dimensions 1", "traversals.png")]
    [TestCase("reconstruct --count 3", "reconstructions-3.png")]
    [TestCase("sample --count 3", "samples-3-seed-1.png")]
    [TestCase("sample --count 3 --draw", "draws-3-seed-1.png")]
    [TestCase("manifold --side 4", "manifold-4.png")]
    [TestCase("encode", "codes.npy")]
    [TestCase("score --samples 2", "scores.csv")]
    public void A_use_leaves_its_file_in_the_run_and_names_it(string line, string file)
    {
        var arguments = line.Split(' ');
        var call = Call.Of([arguments[0], folder["run"], .. arguments[1..], "--overwrite", "--device", "cpu"]);
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(call.Output.Trim(), Does.EndWith(folder[Path.Combine("run", file)]));
        Assert.That(folder[Path.Combine("run", file)], Does.Exist);
    }

    [Test]
    public void Codes_have_a_row_for_each_example_in_both_formats()
    {
        foreach (var name in (string[])["codes of mine.npy", "codes of mine.csv"])
            Assert.That(Call.Of("encode", "--run", folder["run"], "--out", folder[name], "--device", "cpu").ExitCode,
                Is.EqualTo(ExitCode.Done));
        var array = NpyFile.Read(folder["codes of mine.npy"]);
        var lines = File.ReadAllLines(folder["codes of mine.csv"]);
        Assert.That(array.Shape, Is.EqualTo(new[] { 90, 4 }));
        Assert.That(lines[0], Is.EqualTo("row,index,part,mu_0,mu_1,sigma_0,sigma_1"));
        Assert.That(lines, Has.Length.EqualTo(91));
        Assert.That(float.Parse(lines[90].Split(',')[6], CultureInfo.InvariantCulture), Is.EqualTo(array.Numbers![^1]));
    }

    [TestCase("traverse --dimensions 3", "2 latent dimensions", ExitCode.Usage)]
    [TestCase("traverse --dimensions 0", "--dimensions takes a whole number from 1", ExitCode.Usage)]
    [TestCase("sample --label 1", "--condition labels", ExitCode.Usage)]
    [TestCase("reconstruct --label 1", "--condition labels", ExitCode.Usage)]
    [TestCase("interpolate --label 1", "--condition labels", ExitCode.Usage)]
    [TestCase("traverse --label 1", "--condition labels", ExitCode.Usage)]
    [TestCase("manifold --label 1", "--condition labels", ExitCode.Usage)]
    [TestCase("traverse --image 90", "from 0 to 89", ExitCode.Usage)]
    [TestCase("manifold --dimensions 1,1", "two different", ExitCode.Usage)]
    [TestCase("encode --out codes.txt", ".npy nor in .csv", ExitCode.Usage)]
    [TestCase("sample --out samples.txt", "ends in .txt, and this is a .png file", ExitCode.Usage)]
    [TestCase("score --anomalous 3", "no labels", ExitCode.Failed)]
    [TestCase("interpolate --run elsewhere", "named twice", ExitCode.Usage)]
    public void What_cannot_be_is_explained(string line, string word, int code)
    {
        var arguments = line.Split(' ');
        var call = Call.Of([arguments[0], folder["run"], .. arguments[1..], "--overwrite", "--device", "cpu"]);
        Assert.That(call.ExitCode, Is.EqualTo(code));
        Assert.That(call.Error, Does.Contain(word).And.Not.Contain("defect"));
    }
}
