using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Tga;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;
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
        new Picture(levels, 10, 6).Write(folder["gray.png"]);
        new Picture(levels, 5, 4, 3).Write(folder["rgb.png"]);
        var rgb = PictureFile.Read("rgb.png", File.ReadAllBytes(folder["rgb.png"]));
        Assert.That(PictureFile.Read("gray.png", File.ReadAllBytes(folder["gray.png"])).Levels, Is.EqualTo(levels));
        Assert.That(rgb.Channels, Is.EqualTo(3));
        Assert.That(rgb.Levels[..3], Is.EqualTo(new byte[] { 0, 12, 24 }));
        Assert.That(rgb.Levels[20..22], Is.EqualTo(new byte[] { 4, 16 }));
    }

    [Test]
    public void Every_filter_is_undone()
    {
        // Rows of 10, 20, 40 each, filtered by none, left, up, mean and Paeth.
        byte[] rows = [0, 10, 20, 40, 1, 10, 10, 20, 2, 0, 0, 0, 3, 5, 5, 10, 4, 0, 0, 0];
        var image = PictureFile.Read("x.png", Png(3, 5, 8, 0, rows));
        Assert.That(image.Levels, Is.EqualTo(Enumerable.Repeat(new byte[] { 10, 20, 40 }, 5).SelectMany(row => row)));
    }

    [TestCase(1, 0b10100000, 255, 0)]
    [TestCase(2, 0b11010000, 255, 85)]
    [TestCase(4, 0xF3, 255, 51)]
    public void Small_depths_span_black_to_white(int depth, int bits, int first, int second) =>
        Assert.That(
            PictureFile.Read("x.png", Png(2, 1, depth, 0, [0, (byte)bits])).Levels, Is.EqualTo(new[] { (byte)first, (byte)second }));

    [Test]
    public void Deep_transparent_and_palette_pictures_are_read()
    {
        Assert.Multiple(() =>
        {
            Assert.That(PictureFile.Read("x", Png(1, 1, 16, 0, [0, 200, 99])).Levels, Is.EqualTo(new byte[] { 200 }));
            Assert.That(PictureFile.Read("x", Png(1, 1, 8, 6, [0, 200, 100, 50, 51])).Levels, Is.EqualTo(new byte[] { 40, 20, 10 }));
            Assert.That(PictureFile.Read("x", Png(1, 1, 8, 4, [0, 200, 0])).Levels, Is.EqualTo(new byte[] { 0 }));
            var palette = Chunk("PLTE", [9, 9, 9, 1, 2, 3]);
            Assert.That(
                PictureFile.Read("x", Png(2, 1, 1, 3, [0, 0b01000000], palette)).Levels, Is.EqualTo(new byte[] { 9, 1, 9, 2, 9, 3 }));
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
            Assert.That(() => PictureFile.Read("a.png", flipped), Refusal("CRC"));
            Assert.That(() => PictureFile.Read("a.png", sound[..^8]), Refusal("cut short"));
            Assert.That(() => PictureFile.Read("a.png", Png(1, 2, 8, 0, [0, 7])), Refusal("not all there"));
            Assert.That(() => PictureFile.Read("a.png", Png(1, 1, 8, 0, [9, 7])), Refusal("a.png"));
            Assert.That(() => PictureFile.Read("a.png", Png(1, 1, 3, 0, [0, 7])), Refusal("a.png"));
            Assert.That(() => PictureFile.Read("a.png", Png(1, 1, 8, 3, [0, 7])), Refusal("a.png"));
            Assert.That(() => PictureFile.Read("a.png", "P5 2 2 255 abc"u8.ToArray()), Refusal("cut short"));
            Assert.That(() => PictureFile.Read("a.png", "P2 2 2 255 1 2 3"u8.ToArray()), Refusal("level is missing"));
            Assert.That(() => PictureFile.Read("a.png", "P2 1 1 9 10"u8.ToArray()), Refusal("level 10"));
            Assert.That(() => PictureFile.Read("a.png", "P4 9 9 "u8.ToArray()), Refusal("a.png"));
            Assert.That(() => PictureFile.Read("a.png", []), Refusal("format"));
            Assert.That(() => PictureFile.Read("a.png", Png(70_000, 70_000, 8, 0, [0])), Refusal("70000×70000"));
            Assert.That(() => PictureFile.Read("a.png", Png(1, 70_000, 1, 0, new byte[140_000])), Refusal("1×70000"));
            Assert.That(() => PictureFile.Read("a.png", Png(8000, 8000, 1, 0, [0])), Refusal("8000×8000 pixels in"));
            Assert.That(() => PictureFile.Read("a.ppm", "P6 70000 70000 255 "u8.ToArray()), Refusal("70000×70000"));
        });
    }

    [TestCase(0, 8, new byte[] { 0, 7 }, new byte[] { 0, 9, 7, 9 }, new byte[] { 9, 0, 9 })]
    [TestCase(0, 2, new byte[] { 0, 1 }, new byte[] { 0, 0b10_01_11_00 }, new byte[] { 170, 0, 255 })]
    [TestCase(0, 16, new byte[] { 1, 7 }, new byte[] { 0, 1, 7, 1, 8, 2, 7 }, new byte[] { 0, 1, 2 })]
    [TestCase(2, 8, new byte[] { 0, 1, 0, 2, 0, 3 }, new byte[] { 0, 1, 2, 4, 1, 2, 3, 3, 2, 1 }, new byte[] { 1, 0, 3, 2, 0, 2, 4, 0, 1 })]
    [TestCase(2, 16, new byte[] { 0, 1, 0, 2, 3, 4 },
        new byte[] { 0, 0, 1, 0, 2, 3, 4, 9, 1, 0, 2, 3, 4, 1, 0, 2, 0, 4, 3 }, new byte[] { 0, 9, 1, 0, 0, 2, 0, 3, 4 })]
    public void A_color_key_is_transparent(int color, int depth, byte[] key, byte[] row, byte[] levels) =>
        Assert.That(PictureFile.Read("x", Png(3, 1, depth, color, row, Chunk("tRNS", key))).Levels, Is.EqualTo(levels));

    [TestCase(0, 1, new byte[] { 0, 1 }, new byte[] { 0, 0xF0 }, new byte[] { 0, 0, 0 })]
    [TestCase(4, 16, new byte[0], new byte[] { 0, 200, 9, 51, 0, 100, 0, 255, 255, 7, 7, 0, 0 }, new byte[] { 40, 100, 0 })]
    public void Small_and_deep_levels_stand_before_black(int color, int depth, byte[] key, byte[] row, byte[] levels) =>
        Assert.That(
            PictureFile.Read("x", Png(3, 1, depth, color, row, key.Length > 0 ? Chunk("tRNS", key) : null)).Levels, Is.EqualTo(levels));

    [Test]
    public void A_palette_may_be_transparent()
    {
        byte[] palette = [.. Chunk("PLTE", [200, 100, 50, 1, 2, 3]), .. Chunk("tRNS", [51])];
        Assert.That(PictureFile.Read("x", Png(2, 1, 8, 3, [0, 0, 1], palette)).Levels, Is.EqualTo(new byte[] { 40, 1, 20, 2, 10, 3 }));
    }

    [TestCase(WebpFileFormatType.Lossy, 8)]
    [TestCase(WebpFileFormatType.Lossless, 0)]
    public void Half_transparent_pixels_of_a_WebP_file_stand_before_black(WebpFileFormatType kind, int error)
    {
        using var image = new Image<Rgba32>(16, 16, new Rgba32(200, 100, 50, 51));
        byte[] levels = PictureFile.Read("x", Saved(image, new WebpEncoder { FileFormat = kind })).Levels;
        Assert.That(new[] { levels[0], levels[256], levels[512] }, Is.EqualTo(new[] { 40, 20, 10 }).Within(error));
    }

    [Test]
    public void The_first_of_several_frames_is_read()
    {
        using var frames = new Image<Rgb24>(3, 1, new Rgb24(200, 100, 50));
        using var second = new Image<Rgb24>(3, 1, new Rgb24(1, 2, 3));
        frames.Frames.AddFrame(second.Frames.RootFrame);
        foreach (IImageEncoder encoder in (IImageEncoder[])[new GifEncoder(), new TiffEncoder()])
            Assert.That(
                PictureFile.Read("x", Saved(frames, encoder)).Levels, Is.EqualTo(new byte[] { 200, 200, 200, 100, 100, 100, 50, 50, 50 }));
    }

    [Test, CancelAfter(20_000)]
    public void Interlaced_files_that_keep_a_decoder_busy_forever_are_refused(CancellationToken late)
    {
        using var image = new Image<Rgba32>(17, 11, new Rgba32(1, 2, 3, 4));
        byte[] file = Saved(image, new PngEncoder { InterlaceMethod = PngInterlaceMode.Adam7 });
        int data = file.AsSpan().IndexOf("IDAT"u8), length = file[data - 1];
        int refused = 0;
        Task reading = Task.Run(
            () =>
            {
                for (int at = data + 4; at < data + 4 + length; at++)
                {
                    byte[] damaged = [.. file];
                    damaged[at] ^= 0x20;
                    BinaryPrimitives.WriteUInt32BigEndian(
                        damaged.AsSpan(data + 4 + length), Pictures.Png.Crc(damaged.AsSpan(data, length + 4)));
                    refused += IsRefused(damaged) ? 1 : 0;
                    Assert.That(IsRefused([.. file[..at], .. file[(at + 1)..]]), Is.True, $"without byte {at}");
                }
            },
            late);
        Assert.That(() => reading.Wait(late), Throws.Nothing);
        // Some bits are between the end of the packed rows and their checksum.
        Assert.That(refused, Is.GreaterThan(length - 4));

        static bool IsRefused(byte[] file)
        {
            try
            {
                PictureFile.Read("x", file);
                return false;
            }
            catch (DataException)
            {
                return true;
            }
        }
    }

    private static IEnumerable<IImageEncoder> TransparentEncoders()
    {
        yield return new TgaEncoder { BitsPerPixel = TgaBitsPerPixel.Pixel32 };
        yield return new BmpEncoder { BitsPerPixel = BmpBitsPerPixel.Pixel32, SupportTransparency = true };
    }

    [TestCaseSource(nameof(TransparentEncoders))]
    public void Transparent_pixels_of_every_format_are_black(IImageEncoder encoder)
    {
        using var image = new Image<Rgba32>(2, 1, new Rgba32(200, 100, 50, 255));
        image[1, 0] = new Rgba32(255, 255, 255, 0);
        byte[] levels = PictureFile.Read("x", Saved(image, encoder)).Levels;
        Assert.That(levels, Is.EqualTo(new[] { 200, 0, 100, 0, 50, 0 }).Within(6));
    }

    [Test]
    public void A_transparent_index_of_a_GIF_file_is_black()
    {
        byte[] file =
        [
            .. "GIF89a"u8, 2, 0, 1, 0, 0x80, 0, 0, 200, 100, 50, 255, 255, 255, 0x21, 0xF9, 4, 1, 0, 0, 1, 0,
            0x2C, 0, 0, 0, 0, 2, 0, 1, 0, 0, 2, 2, 0x44, 0x0A, 0, 0x3B,
        ];
        Assert.That(PictureFile.Read("x", file).Levels, Is.EqualTo(new byte[] { 200, 0, 100, 0, 50, 0 }));
    }

    [Test]
    public void An_interlaced_picture_is_read()
    {
        using var image = new Image<L8>(9, 7);
        for (var i = 0; i < 63; i++)
            image[i % 9, i / 9] = new L8((byte)(4 * i));
        var file = Saved(image, new PngEncoder { ColorType = PngColorType.Grayscale, InterlaceMethod = PngInterlaceMode.Adam7 });
        Assert.That(PictureFile.Read("x", file).Levels, Is.EqualTo(Enumerable.Range(0, 63).Select(i => (byte)(4 * i))));
    }

    private static IEnumerable<TestCaseData> Encoders()
    {
        yield return new TestCaseData(new JpegEncoder { Quality = 100 }, 6);
        yield return new TestCaseData(new JpegEncoder { Quality = 100, ColorType = JpegColorType.Cmyk }, 6);
        yield return new TestCaseData(new WebpEncoder { FileFormat = WebpFileFormatType.Lossless }, 0);
        yield return new TestCaseData(new GifEncoder(), 6);
        yield return new TestCaseData(new BmpEncoder(), 0);
        yield return new TestCaseData(new TiffEncoder(), 0);
        yield return new TestCaseData(new TgaEncoder(), 0);
    }

    [TestCaseSource(nameof(Encoders))]
    public void Other_formats_are_read_and_cut_files_are_refused(IImageEncoder encoder, int error)
    {
        using var image = Halves();
        var file = Saved(image, encoder);
        var read = PictureFile.Read("x", file);
        Assert.That((read.Width, read.Height, read.Channels), Is.EqualTo((16, 8, 3)));
        foreach (var (x, color) in new[] { (2, new[] { 200, 40, 0 }), (13, new[] { 0, 80, 160 }) })
        {
            for (var channel = 0; channel < 3; channel++)
                Assert.That(read.Levels[channel * 128 + 3 * 16 + x], Is.EqualTo(color[channel]).Within(error));
        }
        Assert.That(() => PictureFile.Read("my cut picture", file[..(file.Length * 2 / 3)]), Refusal("my cut picture"));
    }

    [Test]
    public void A_GIF_file_padded_with_zeros_is_read()
    {
        using var image = Halves();
        var file = Saved(image, new GifEncoder());
        Assert.That(PictureFile.Read("x", (byte[])[.. file, 0, 0, 0]).Levels, Is.EqualTo(PictureFile.Read("x", file).Levels));
    }

    [Test]
    public void A_photograph_is_turned_as_its_camera_was()
    {
        using var image = Halves();
        image.Metadata.ExifProfile = new ExifProfile();
        image.Metadata.ExifProfile.SetValue(ExifTag.Orientation, (ushort)6);
        var read = PictureFile.Read("x", Saved(image, new JpegEncoder { Quality = 100 }));
        Assert.That((read.Width, read.Height), Is.EqualTo((8, 16)));
        Assert.That(new[] { read.Levels[2 * 8 + 3], read.Levels[13 * 8 + 3] }, Is.EqualTo(new[] { 200, 0 }).Within(6));
    }

    [Test]
    public void Gray_photographs_have_one_channel_and_transparent_pixels_stand_before_black()
    {
        using var gray = new Image<L8>(5, 4, new L8(90));
        Assert.That(PictureFile.Read("x", Saved(gray, new JpegEncoder())).Levels, Is.EqualTo(Enumerable.Repeat((byte)90, 20)));
        using var clear = new Image<Rgba32>(2, 1, new Rgba32(200, 100, 50, 51));
        var read = PictureFile.Read("x", Saved(clear, new WebpEncoder { FileFormat = WebpFileFormatType.Lossless }));
        Assert.That(read.Levels, Is.EqualTo(new byte[] { 40, 40, 20, 20, 10, 10 }));
    }

    /// <summary>Red at left and blue at right.</summary>
    private static Image<Rgb24> Halves()
    {
        var image = new Image<Rgb24>(16, 8);
        for (var i = 0; i < 128; i++)
            image[i % 16, i / 16] = i % 16 < 8 ? new Rgb24(200, 40, 0) : new Rgb24(0, 80, 160);
        return image;
    }

    private static byte[] Saved(Image image, IImageEncoder encoder)
    {
        using var stream = new MemoryStream();
        image.Save(stream, encoder);
        return stream.ToArray();
    }

    [TestCase("P4 9 1\n\x55\x00", new byte[] { 255, 0, 255, 0, 255, 0, 255, 0, 255 })]
    [TestCase("P1 3 1\n1 0 1\n", new byte[] { 0, 255, 0 })]
    [TestCase("P2\n# a comment\n2 1\n# another\n15\n0 15", new byte[] { 0, 255 })]
    [TestCase("P3 1 2 255 1 2 3 4 5 6", new byte[] { 1, 4, 2, 5, 3, 6 })]
    [TestCase("P5 3 1 255\nabc", new byte[] { 97, 98, 99 })]
    [TestCase("P6 1 1 255\nabc", new byte[] { 97, 98, 99 })]
    public void Netpbm_pictures_are_read(string file, byte[] levels) =>
        Assert.That(PictureFile.Read("x", Encoding.ASCII.GetBytes(file)).Levels, Is.EqualTo(levels));

    [TestCase("P5 1 1 100\n", new byte[] { 100 }, 255, 200)]
    [TestCase("P2 1 1 254\n", new byte[] { (byte)'2', (byte)'5', (byte)'4' }, 255, 254)]
    [TestCase("P5 1 1 65535\n", new byte[] { 251, 1 }, 250, 2)]
    [TestCase("P5 1 1 4095\n", new byte[] { 15, 255 }, 255, 255)]
    public void Levels_of_Netpbm_reach_white_where_those_of_the_library_do_not(string header, byte[] data, int level, int ofLibrary)
    {
        byte[] file = [.. Encoding.ASCII.GetBytes(header), .. data];
        using var image = Image.Load<L8>(file);
        Assert.That((PictureFile.Read("x", file).Levels[0], image[0, 0].PackedValue), Is.EqualTo((level, ofLibrary)));
    }

    [Test]
    public void The_library_reads_Netpbm_files_that_are_cut_short()
    {
        byte[] file = [.. "P5 2 2 255\nabc"u8];
        Assert.That(() => Image.Load<L8>(file).Dispose(), Throws.Nothing);
        Assert.That(() => PictureFile.Read("x", file), Refusal("cut short"));
    }

    [Test]
    public void The_box_filter_of_the_library_has_the_means_of_areas_only_where_these_are_whole_pixels()
    {
        byte[] levels = [0, 100, 200, 100, 200, 100];
        Assert.That(OfLibrary(1, 1), Is.EqualTo(new RasterImage(levels, 3, 2, 1).Resized(1, 1).Levels));
        Assert.That(OfLibrary(2, 2), Is.EqualTo(new byte[] { 50, 200, 150, 100 }));

        byte[] OfLibrary(int width, int height)
        {
            using var image = Image.LoadPixelData<L8>(levels, 3, 2);
            image.Mutate(picture => picture.Resize(width, height, KnownResamplers.Box));
            var resized = new byte[width * height];
            image.CopyPixelDataTo(resized);
            return resized;
        }
    }

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
            new Picture(new byte[12].Select(_ => (byte)level).ToArray(), 4, 3).Write(folder[name]);
        }
        var data = DataSource.Load(folder.Path, seed: 1, threads: 2);
        Assert.That((data.Train.Count, data.Test.Count, data.Format), Is.EqualTo((2, 1, new ImageFormat(4, 3))));
        foreach (var set in new[] { data.Train, data.Test })
        {
            for (var i = 0; i < set.Count; i++)
                Assert.That(set.NameOf(set.Labels![i]), Is.EqualTo(set.Pixels[12 * i] == 30 ? "dog" : "cat"));
        }
        new Picture(new byte[4], 2, 2).Write(folder["dog/2.png"]);
        Assert.That(() => DataSource.Load(folder.Path, 1, 1), Refusal("--size"));
        Assert.That(DataSource.Load(folder.Path, 1, 1, new DataFit { Size = (2, 2) }).Format.Size, Is.EqualTo(4));
        folder.Put("dog/3.heic", [1]);
        Assert.That(() => DataSource.Load(folder.Path, 1, 1), Refusal("3.heic"));
    }

    private static NUnit.Framework.Constraints.Constraint Refusal(string word) =>
        Throws.TypeOf<DataException>().With.Message.Contains(word);

    private static byte[] Png(int width, int height, int depth, int color, byte[] rows, byte[]? more = null)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = ((byte)depth, (byte)color);
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
        BinaryPrimitives.WriteUInt32BigEndian(ends.AsSpan(4), Pictures.Png.Crc(body));
        return [.. ends[..4], .. body, .. ends[4..]];
    }
}
