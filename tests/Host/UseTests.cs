using System.Globalization;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using VaeGpu.Host;
using VaeGpu.Host.Pictures;
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

    [TestCase(".npy")]
    [TestCase(".csv")]
    public void Codes_that_were_encoded_are_decoded_to_the_reconstructions(string extension)
    {
        string codes = folder["codes" + extension], images = folder["decoded.png"], pairs = folder["pairs.png"];
        Done("encode", "--out", codes);
        Done("decode", codes, "--out", images);
        Done("reconstruct", "--count", "90", "--out", pairs);
        using var decoded = Image.Load<L8>(images);
        using var reconstructed = Image.Load<L8>(pairs);
        const int Margin = ImageGrid.Margin, PairMargin = ImageGrid.PairMargin;
        int side = (decoded.Width - Margin) / 10 - Margin, step = side + Margin, pairStep = side + PairMargin + step;
        for (var i = 0; i < 90; i++)
        {
            // 10 columns of images; pairs stand in 16 columns, each input above its reconstruction.
            for (var pixel = 0; pixel < side * side; pixel++)
            {
                int x = pixel % side, y = pixel / side;
                byte shown = decoded[Margin + i % 10 * step + x, Margin + i / 10 * step + y].PackedValue;
                byte paired = reconstructed[Margin + i % 16 * step + x, Margin + i / 16 * pairStep + side + PairMargin + y].PackedValue;
                if (shown != paired)
                    Assert.Fail($"image {i}, pixel {pixel}: {shown} and {paired}");
            }
        }

        void Done(string command, params string[] arguments) =>
            Assert.That(Call.Of([command, folder["run"], .. arguments, "--overwrite", "--device", "cpu"]).Error, Is.Empty);
    }

    [Test]
    public void An_interpolation_of_many_steps_passes_through_the_images_of_one_of_few()
    {
        byte[][] few = Row(3), many = Row(1000);
        Assert.That((few.Length, many.Length), Is.EqualTo((5, 1002)));
        // The ends of the row are images of the data. 999 = 3·333, so that a third of the way is a step of both.
        byte[][] thirds = Row(4);
        Assert.That(new[] { many[0], many[1], many[1000], many[1001] }, Is.EqualTo(new[] { few[0], few[1], few[3], few[4] }));
        Assert.That(new[] { many[334], many[667] }, Is.EqualTo(new[] { thirds[2], thirds[3] }));

        byte[][] Row(int steps)
        {
            string file = folder[$"row-{steps}.png"], count = steps.ToString(CultureInfo.InvariantCulture);
            Assert.That(
                Call.Of("interpolate", folder["run"], "--count", "1", "--steps", count, "--out", file, "--device", "cpu").Error, Is.Empty);
            using var row = Image.Load<L8>(file);
            int step = row.Height - ImageGrid.Margin, side = step - ImageGrid.Margin;
            return [.. Enumerable.Range(0, row.Width / step).Select(image => Enumerable.Range(0, side * side).Select(
                pixel => row[ImageGrid.Margin + image * step + pixel % side, ImageGrid.Margin + pixel / side].PackedValue).ToArray())];
        }
    }

    [TestCase("a.npy", "was expected|were expected")]
    [TestCase("wide.csv", "has 3 columns; 2 columns of numbers")]
    [TestCase("word.csv", "line 3 has a value that is not a finite number")]
    [TestCase("large.csv", "line 1 has a value that is not a finite number")]
    [TestCase("latin.csv", "line 1 is not UTF-8")]
    [TestCase("codes.txt", "not supported")]
    [TestCase("none.npy", "none.npy")]
    public void A_file_without_latent_vectors_is_refused(string name, string words)
    {
        NpyFile.Write(folder["a.npy"], new float[9], 3, 3);
        File.WriteAllText(folder["wide.csv"], "a,b,c\n1,2,3\n");
        File.WriteAllText(folder["word.csv"], "a,b\n1,2\n3,\n");
        File.WriteAllText(folder["large.csv"], "1,1e39\n");
        File.WriteAllBytes(folder["latin.csv"], [(byte)'c', 0xE9, (byte)',', (byte)'b', (byte)'\n']);
        File.WriteAllText(folder["codes.txt"], "1 2\n");
        var call = Call.Of("decode", folder["run"], folder[name], "--overwrite", "--device", "cpu");
        Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(call.Error, Does.Match(words).And.Not.Contain("defect"));
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
