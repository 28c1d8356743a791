using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using VaeGpu.Host.Pictures;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class PictureFileTests
{
    private readonly ScratchFolder folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void Our_own_pictures_are_read()
    {
        byte[] levels = [.. Enumerable.Range(0, 60).Select(i => (byte)(i * 4))];
        PngWriter.WriteGrey(folder["grey.png"], levels, 10, 6);
        PngWriter.WriteRgb(folder["rgb.png"], levels, 5, 4);
        var rgb = PngFile.Read("rgb.png", File.ReadAllBytes(folder["rgb.png"]));
        Assert.That(PngFile.Read("grey.png", File.ReadAllBytes(folder["grey.png"])).Levels, Is.EqualTo(levels));
        Assert.That(rgb.Channels, Is.EqualTo(3));
        Assert.That(rgb.Levels[..3], Is.EqualTo(new byte[] { 0, 12, 24 }));
        Assert.That(rgb.Levels[20..22], Is.EqualTo(new byte[] { 4, 16 }));
    }

    [Test]
    public void Every_filter_is_undone()
    {
        // Rows of 10, 20, 40 each, filtered by none, left, up, mean and Paeth.
        byte[] rows = [0, 10, 20, 40, 1, 10, 10, 20, 2, 0, 0, 0, 3, 5, 5, 10, 4, 0, 0, 0];
        var image = PngFile.Read("x.png", Png(3, 5, 8, 0, rows));
        Assert.That(image.Levels, Is.EqualTo(Enumerable.Repeat(new byte[] { 10, 20, 40 }, 5).SelectMany(row => row)));
    }

    [TestCase(1, 0b10100000, 255, 0)]
    [TestCase(2, 0b11010000, 255, 85)]
    [TestCase(4, 0xF3, 255, 51)]
    public void Small_depths_span_black_to_white(int depth, int bits, int first, int second) =>
        Assert.That(PngFile.Read("x.png", Png(2, 1, depth, 0, [0, (byte)bits])).Levels, Is.EqualTo(new[] { (byte)first, (byte)second }));

    [Test]
    public void Deep_transparent_and_palette_pictures_are_read()
    {
        Assert.Multiple(() =>
        {
            Assert.That(PngFile.Read("x", Png(1, 1, 16, 0, [0, 200, 99])).Levels, Is.EqualTo(new byte[] { 200 }));
            Assert.That(PngFile.Read("x", Png(1, 1, 8, 6, [0, 200, 100, 50, 51])).Levels, Is.EqualTo(new byte[] { 40, 20, 10 }));
            Assert.That(PngFile.Read("x", Png(1, 1, 8, 4, [0, 200, 0])).Levels, Is.EqualTo(new byte[] { 0 }));
            var palette = Chunk("PLTE", [9, 9, 9, 1, 2, 3]);
            Assert.That(PngFile.Read("x", Png(2, 1, 1, 3, [0, 0b01000000], palette)).Levels, Is.EqualTo(new byte[] { 9, 1, 9, 2, 9, 3 }));
        });
    }

    [Test]
    public void Faults_are_named()
    {
        var sound = Png(1, 1, 8, 0, [0, 7]);
        var flipped = sound.ToArray();
        flipped[20] ^= 1;
        Assert.Multiple(() =>
        {
            Assert.That(() => PngFile.Read("a.png", flipped), Refusal("checksum"));
            Assert.That(() => PngFile.Read("a.png", sound[..^8]), Refusal("cut short"));
            Assert.That(() => PngFile.Read("a.png", Png(1, 1, 8, 0, [0, 7], interlace: 1)), Refusal("interlaced"));
            Assert.That(() => PngFile.Read("a.png", Png(1, 2, 8, 0, [0, 7])), Refusal("cannot be unpacked"));
            Assert.That(() => PngFile.Read("a.png", Png(1, 1, 8, 0, [9, 7])), Refusal("filter 9"));
            Assert.That(() => PngFile.Read("a.png", Png(1, 1, 3, 0, [0, 7])), Refusal("3 bits"));
            Assert.That(() => PngFile.Read("a.png", Png(1, 1, 8, 3, [0, 7])), Refusal("palette"));
            Assert.That(() => PnmFile.Read("a.png", "P5 2 2 255 abc"u8.ToArray()), Refusal("cut short"));
            Assert.That(() => PnmFile.Read("a.png", "P2 2 2 255 1 2 3"u8.ToArray()), Refusal("level is missing"));
            Assert.That(() => PnmFile.Read("a.png", "P2 1 1 9 10"u8.ToArray()), Refusal("level 10"));
            Assert.That(() => PnmFile.Read("a.png", "P4 1 1 "u8.ToArray()), Refusal("P2, P3, P5, P6"));
        });
    }

    [TestCase("P2\n# a comment\n2 1\n# another\n15\n0 15", new byte[] { 0, 255 })]
    [TestCase("P3 1 2 255 1 2 3 4 5 6", new byte[] { 1, 4, 2, 5, 3, 6 })]
    [TestCase("P5 3 1 255\nabc", new byte[] { 97, 98, 99 })]
    [TestCase("P6 1 1 255\nabc", new byte[] { 97, 98, 99 })]
    public void Netpbm_pictures_are_read(string file, byte[] levels) =>
        Assert.That(PnmFile.Read("x", Encoding.ASCII.GetBytes(file)).Levels, Is.EqualTo(levels));

    [Test]
    public void A_smaller_picture_has_the_means_of_areas()
    {
        var image = new RasterImage([0, 100, 200, 100, 200, 100], 3, 2, 1);
        Assert.That(image.Resized(1, 1).Levels, Is.EqualTo(new byte[] { 117 }));
        Assert.That(image.Resized(2, 2).Levels, Is.EqualTo(new byte[] { 33, 167, 133, 133 }));
        Assert.That(image.Resized(3, 4).Levels, Is.EqualTo(new byte[] { 0, 100, 200, 0, 100, 200, 100, 200, 100, 100, 200, 100 }));
    }

    [Test]
    public void A_folder_has_its_sub_folders_as_classes_and_needs_one_size()
    {
        foreach (var (name, level) in new[] { ("cat/1.png", 10), ("cat/2.png", 20), ("dog/1.png", 30) })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
            PngWriter.WriteGrey(folder[name], new byte[12].Select(_ => (byte)level).ToArray(), 4, 3);
        }
        var data = DataSource.Load(folder.Path, seed: 1, threads: 2);
        Assert.That((data.Train.Count, data.Test.Count, data.Train.Width, data.Train.Height), Is.EqualTo((2, 1, 4, 3)));
        foreach (var set in new[] { data.Train, data.Test })
        {
            for (var i = 0; i < set.Count; i++)
                Assert.That(set.NameOf(set.Labels![i]), Is.EqualTo(set[i][0] == 30 ? "dog" : "cat"));
        }
        PngWriter.WriteGrey(folder["dog/2.png"], new byte[4], 2, 2);
        Assert.That(() => DataSource.Load(folder.Path, 1, 1), Refusal("--size"));
        Assert.That(DataSource.Load(folder.Path, 1, 1, new DataFit(2, 2)).Train.Size, Is.EqualTo(4));
        folder.Put("dog/3.jpg", [1]);
        Assert.That(() => DataSource.Load(folder.Path, 1, 1), Refusal("3.jpg"));
    }

    private static NUnit.Framework.Constraints.Constraint Refusal(string word) =>
        Throws.TypeOf<DataException>().With.Message.Contains(word);

    private static byte[] Png(int width, int height, int depth, int colour, byte[] rows, byte[]? more = null, byte interlace = 0)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)depth, (byte)colour, interlace);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(rows);
        return
        [
            0x89, .. "PNG"u8, 13, 10, 26, 10, .. Chunk("IHDR", header), .. more ?? [], .. Chunk("IDAT", packed.ToArray()),
                .. Chunk("IEND", []),
        ];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        byte[] ends = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(ends, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(ends.AsSpan(4), Crc32.Of(body));
        return [.. ends[..4], .. body, .. ends[4..]];
    }
}
