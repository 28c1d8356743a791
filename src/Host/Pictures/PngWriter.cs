using System.Buffers.Binary;
using System.IO.Compression;
using VaeGpu.Training;
using VaeGpu.Training.Data;

namespace VaeGpu.Host.Pictures;

/// <summary>Writes PNG pictures of 8-bit grey or 8-bit RGB, not interlaced. Rows are not filtered: digit grids pack best so.</summary>
public static class PngWriter
{
    private const byte Grey = 0;
    private const byte Rgb = 2;

    /// <summary>Writes grey levels 0 (black) to 255 (white), shape (height, width), to <paramref name="path"/>.</summary>
    /// <exception cref="ArgumentException">A side is not positive, or the pixels do not fill the picture.</exception>
    /// <exception cref="IOException">The file cannot be written; an older one at that path is left as it was.</exception>
    public static void WriteGrey(string path, ReadOnlySpan<byte> pixels, int width, int height) =>
        Write(path, pixels, width, height, Grey, channels: 1);

    /// <summary>Writes colours, shape (height, width, 3) in the order red, green, blue, to <paramref name="path"/>.</summary>
    /// <exception cref="ArgumentException">A side is not positive, or the pixels do not fill the picture.</exception>
    /// <exception cref="IOException">The file cannot be written; an older one at that path is left as it was.</exception>
    public static void WriteRgb(string path, ReadOnlySpan<byte> pixels, int width, int height) =>
        Write(path, pixels, width, height, Rgb, channels: 3);

    private static void Write(string path, ReadOnlySpan<byte> pixels, int width, int height, byte colour, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        var expected = (long)width * height * channels;
        if (pixels.Length != expected)
            throw new ArgumentException($"A {width}×{height} picture has {expected} bytes, not {pixels.Length}.", nameof(pixels));
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        (header[8], header[9]) = (8, colour);
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n']);
        WriteChunk(file, "IHDR"u8, header);
        WriteChunk(file, "IDAT"u8, Pack(pixels, width * channels));
        WriteChunk(file, "IEND"u8, []);
        AtomicFile.Write(path, file.WriteTo);
    }

    private static ReadOnlySpan<byte> Pack(ReadOnlySpan<byte> pixels, int rowBytes)
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            for (var start = 0; start < pixels.Length; start += rowBytes)
            {
                const byte noFilter = 0;
                zlib.WriteByte(noFilter);
                zlib.Write(pixels.Slice(start, rowBytes));
            }
        return packed.GetBuffer().AsSpan(0, (int)packed.Length);
    }

    private static void WriteChunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        file.Write(word);
        var start = (int)file.Position;
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(word, Crc32.Of(file.GetBuffer().AsSpan(start, (int)file.Position - start)));
        file.Write(word);
    }
}
