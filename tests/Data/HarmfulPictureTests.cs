using System.Buffers.Binary;
using System.Collections;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.PixelFormats;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

/// <summary>Pictures that claim more than they hold, and what memory pictures take.</summary>
public sealed class HarmfulPictureTests
{
    private const int AllowedBytes = 1 << 20;

    [Test]
    public void Lossless_pixels_that_claim_65536_groups_of_codes_are_refused_in_little_memory()
    {
        byte[] file = Riff(("VP8L", [0x2F, .. Word(63 | 63 << 14), .. Bits(ManyGroups)]));
        Assert.That(() => Refused(file, "65536 groups"), Is.LessThan(AllowedBytes));
    }

    [Test]
    public void An_alpha_channel_that_claims_65536_groups_of_codes_is_refused_in_little_memory()
    {
        byte[] lossy = Saved(new WebpEncoder { FileFormat = WebpFileFormatType.Lossy, UseAlphaCompression = false });
        byte[] file = Riff(("VP8X", [0x10, 0, 0, 0, 63, 0, 0, 63, 0, 0]), ("ALPH", [1, .. Bits(ManyGroups)]), ("VP8 ", lossy[20..]));
        Assert.That(() => Refused(file, "65536 groups"), Is.LessThan(AllowedBytes));
    }

    [TestCase("VP8L"), TestCase("VP8 "), TestCase("VP8X")]
    public void A_chunk_of_webp_that_ends_after_its_file_is_refused_in_little_memory(string chunk)
    {
        byte[] file = Riff((chunk, new byte[90]));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), 255 << 20);
        Assert.That(() => Refused(file, "its chunks are damaged"), Is.LessThan(AllowedBytes));
    }

    [TestCase(1, 1), TestCase(37, 23), TestCase(300, 200)]
    public void Lossless_pictures_of_many_and_of_few_colors_are_read(int width, int height)
    {
        foreach (int colors in new[] { 1, 2, 5, 17, 1 << 24 })
        {
            var random = new Random(width);
            using var image = new Image<Rgb24>(width, height);
            var levels = new byte[3 * width * height];
            for (var i = 0; i < width * height; i++)
            {
                int color = random.Next(colors) + (colors > 17 ? i : 0);
                var pixel = new Rgb24((byte)(color * 5), (byte)(color >> 8), (byte)(color >> 16));
                image[i % width, i / width] = pixel;
                (levels[i], levels[width * height + i], levels[2 * width * height + i]) = (pixel.R, pixel.G, pixel.B);
            }
            using var file = new MemoryStream();
            image.Save(file, new WebpEncoder { FileFormat = WebpFileFormatType.Lossless });
            Assert.That(PictureFile.Read("x", file.ToArray()).WithChannels(3).Levels, Is.EqualTo(levels), $"{colors} colors, seed {width}");
        }
    }

    [Test]
    public void A_small_picture_takes_little_memory_beside_its_levels()
    {
        byte[] file = Saved(new PngEncoder { ColorType = PngColorType.Grayscale });
        long taken = Allocated(() => PictureFile.Read("x", file));
        Assert.That(taken - 64 * 64, Is.LessThan(5000));
    }

    /// <summary>No transforms, no cache, many groups: blocks of 2⁹ pixels, all of red 255 and green 255. Each code is one symbol.</summary>
    private static bool[] ManyGroups =>
    [
        .. Of("0 0 1"), .. Of("1 1 1"), .. Of("0"), .. Of("1 0 1 11111111"), .. Of("1 0 1 11111111"),
        .. Of("1 0 0 0"), .. Of("1 0 0 0"), .. Of("1 0 0 0"),
    ];

    private static bool[] Of(string bits) => [.. bits.Where(bit => bit != ' ').Select(bit => bit == '1')];

    /// <summary>Bits in bytes, the lowest first.</summary>
    private static byte[] Bits(bool[] bits)
    {
        var bytes = new byte[(bits.Length + 7) / 8];
        new BitArray(bits).CopyTo(bytes, 0);
        return bytes;
    }

    private static byte[] Word(int value) => BitConverter.GetBytes(value);

    private static byte[] Riff(params (string Type, byte[] Content)[] chunks)
    {
        byte[] content =
        [
            .. "WEBP"u8,
            .. chunks.SelectMany(chunk => (byte[])
                [.. chunk.Type.Select(letter => (byte)letter), .. Word(chunk.Content.Length), .. chunk.Content,
                    .. new byte[chunk.Content.Length & 1]]),
        ];
        return [.. "RIFF"u8, .. Word(content.Length), .. content];
    }

    private static byte[] Saved(SixLabors.ImageSharp.Formats.IImageEncoder encoder)
    {
        using var image = new Image<Rgba32>(64, 64, new Rgba32(9, 9, 9));
        using var file = new MemoryStream();
        image.Save(file, encoder);
        return file.ToArray();
    }

    /// <summary>The bytes that were allocated to refuse a file.</summary>
    private static long Refused(byte[] file, string words) => Allocated(() => Assert.That(
        () => PictureFile.Read("x.webp", file), Throws.TypeOf<DataException>().With.Message.Contains(words)));

    /// <summary>Allocated bytes of the second of two calls.</summary>
    private static long Allocated(Action read)
    {
        read();
        long before = GC.GetAllocatedBytesForCurrentThread();
        read();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
