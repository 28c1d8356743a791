using System.Buffers.Binary;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Advanced;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Pbm;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Tga;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Memory;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace VaeGpu.Training.Data;

/// <summary>
/// Reads pictures; of several frames the first. Transparent pixels stand before black, 16-bit PNG levels keep their upper 8 bits, and
/// photographs are turned as their EXIF orientation says. A picture is gray where all its pixels are, unless it is a truecolor PNG.
/// </summary>
internal static class PictureFile
{
    /// <summary>Pictures of more pixels than this are refused: a damaged header must not take all memory.</summary>
    public const long MostPixels = 1 << 26;

    private static readonly SixLabors.ImageSharp.Configuration Formats = new(
        new PngConfigurationModule(), new JpegConfigurationModule(), new WebpConfigurationModule(), new GifConfigurationModule(),
        new BmpConfigurationModule(), new TiffConfigurationModule(), new PbmConfigurationModule(), new TgaConfigurationModule())
    {
        // Pictures are decoded side by side already. A 16-bit pixel takes 8 bytes.
        MaxDegreeOfParallelism = 1,
        MemoryAllocator = MemoryAllocator.Create(new MemoryAllocatorOptions { AllocationLimitMegabytes = (int)(8 * MostPixels >> 20) }),
    };

    private const string CutShort = "it is cut short";

    private static readonly PngDecoder Png = new() { IgnoreMetadata = true };

    /// <summary>Reads the picture that <paramref name="file"/>, the content of <paramref name="path"/>, holds.</summary>
    /// <exception cref="DataException">It is damaged, too large, or of a format that is not read.</exception>
    public static RasterImage Read(string path, byte[] file)
    {
        // The decoder of Netpbm does not scale levels to white exactly.
        if (file is [(byte)'P', >= (byte)'2' and <= (byte)'6' and not (byte)'4', ..])
            return PnmFile.Read(path, file);
        var format = Image.DetectFormat(Formats, file)
            ?? throw new DataException($"{path} is not a picture in a supported format; save it again as PNG.");
        try
        {
            return Decode(path, file, format);
        }
        catch (Exception error) when (error is not (DataException or OutOfMemoryException))
        {
            // Damaged bytes can make a decoder fail with any exception.
            var why = error.Message.ReplaceLineEndings(" ").TrimEnd('.');
            throw new DataException($"{path} is a damaged {format.Name} file: {why}; save it again.", error);
        }
    }

    private static RasterImage Decode(string path, byte[] file, IImageFormat format)
    {
        if (IsCutShort(file, format))
            throw new EndOfStreamException(CutShort);
        var configuration = Formats.Clone();
        configuration.StreamProcessingBufferSize = file.Length;
        var decoder = format is PngFormat ? Png : Formats.ImageFormatsManager.FindDecoder(format);
        var info = ((IImageInfoDetector)decoder).Identify(configuration, Open(file, format), default)
            ?? throw new InvalidDataException("its header cannot be read");
        if ((long)info.Width * info.Height > MostPixels)
            throw new DataException($"{path} claims {info.Width}×{info.Height} pixels, more than {MostPixels}; make it smaller.");
        var png = format is PngFormat ? info.Metadata.GetPngMetadata() : null;
        var opaque = png is { HasTransparency: false, ColorType: PngColorType.Grayscale or PngColorType.Rgb } || format is PbmFormat;
        var truecolor = png?.ColorType is PngColorType.Rgb or PngColorType.RgbWithAlpha;
        if (png?.BitDepth is PngBitDepth.Bit16)
        {
            var key = ColorKey(png);
            using var deep = decoder.Decode<Rgba64>(configuration, Open(file, format), default);
            return Levels(deep, pixel => UpperBytes(pixel, key), truecolor, opaque);
        }
        using var image = decoder.Decode<Rgba32>(configuration, Open(file, format), default);
        if (image.Metadata.ExifProfile is not null)
            image.Mutate(picture => picture.AutoOrient());
        return Levels(image, pixel => pixel, truecolor, opaque);
    }

    /// <summary>The transparent color of a 16-bit PNG file, which the decoder takes with its bytes swapped.</summary>
    private static Rgb48? ColorKey(PngMetadata png) => png switch
    {
        { TransparentL16: { } gray } => new Rgb48(Swapped(gray.PackedValue), Swapped(gray.PackedValue), Swapped(gray.PackedValue)),
        { TransparentRgb48: { } color } => new Rgb48(Swapped(color.R), Swapped(color.G), Swapped(color.B)),
        _ => null,
    };

    private static ushort Swapped(ushort value) => BinaryPrimitives.ReverseEndianness(value);

    private static Rgba32 UpperBytes(Rgba64 pixel, Rgb48? key)
    {
        var alpha = key is null ? pixel.A >> 8 : pixel.Rgb == key ? 0 : 255;
        return new((byte)(pixel.R >> 8), (byte)(pixel.G >> 8), (byte)(pixel.B >> 8), (byte)alpha);
    }

    /// <summary>The pixels as planes of bytes, before black.</summary>
    private static RasterImage Levels<TPixel>(Image<TPixel> image, Func<TPixel, Rgba32> bytes, bool colored, bool opaque)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        int size = image.Width * image.Height, at = 0;
        var levels = new byte[3 * size];
        for (var y = 0; y < image.Height; y++)
        {
            foreach (var stored in image.DangerousGetPixelRowMemory(y).Span)
            {
                var pixel = bytes(stored);
                for (var channel = 0; channel < 3; channel++)
                {
                    var level = channel switch { 0 => pixel.R, 1 => pixel.G, _ => pixel.B };
                    levels[channel * size + at] = (byte)((level * pixel.A + 127) / 255);
                }
                // A pixel that no row of the file has reached.
                if (opaque && pixel.A == 0)
                    throw new EndOfStreamException("its pixels are not all there");
                colored |= pixel.R != pixel.G || pixel.G != pixel.B;
                at++;
            }
        }
        return new RasterImage(colored ? levels : levels[..size], image.Width, image.Height, colored ? 3 : 1);
    }

    /// <summary>Decoders of these formats leave the rest of a picture blank where its file ends too early.</summary>
    private static bool IsCutShort(ReadOnlySpan<byte> file, IImageFormat format) => format switch
    {
        PngFormat => file.LastIndexOf("IEND"u8) < 0,
        // Some programs pad files with zeros.
        GifFormat => !file.TrimEnd((byte)0).EndsWith(";"u8),
        WebpFormat => BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) > file.Length - 8,
        _ => false,
    };

    private static MemoryStream Open(byte[] file, IImageFormat format) =>
        format is JpegFormat or BmpFormat or TgaFormat ? new WholeFile(file) : new MemoryStream(file, writable: false);

    /// <summary>
    /// Claims to go on and fails where it does not, so that a decoder cannot take the end of the file for that of the picture. With a
    /// buffer as long as the file it asks for more only when it needs that.
    /// </summary>
    private sealed class WholeFile(byte[] file) : MemoryStream(file, writable: false)
    {
        public override long Length => base.Length + 1;

        public override int Read(byte[] buffer, int offset, int count) =>
            Position < base.Length ? base.Read(buffer, offset, count) : throw new EndOfStreamException(CutShort);
    }
}
