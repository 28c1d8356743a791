using System.Buffers.Binary;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Tga;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Formats.Tiff.Constants;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.PixelFormats;

namespace VaeGpu.Fuzz;

/// <summary>Small sound pictures of every format.</summary>
internal static class PictureSamples
{
    private const int Width = 17, Height = 11;

    public static IEnumerable<(string Name, Sample[] Samples)> All()
    {
        yield return ("png",
        [
            Png(new PngEncoder { ColorType = PngColorType.Grayscale }),
            Png(new PngEncoder { ColorType = PngColorType.RgbWithAlpha, BitDepth = PngBitDepth.Bit16 }),
            Png(new PngEncoder { ColorType = PngColorType.Palette }), Png(new PngEncoder { InterlaceMethod = PngInterlaceMode.Adam7 }),
        ]);
        yield return ("jpeg",
        [
            Of(new JpegEncoder()), Of(new JpegEncoder { ColorType = JpegColorType.Luminance }),
            Of(new JpegEncoder { ColorType = JpegColorType.Cmyk }),
        ]);
        yield return ("gif", [Of(new GifEncoder())]);
        yield return ("bmp",
        [
            Of(new BmpEncoder { BitsPerPixel = BmpBitsPerPixel.Pixel24 }), Of(new BmpEncoder { BitsPerPixel = BmpBitsPerPixel.Pixel8 }),
        ]);
        yield return ("tiff",
        [
            .. ((TiffCompression[])[TiffCompression.None, TiffCompression.Lzw, TiffCompression.Deflate, TiffCompression.PackBits])
                .Select(compression => Of(new TiffEncoder { Compression = compression })),
            Of(new TiffEncoder { BitsPerPixel = TiffBitsPerPixel.Bit1, Compression = TiffCompression.CcittGroup4Fax }),
        ]);
        yield return ("webp",
        [
            Of(new WebpEncoder { FileFormat = WebpFileFormatType.Lossless }), Of(new WebpEncoder { FileFormat = WebpFileFormatType.Lossy }),
        ]);
        yield return ("tga", [Of(new TgaEncoder()), Of(new TgaEncoder { Compression = TgaCompression.RunLength })]);
        yield return ("pnm",
        [
            new("P2\n# a comment\n3 2\n255\n1 2 3 4 5 6\n"u8.ToArray()), new([.. "P5 4 2 255\n"u8, 1, 2, 3, 4, 5, 6, 7, 8]),
            new("P3 1 2 255 1 2 3 4 5 6 "u8.ToArray()), new([.. "P6 2 1 65535\n"u8, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6]),
            new("P1 3 1\n1 0 1\n"u8.ToArray()), new([.. "P4 9 1\n"u8, 0x55, 0]),
        ]);
    }

    private static Sample Of(IImageEncoder encoder) => new(Encoded(encoder));

    private static Sample Png(PngEncoder encoder) => new(Encoded(encoder), WithChecksums);

    private static byte[] Encoded(IImageEncoder encoder)
    {
        using var image = new Image<Rgba32>(Width, Height);
        for (var i = 0; i < Width * Height; i++)
            image[i % Width, i / Width] = new Rgba32((byte)(i * 3), (byte)(i / 2), (byte)(255 - i), (byte)(255 - i % 3));
        using var stream = new MemoryStream();
        image.Save(stream, encoder);
        return stream.ToArray();
    }

    /// <summary>A PNG file whose chunks have the checksums that belong to them.</summary>
    private static byte[] WithChecksums(byte[] file)
    {
        const int signature = 8, lengthAndType = 8;
        byte[] result = [.. file];
        for (long at = signature; at + lengthAndType <= result.Length;)
        {
            long end = at + lengthAndType + BinaryPrimitives.ReadUInt32BigEndian(result.AsSpan((int)at));
            if (end + sizeof(uint) > result.Length)
                break;
            uint sum = Crc(result.AsSpan((int)at + sizeof(uint), (int)(end - at) - sizeof(uint)));
            BinaryPrimitives.WriteUInt32BigEndian(result.AsSpan((int)end), sum);
            at = end + sizeof(uint);
        }
        return result;
    }

    /// <summary>CRC-32 as PNG has it.</summary>
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint rest = uint.MaxValue;
        foreach (byte value in bytes)
        {
            rest ^= value;
            for (var bit = 0; bit < 8; bit++)
                rest = (rest >> 1) ^ ((rest & 1) * 0xEDB88320);
        }
        return ~rest;
    }
}
