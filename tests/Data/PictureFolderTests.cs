using VaeGpu.Host;
using VaeGpu.Host.Pictures;
using VaeGpu.Tests.Host;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

/// <summary>Folders of pictures as people have them.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class PictureFolderTests
{
    private readonly ScratchFolder folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase("Train", "TEST")]
    [TestCase("train", "val")]
    [TestCase("TRAIN", "Valid")]
    [TestCase("train", "validation")]
    public void Parts_are_known_by_name_in_any_case(string train, string test)
    {
        Put($"{train}/cat/0.png", $"{train}/cat/1.png", $"{train}/dog/0.png", $"{test}/cat/0.png", $"{test}/dog/0.png");
        var data = Load();
        Assert.That((data.Train.Count, data.Test.Count), Is.EqualTo((3, 2)));
        Assert.That(data.Train.LabelNames, Is.EqualTo(new[] { "cat", "dog" }));
        Assert.That(data.Notes, Is.Empty);
    }

    [Test]
    public void A_third_part_is_reported()
    {
        Put("train/0.png", "val/0.png", "val/1.png", "test/0.png");
        var data = Load();
        Assert.That((data.Train.Count, data.Test.Count), Is.EqualTo((1, 1)));
        Assert.That(data.Notes.Single(), Does.Contain("val\" is not used"));
    }

    [TestCase("lies beside folders called", "train/0.png", "test/0.png", "extra/0.png")]
    [TestCase("for the same part", "train/0.png", "val/0.png", "Valid/0.png")]
    [TestCase("has \"test\" and no \"train\"", "test/0.png")]
    [TestCase("lies beside the folder", "train/0.png", "test/0.png", "loose.png")]
    public void Folders_that_could_be_taken_for_something_else_are_refused(string words, params string[] names)
    {
        Put(names);
        Assert.That(() => Load(), Throws.TypeOf<DataException>().With.Message.Contains(words));
    }

    [Test]
    public void Hidden_files_runs_and_other_files_are_skipped_and_reported()
    {
        Put("a/0.png", "a/1.png", "b/0.png", ".ipynb_checkpoints/0.png", "__MACOSX/a/0.png", "runs/7/samples.png");
        folder.Put("b/._0.png", [0, 5, 22, 7]);
        folder.Put("b/Thumbs.db", [1]);
        folder.Put("labels.csv", [1]);
        folder.Put("runs/7/checkpoint.vae", [1]);
        var data = Load();
        Assert.Multiple(() =>
        {
            Assert.That(data.Train.Count + data.Test.Count, Is.EqualTo(3));
            Assert.That(data.Train.LabelNames, Is.EqualTo(new[] { "a", "b" }));
            Assert.That(data.Notes, Has.Count.EqualTo(3));
            Assert.That(data.Notes[0], Does.StartWith("skipped hidden files and folders: ").And.EndsWith(" and 3 more"));
            Assert.That(data.Notes[1], Does.StartWith("skipped folders of runs: ").And.EndsWith("7"));
            Assert.That(data.Notes[2], Does.StartWith("skipped files that are not pictures: ").And.EndsWith("labels.csv"));
        });
        folder.Put("checkpoint.vae", [1]);
        Assert.That(() => Load(), Throws.TypeOf<DataException>().With.Message.Contains("is that of a run"));
    }

    [Test]
    public void Links_that_lead_back_end()
    {
        Put("x/0.png", "x/1.png");
        Directory.CreateSymbolicLink(folder["x/back"], "..");
        Directory.CreateSymbolicLink(folder["x/again"], "..");
        var data = Load();
        Assert.That(data.Train.Count + data.Test.Count, Is.EqualTo(2));
        Assert.That(data.Notes.Single(), Does.StartWith("skipped links that lead back: ").And.EndsWith("and 1 more"));
    }

    [Test]
    public void A_damaged_picture_is_named_and_skipped_only_where_that_was_asked_for()
    {
        Put("a/0.png", "a/1.png", "b/0.png");
        folder.Put("a/2.png", File.ReadAllBytes(folder["a/0.png"])[..^20]);
        Assert.That(() => Load(), Throws.TypeOf<DataException>().With.Message.Contains("2.png").And.Message.Contains("--skip-damaged"));
        var data = Load(new DataFit { Options = new DataOptions { SkipDamaged = true } });
        Assert.That(data.Train.Count + data.Test.Count, Is.EqualTo(3));
        Assert.That(data.Notes.Single(), Does.StartWith("skipped 1 of 4 pictures").And.Contain("2.png"));
    }

    [Test]
    public void A_size_that_does_not_apply_is_refused()
    {
        folder.Put("t.csv", "1,2\n3,4\n5,6\n"u8.ToArray());
        var fit = new DataFit { Size = (4096, 4096) };
        foreach (string source in (string[])["digits", "shapes", folder["t.csv"]])
            Assert.That(() => DataSource.Load(source, 1, 1, fit), Throws.TypeOf<DataException>().With.Message.Contains("--size"));
    }

    [Test]
    public void A_tall_picture_is_resized_in_little_memory()
    {
        new Picture([.. Enumerable.Range(0, 1 << 15).Select(i => (byte)(i >> 7))], 1, 1 << 15).Write(folder["0.png"]);
        File.Copy(folder["0.png"], folder["1.png"]);
        long before = GC.GetTotalAllocatedBytes();
        var data = (ImageSet)Load(new DataFit { Size = (1024, 256) }).Test;
        Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(16 << 20));
        Assert.That(Enumerable.Range(0, 256).Select(y => data.Pixels[1024 * y + 7]), Is.EqualTo(Enumerable.Range(0, 256)));
    }

    [Test]
    public void A_picture_in_color_among_gray_ones_makes_all_of_them_such()
    {
        Put("0.png", "1.png", "2.png");
        new Picture([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 2, 2, 3).Write(folder["3.png"]);
        var data = Load(new DataFit { Whole = true });
        Assert.That(data.Format, Is.EqualTo(new ImageFormat(2, 2, 3)));
        byte[] gray = [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4];
        Assert.That(((ImageSet)data.Test).Pixels, Is.EqualTo((byte[])[.. gray, .. gray, .. gray, 1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12]));
    }

    [Test]
    public void Labels_and_pictures_stay_together_where_damaged_ones_are_left_out()
    {
        for (var i = 0; i < 20; i++)
        {
            Directory.CreateDirectory(folder[$"{i % 3}"]);
            new Picture([(byte)i, (byte)(i % 3)], 2, 1).Write(folder[$"{i % 3}/{i:00}.png"]);
        }
        folder.Put("0/00.png", [1]);
        folder.Put("1/10.png", [1]);
        var data = Load(new DataFit { Options = new DataOptions { SkipDamaged = true } });
        byte[] firsts = [.. new[] { data.Train, data.Test }.Cast<ImageSet>().SelectMany(set => set.Pixels.Where((_, i) => i % 2 == 0))];
        Assert.That(firsts.Order(), Is.EqualTo(Enumerable.Range(0, 20).Except([0, 10])));
        foreach (var set in new[] { data.Train, data.Test }.Cast<ImageSet>())
            Assert.That(set.Labels, Is.EqualTo(set.Pixels.Where((_, i) => i % 2 == 1)));
    }

    [Test]
    [Platform(Exclude = "Win")]
    public void Links_between_folders_end()
    {
        string[] names = [.. Enumerable.Range(0, 9).Select(i => $"f{i}")];
        foreach (string name in names)
        {
            Put($"{name}/0.png");
            foreach (string other in names.Where(other => other != name))
                Directory.CreateSymbolicLink(folder[$"{name}/{other}"], $"../{other}");
        }
        var data = Load();
        Assert.That(data.Train.Count + data.Test.Count, Is.LessThanOrEqualTo(2 * names.Length));
        Assert.That(data.Notes, Has.Some.StartsWith("skipped links to folders that another link leads to: "));
        File.CreateSymbolicLink(folder["itself.png"], "itself.png");
        Assert.That(() => Load(), Throws.TypeOf<DataException>().With.Message.Contains("itself.png"));
    }

    [Test]
    public void A_run_does_not_lie_in_its_data()
    {
        Put("a/0.png", "a/1.png");
        Call call = Call.Of("train", "--data", folder.Path, "--out", folder["run"], "--device", "cpu");
        Assert.That((call.ExitCode, Directory.Exists(folder["run"])), Is.EqualTo((ExitCode.Usage, false)));
        Assert.That(call.Error, Does.Contain("--out lies in --data"));
        using var other = new ScratchFolder();
        Directory.CreateSymbolicLink(other["link"], folder.Path);
        call = Call.Of("train", "--data", folder.Path, "--out", other["link/run"], "--device", "cpu");
        Assert.That((call.ExitCode, Directory.Exists(folder["run"])), Is.EqualTo((ExitCode.Usage, false)));
    }

    private DataSplit Load(DataFit? fit = null) => DataSource.Load(folder.Path, 1, 1, fit);

    private void Put(params string[] names)
    {
        foreach (string name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
            new Picture([1, 2, 3, 4], 2, 2).Write(folder[name]);
        }
    }
}
