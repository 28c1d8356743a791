using System.Text;
using VaeGpu.Host.Pictures;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ExampleSourcesTests
{
    private readonly ScratchFolder folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void Rows_of_a_table_are_known_by_their_line_and_stay_so_when_shuffled()
    {
        // The value of a row is its line: a blank line and a cell of two lines are counted as an editor counts them.
        folder.Put("a.csv", Encoding.UTF8.GetBytes("name,class\n\n3,\"x\ny\"\n5,x\n6,x\n\n8,x\n9,x\n10,x\n11,x\n"));
        var data = DataSource.Load(folder["a.csv"], seed: 3, threads: 1);
        Assert.Multiple(() =>
        {
            foreach (var (part, name) in new[] { (data.Train, DataPart.Train), (data.Test, DataPart.HeldOut) })
            {
                var scale = data.Columns[0];
                for (var i = 0; i < part.Count; i++)
                {
                    Assert.That(part.Sources[i], Is.EqualTo($"{part.Values[i] * scale.Deviation + scale.Mean:F0}"));
                    Assert.That(part.Sources.PartOf(i), Is.EqualTo(name));
                }
                Assert.That(part.Sources.Kind, Is.EqualTo("line"));
            }
            Assert.That(Sources(data.Train), Is.Not.Ordered, "else nothing was shuffled");
        });
    }

    [Test]
    public void Lines_of_text_are_known_by_their_number()
    {
        folder.Put("a.txt", "b\n\nd\ne\n  \ng\nh\n"u8.ToArray());
        var data = DataSource.Load(folder["a.txt"], seed: 1, threads: 1);
        foreach (var part in new[] { data.Train, data.Test })
        {
            // The alphabet is " bdegh"; the first line has the letter b.
            string letters = string.Concat(part.Symbols.Select(symbol => data.Alphabet[symbol]));
            Assert.That(letters, Is.EqualTo(string.Concat(Sources(part).Select(line => (char)('a' + int.Parse(line))))));
            Assert.That(part.Sources.Kind, Is.EqualTo("line"));
        }
    }

    [Test]
    public void Pictures_are_known_by_their_path_from_the_folder_of_the_data_on()
    {
        string[] names = ["train/cat/1.png", "train/cat/2.png", "train/dog/a b,c.png", "test/cat/9.png", "test/dog/8.png"];
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
            new Picture([1, 2, 3, 4], 2, 2).Write(folder[name]);
        }
        var data = DataSource.Load(folder.Path, 1, 1);
        Assert.That(data.Train.Sources.Kind, Is.EqualTo("file"));
        Assert.That(Sources(data.Train), Is.EqualTo(names[..3]));
        Assert.That(Sources(data.Test), Is.EqualTo(names[3..]));
        var whole = DataSource.Load(folder["train"], 1, 1, new DataFit { Whole = true });
        Assert.That(Sources(whole.Test)[2], Is.EqualTo("dog/a b,c.png"));
        Assert.That(whole.Test.Sources.PartOf(2), Is.EqualTo(DataPart.Other), "of no run");
    }

    [Test]
    public void Rows_of_arrays_are_known_by_their_index()
    {
        NpyFile.Write(folder["a.npy"], [.. Enumerable.Range(0, 40).Select(i => (float)i)], 20, 2);
        var data = DataSource.Load(folder["a.npy"], 5, 1);
        var scale = data.Columns[0];
        for (var i = 0; i < data.Test.Count; i++)
            Assert.That(data.Test.Sources[i], Is.EqualTo($"{(data.Test.Values[2 * i] * scale.Deviation + scale.Mean) / 2:F0}"));
        Assert.That(data.Test.Sources.Kind, Is.EqualTo("index"));
    }

    [Test]
    public void Images_of_IDX_files_count_in_their_own_file()
    {
        folder.Put("train-images-idx3-ubyte", Idx.ImageFile(3, 2, 2));
        folder.Put("t10k-images-idx3-ubyte", Idx.ImageFile(2, 2, 2));
        var data = DataSource.Load(folder.Path, 1, 1);
        Assert.That(Sources(data.Train), Is.EqualTo(new[] { "0", "1", "2" }));
        Assert.That(Sources(data.Test), Is.EqualTo(new[] { "0", "1" }));
        Assert.That(data.Test.Sources.PartOf(1), Is.EqualTo(DataPart.HeldOut));
    }

    [Test]
    public void Built_in_sets_count_in_the_order_in_which_they_are_drawn()
    {
        var shapes = DataSource.Load("shapes", 1, 2);
        var all = Shapes.Generate(2);
        foreach (int i in (int[])[0, 7, shapes.Test.Count - 1])
        {
            int index = int.Parse(shapes.Test.Sources[i]);
            Assert.That(((ImageSet)shapes.Test)[i].SequenceEqual(all[index]), $"held-out image {i} is number {index}");
        }
        Assert.That(DataSource.Load("digits", 1, 2).Test.Sources[0], Is.EqualTo("60000"));
    }

    [Test]
    public void Sources_go_with_examples_through_every_change()
    {
        var images = new ImageSet([.. Enumerable.Range(0, 12).Select(i => (byte)(20 * i))], null, 2, 2)
        {
            Sources = ExampleSources.Files(["a", "b", "c"]),
        };
        ExampleSet some = images.Select([2, 0]).WithLabels([1, 0], ["x", "y"]).Binarized(1, 0, 1).Select([1, 0]);
        Assert.That(Sources(some), Is.EqualTo(new[] { "a", "c" }));
    }

    private static string[] Sources(ExampleSet set) => [.. Enumerable.Range(0, set.Count).Select(i => set.Sources[i])];
}
