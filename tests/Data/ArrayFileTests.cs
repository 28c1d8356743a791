using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

/// <summary>Arrays as people have them.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ArrayFileTests
{
    private readonly ScratchFolder folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase("|u1")]
    [TestCase("|b1")]
    public void Zeros_and_ones_are_black_and_white(string type)
    {
        byte[] bits = [.. Enumerable.Range(0, 48).Select(i => (byte)(i % 3 == 0 ? 1 : 0))];
        var data = Load(Npy(type, "(4, 3, 4)", bits));
        Assert.That(data.Format, Is.EqualTo(new ImageFormat(4, 3)));
        Assert.That(data.Train.Pixels, Is.All.EqualTo(0).Or.EqualTo(255));
        Assert.That(data.Train.Pixels.Concat(data.Test.Pixels).Count(level => level == 255), Is.EqualTo(16));
        Assert.That(data.Notes.Single(), Does.Contain("black and white"));
    }

    [TestCase("(2, 3, 4)", 4, 3, 1)]
    [TestCase("(2, 1, 3, 4)", 4, 3, 1)]
    [TestCase("(2, 3, 4, 1)", 4, 3, 1)]
    [TestCase("(2, 3, 2, 2)", 2, 2, 3)]
    [TestCase("(2, 2, 2, 3)", 2, 2, 3)]
    public void Numbers_from_0_to_1_are_pictures(string shape, int width, int height, int channels)
    {
        float[] values = [.. Enumerable.Range(0, 24).Select(i => i / 23f)];
        var data = Load(Npy("<f4", shape, values), new DataOptions());
        Assert.That(data.Format, Is.EqualTo(new ImageFormat(width, height, channels)));
        byte[] levels = [.. values.Select(value => (byte)MathF.Round(255 * value))];
        Assert.That(data.Train.Pixels.Concat(data.Test.Pixels).Order(), Is.EqualTo(levels));
        Assert.That(data.Notes.Single(), Does.Contain("taken as pictures").And.Contain("--as table"));
    }

    [Test]
    public void An_array_in_doubt_is_refused_and_taken_as_asked()
    {
        float[] values = [.. Enumerable.Range(0, 24).Select(i => i - 3f)];
        byte[] file = Npy("<f4", "(4, 2, 3)", values);
        foreach (ArrayKind kind in (ArrayKind[])[ArrayKind.Auto, ArrayKind.Images])
            Assert.That(
                () => Load(file, new DataOptions { As = kind }), Throws.TypeOf<DataException>().With.Message.Contains("--as table"));
        Assert.That(Load(file, new DataOptions { As = ArrayKind.Table }).Columns, Has.Count.EqualTo(6));
        Assert.That(Load(Npy("|u1", "(4, 3)", [1, 2, 3, 4, 5, 7, 9, 8, 7, 6, 5, 4]), new DataOptions { As = ArrayKind.Table }).Columns,
            Has.Count.EqualTo(3));
        Assert.That(
            () => DataSource.Load("digits", 1, 1, new DataFit { Options = new DataOptions { As = ArrayKind.Table } }),
            Throws.TypeOf<DataException>().With.Message.Contains("--as and --member are for"));
    }

    [Test]
    public void An_archive_has_named_arrays()
    {
        using (var archive = ZipFile.Open(folder["a.npz"], ZipArchiveMode.Create))
        {
            foreach (string name in (string[])["x", "y"])
            {
                using Stream stream = archive.CreateEntry($"{name}.npy").Open();
                stream.Write(Npy("|u1", name == "x" ? "(4, 1, 3)" : "(4, 3)", [1, 2, 3, 4, 5, 7, 9, 8, 7, 6, 5, 4]));
            }
        }
        DataSplit Archive(string? member) =>
            DataSource.Load(folder["a.npz"], 1, 1, new DataFit { Options = new DataOptions { Member = member } });
        Assert.That(Archive("x").Format, Is.EqualTo(new ImageFormat(3, 1)));
        Assert.That(() => Archive(null), Throws.TypeOf<DataException>().With.Message.Contains("x, y").And.Message.Contains("--member"));
        Assert.That(() => Archive("z"), Throws.TypeOf<DataException>().With.Message.Contains("no array \"z\""));
        folder.Put("a.npz", "PK and so on"u8.ToArray());
        Assert.That(() => Archive(null), Throws.TypeOf<DataException>().With.Message.Contains("damaged"));
    }

    [Test]
    public void An_archive_that_claims_more_than_it_can_hold_is_refused_before_memory_is_taken()
    {
        using (var archive = ZipFile.Open(folder["a.npz"], ZipArchiveMode.Create))
        using (var entry = archive.CreateEntry("a.npy").Open())
            entry.Write(Npy("<f4", "2, 3", [1, 2, 3, 4, 5, 6]));
        const int lengthAt = 24;
        byte[] file = File.ReadAllBytes(folder["a.npz"]);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(file.AsSpan().IndexOf("PK\u0001\u0002"u8) + lengthAt), 1 << 30);
        folder.Put("a.npz", file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(
            () => DataSource.Load(folder["a.npz"], 1, 1),
            Throws.TypeOf<DataException>().With.Message.Contains("a damaged .npz file").And.Message.Contains("claims 1073741824 bytes"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 24));
    }

    private DataSplit Load(byte[] file, DataOptions? options = null) =>
        DataSource.Load(folder.Put("a.npy", file), 1, 1, new DataFit { Options = options ?? new DataOptions() });

    private static byte[] Npy(string type, string shape, float[] values) =>
        Npy(type, shape, MemoryMarshal.AsBytes<float>(values).ToArray());

    private static byte[] Npy(string type, string shape, byte[] values)
    {
        byte[] header = Encoding.ASCII.GetBytes($"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}\n");
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. header, .. values];
    }
}
