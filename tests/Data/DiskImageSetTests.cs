using System.IO.Compression;
using System.Text;
using VaeGpu.Host;
using VaeGpu.Kernels;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Tests.Host;
using VaeGpu.Training.Data;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Data;

/// <summary>Pictures that stay in a file are those that would be in memory.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class DiskImageSetTests
{
    private readonly ScratchFolder folder = new();
    private readonly Random random = new(3);

    private LoadingOptions OnDisk => new() { Threads = 2, Memory = 0, Folder = folder["temporary"] };

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void Every_view_of_them_is_that_of_memory()
    {
        var (memory, disk) = Both(count: 23, width: 5, height: 3, channels: 3);
        AssertSame(disk, memory);
        int[] some = [4, 22, 0, 4];
        AssertSame(disk.Select(some), memory.Select(some));
        AssertSame(disk.Select(some).Select([3, 1]), memory.Select(some).Select([3, 1]));
        AssertSame(disk.Binarized(9, 100, 1), memory.Binarized(9, 100, 1));
        AssertSame(disk.Select(some).Binarized(9, 1, 1), memory.Select(some).Binarized(9, 1, 1));
        AssertSame(disk.Binarized(9, 1, 1).Select(some), memory.Binarized(9, 1, 1).Select(some));
        AssertSame(disk.WithLabels(new byte[23], ["x"]), memory.WithLabels(new byte[23], ["x"]));
        var sources = ExampleSources.IndicesFrom(7, 23);
        Assert.That(disk.WithSources(sources).Select([5]).Sources[0], Is.EqualTo("12"));
        string? caveat = memory.Caveat(Likelihood.Bernoulli, Binarization.None);
        Assert.That(disk.Caveat(Likelihood.Bernoulli, Binarization.None), Is.Not.Null.And.EqualTo(caveat));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_folder_of_pictures_is_the_same_on_disk(bool inColor)
    {
        Directory.CreateDirectory(folder["data/cat"]);
        Directory.CreateDirectory(folder["data/dog"]);
        for (var i = 0; i < 11; i++)
            folder.Put($"data/{(i % 2 == 0 ? "cat" : "dog")}/{i}.pgm", [.. "P5 3 2 255\n"u8, .. Bytes(6)]);
        if (inColor)
            folder.Put("data/cat/9.ppm", [.. "P6 3 2 255\n"u8, .. Bytes(18)]);
        AssertSame(folder["data"], new DataFit());
        AssertSame(folder["data"], new DataFit { Size = (4, 5), Whole = true });
        folder.Put("data/dog/0.png", [1]);
        AssertSame(folder["data"], new DataFit { Options = new DataOptions { SkipDamaged = true } });
        Assert.That(Directory.GetFiles(folder["temporary"]), Is.Empty, "the files are removed at once");
    }

    [TestCase("|u1", "(9, 4, 5)")]
    [TestCase("|u1", "(9, 4, 5, 3)")]
    [TestCase("|u1", "(9, 3, 4, 5)")]
    [TestCase("|b1", "(9, 20)")]
    [TestCase("<f4", "(9, 4, 5)")]
    [TestCase("<f8", "(9, 4, 5, 3)")]
    public void An_array_is_the_same_on_disk(string type, string shape)
    {
        int count = shape.Split(',').Select(side => int.Parse(side.Trim('(', ')', ' '))).Aggregate((product, side) => product * side);
        byte[] content = type switch
        {
            "|u1" => Bytes(count),
            "|b1" => [.. Bytes(count).Select(value => (byte)(value & 1))],
            "<f4" => [.. Bytes(count).SelectMany(value => BitConverter.GetBytes(value / 255f))],
            _ => [.. Bytes(count).SelectMany(value => BitConverter.GetBytes(value / 255.0))],
        };
        byte[] header = Encoding.ASCII.GetBytes($"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}\n");
        byte[] file = [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. header, .. content];
        AssertSame(folder.Put("a.npy", file), new DataFit());
        using (var archive = ZipFile.Open(folder["a.npz"], ZipArchiveMode.Create))
        using (var entry = archive.CreateEntry("a.npy").Open())
            entry.Write(file);
        AssertSame(folder["a.npz"], new DataFit());
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Idx_files_are_the_same_on_disk(bool packed)
    {
        Directory.CreateDirectory(folder["data"]);
        foreach (var (name, count) in new[] { ("train", 13), ("t10k", 5) })
        {
            byte[] images = [.. Idx.Header(Idx.Images, (uint)count, 6, 7), .. Bytes(count * 42)];
            byte[] labels = Idx.LabelFile([.. Bytes(count)]);
            folder.Put($"data/{name}-images-idx3-ubyte", packed ? Idx.Gzip(images) : images);
            folder.Put($"data/{name}-labels-idx1-ubyte", packed ? Idx.Gzip(labels) : labels);
        }
        AssertSame(folder["data"], new DataFit());
        AssertSame(folder["data"], new DataFit { Binarization = Binarization.Static });
    }

    [Test]
    public void A_part_beside_another_has_what_the_first_leaves()
    {
        var first = new ImageSet(new byte[60], null, 10, 1);
        Assert.That(new LoadingOptions { Memory = 100 }.Beside(first).Memory, Is.EqualTo(40));
        Assert.That(new LoadingOptions { Memory = 100 }.Beside(Both(6, 10, 1, 1).Disk).Memory, Is.EqualTo(100));
    }

    [Test]
    public void A_file_without_room_says_what_it_needs_and_what_to_do()
    {
        folder.Put("file", [1]);
        Assert.That(
            () => new FileRows(3, 1000, folder["file"]),
            Throws.TypeOf<DataException>().With.Message.Contains(folder["file"]).And.Message.Contains("--memory"));
        Assert.That(
            () => new FileRows(int.MaxValue, int.MaxValue, folder["temporary"]),
            Throws.TypeOf<DataException>().With.Message.StartsWith("The data takes 4,611,686,014.13 GB in a temporary file"));
    }

    [Test]
    public void A_run_streamed_from_disk_is_that_of_memory_bit_for_bit()
    {
        string[] options = ["--epochs", "2"];
        Assert.That(Call.Of([.. Call.Train(folder, options), "--memory", "1GB"]).ExitCode, Is.EqualTo(ExitCode.Done));
        byte[] memory = Parameters();
        var disk = Call.Of([.. Call.Train(folder, options), "--memory", "20KB", "--overwrite"]);
        Assert.That(disk.ExitCode, Is.EqualTo(ExitCode.Done), disk.Error);
        Assert.That(disk.Error, Does.Contain("temporary files of").And.Contain("a batch at a time"));
        Assert.That(Parameters(), Is.EqualTo(memory));
        var more = Call.Of("train", "--resume", "--out", folder["run"], "--epochs", "3", "--memory", "0MB", "--device", "cpu");
        Assert.That(more.ExitCode, Is.EqualTo(ExitCode.Done), more.Error);
        string[] score = ["score", folder["run"], "--device", "cpu", "--out"];
        Assert.That(Call.Of([.. score, folder["memory.csv"]]).ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(Call.Of([.. score, folder["disk.csv"], "--memory", "1KB"]).ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(File.ReadAllText(folder["disk.csv"]), Is.EqualTo(File.ReadAllText(folder["memory.csv"])));
    }

    [TestCase("2", "such as 500MB or 2GB")]
    [TestCase("GB", "such as")]
    [TestCase("-1GB", "such as")]
    [TestCase("2XB", "such as")]
    public void An_amount_of_memory_that_is_none_is_refused(string text, string told)
    {
        var call = Call.Of("train", "--memory", text);
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Usage, call.Error)));
        Assert.That(call.Error, Does.StartWith("error: --memory").And.Contain(told));
    }

    private byte[] Parameters() =>
        [.. CheckpointFile.ReadParameters(folder["run/checkpoint.vae"]).Parameters.SelectMany(BitConverter.GetBytes)];

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private (ImageSet Memory, DiskImageSet Disk) Both(int count, int width, int height, int channels)
    {
        var (pixels, labels) = (Bytes(count * width * height * channels), Bytes(count));
        var rows = new FileRows(count, width * height * channels, folder["temporary"]);
        rows.Write(0, pixels);
        var disk = new DiskImageSet(rows, new ImageFormat(width, height, channels), labels);
        return (new ImageSet(pixels, labels, width, height, channels), disk);
    }

    private void AssertSame(string source, DataFit fit)
    {
        var memory = DataSource.Load(source, 5, new LoadingOptions { Threads = 2, Memory = 1 << 20 }, fit);
        var disk = DataSource.Load(source, 5, OnDisk, fit);
        Assert.That(memory.Test, Is.TypeOf<ImageSet>());
        Assert.That(disk.Test, Is.TypeOf<DiskImageSet>());
        Assert.That(disk.Fingerprint, Is.EqualTo(memory.Fingerprint));
        Assert.That(disk.Notes.SkipLast(1), Is.EqualTo(memory.Notes));
        AssertSame(disk.Train, memory.Train);
        AssertSame(disk.Test, memory.Test);
    }

    private static void AssertSame(ExampleSet disk, ExampleSet memory)
    {
        Assert.That((disk.Count, disk.Format), Is.EqualTo((memory.Count, memory.Format)));
        Assert.That(disk.Labels, Is.EqualTo(memory.Labels));
        Assert.That(disk.LabelNames, Is.EqualTo(memory.LabelNames));
        var (read, expected) = (new float[disk.Count * disk.Format.Size], new float[disk.Count * disk.Format.Size]);
        disk.CopyTo(0, read);
        memory.CopyTo(0, expected);
        Assert.That(read, Is.EqualTo(expected));
        for (var i = 0; i < disk.Count; i++)
            Assert.That(disk.Sources[i], Is.EqualTo(memory.Sources[i]));
    }
}
