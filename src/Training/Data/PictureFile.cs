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
using SixLabors.ImageSharp.Metadata;
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

    private const int MostSide = 1 << 16;

    /// <summary>A picture of more pixels than <see cref="Small"/> has so many for each byte of its file at most.</summary>
    private const int MostPixelsOfByte = 1 << 10;

    private const int Small = 1 << 22;

    /// <summary>16-bit pixels take twice the memory.</summary>
    private const long MostDeepPixels = MostPixels / 2;

    private static readonly MemoryAllocator Memory = MemoryAllocator.Create(
        new MemoryAllocatorOptions { AllocationLimitMegabytes = (int)(sizeof(int) * MostPixels >> 20) });

    private static readonly SixLabors.ImageSharp.Configuration Formats = new(
        new PngConfigurationModule(), new JpegConfigurationModule(), new WebpConfigurationModule(), new GifConfigurationModule(),
        new BmpConfigurationModule(), new TiffConfigurationModule(), new PbmConfigurationModule(), new TgaConfigurationModule())
    {
        // Pictures are decoded side by side already.
        MaxDegreeOfParallelism = 1,
        MemoryAllocator = Memory,
    };

    /// <summary>
    /// The same for each thread, since the size of its buffer is that of the file. To make one takes more than a small picture.
    /// </summary>
    private static readonly ThreadLocal<SixLabors.ImageSharp.Configuration> FormatsOfThread = new(Formats.Clone);

    private const string CutShort = "it is cut short";
    private const int BmpPixelsAt = 10;

    private static readonly PngDecoder Png = new() { IgnoreMetadata = true };
    private static readonly GifDecoder Gif = new() { DecodingMode = FrameDecodingMode.First };
    private static readonly TiffDecoder Tiff = new() { DecodingMode = FrameDecodingMode.First };

    /// <summary>Gives the memory back that is kept for further pictures.</summary>
    public static void ReleaseMemory() => Memory.ReleaseRetainedResources();

    /// <summary>Reads the picture that <paramref name="file"/>, the content of <paramref name="path"/>, holds.</summary>
    /// <exception cref="DataException">It is damaged, too large, or of a format that is not read.</exception>
    public static RasterImage Read(string path, ArraySegment<byte> file)
    {
        // The decoder of Netpbm does not scale levels to white: see PnmFile.
        if (file.AsSpan() is [(byte)'P', >= (byte)'2' and <= (byte)'6' and not (byte)'4', ..])
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
            if (error is NotSupportedException)
                throw new DataException($"{path} is a {format.Name} file of a kind that is not read: {why}; save it again as PNG.", error);
            throw new DataException($"{path} is a damaged {format.Name} file: {why}; save it again.", error);
        }
    }

    private static RasterImage Decode(string path, ArraySegment<byte> file, IImageFormat format)
    {
        if (IsCutShort(file, format))
            throw new EndOfStreamException(format is PngFormat or WebpFormat ? $"{CutShort}, or its chunks are damaged" : CutShort);
        if (format is PngFormat && !PngFile.HasWholePasses(file))
            throw new EndOfStreamException("its pixels are not all there");
        var configuration = FormatsOfThread.Value!;
        configuration.StreamProcessingBufferSize = file.Count;
        IImageDecoder decoder = format switch
        {
            PngFormat => Png, GifFormat => Gif, TiffFormat => Tiff, _ => Formats.ImageFormatsManager.FindDecoder(format),
        };
        var info = ((IImageInfoDetector)decoder).Identify(configuration, Open(file, format), default)
            ?? throw new InvalidDataException("its header cannot be read");
        var png = format is PngFormat ? info.Metadata.GetPngMetadata() : null;
        ThrowIfTooLarge(path, info.Width, info.Height, png?.BitDepth is PngBitDepth.Bit16 ? MostDeepPixels : MostPixels, file.Count);
        if (format is WebpFormat)
            WebpFile.CheckCodes(file, info.Width, info.Height);
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

    /// <summary>Refuses a size that would take more memory than it is worth, before there is any picture.</summary>
    /// <exception cref="DataException">The picture is too large, or its file too small for it.</exception>
    public static void ThrowIfTooLarge(string path, int width, int height, long mostPixels, int bytes)
    {
        var pixels = (long)width * height;
        if (pixels > mostPixels || Math.Max(width, height) > MostSide)
            throw new DataException($"{path} claims {width}×{height} pixels; at most {mostPixels} in all and {MostSide} a side are "
                + "supported, so make it smaller.");
        if (pixels > Small && pixels / MostPixelsOfByte > bytes)
            throw new DataException($"{path} claims {width}×{height} pixels in {bytes} bytes; it is damaged, or holds nothing but one "
                + "color, so make it smaller.");
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
        var levels = new byte[(colored ? 3 : 1) * size];
        for (var y = 0; y < image.Height; y++)
        {
            foreach (var stored in image.DangerousGetPixelRowMemory(y).Span)
            {
                var pixel = bytes(stored);
                // A pixel that no row of the file has reached.
                if (opaque && pixel.A == 0)
                    throw new EndOfStreamException("its pixels are not all there");
                if (!colored && (pixel.R != pixel.G || pixel.G != pixel.B))
                    (levels, colored) = ([.. levels, .. levels, .. levels], true);
                levels[at] = BeforeBlack(pixel.R, pixel.A);
                if (colored)
                    (levels[size + at], levels[2 * size + at]) = (BeforeBlack(pixel.G, pixel.A), BeforeBlack(pixel.B, pixel.A));
                at++;
            }
        }
        return new RasterImage(levels, image.Width, image.Height, colored ? 3 : 1);
    }

    private static byte BeforeBlack(byte level, byte alpha) => (byte)((level * alpha + 127) / 255);

    /// <summary>Decoders of these formats leave the rest of a picture blank where its file ends too early.</summary>
    private static bool IsCutShort(ReadOnlySpan<byte> file, IImageFormat format) => format switch
    {
        PngFormat => !PngFile.HasWholeChunks(file),
        // Some programs pad files with zeros.
        GifFormat => !file.TrimEnd((byte)0).EndsWith(";"u8),
        WebpFormat => BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) > file.Length - 8 || !WebpFile.HasWholeChunks(file),
        // The decoder makes room for all that comes before the pixels.
        BmpFormat => file.Length < BmpPixelsAt + sizeof(uint)
            || BinaryPrimitives.ReadUInt32LittleEndian(file[BmpPixelsAt..]) > file.Length,
        _ => false,
    };

    private static MemoryStream Open(ArraySegment<byte> file, IImageFormat format) => format is JpegFormat or BmpFormat or TgaFormat
        ? new WholeFile(file)
        : new MemoryStream(file.Array!, file.Offset, file.Count, writable: false);

    /// <summary>
    /// Claims to go on and fails where it does not, so that a decoder cannot take the end of the file for that of the picture. With a
    /// buffer as long as the file it asks for more only when it needs that.
    /// </summary>
    private sealed class WholeFile(ArraySegment<byte> file) : MemoryStream(file.Array!, file.Offset, file.Count, writable: false)
    {
        public override long Length => base.Length + 1;

        public override int Read(byte[] buffer, int offset, int count) =>
            Position < base.Length ? base.Read(buffer, offset, count) : throw new EndOfStreamException(CutShort);
    }
}
