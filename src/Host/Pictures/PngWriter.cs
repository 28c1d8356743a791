using System.Buffers.Binary;
using System.IO.Compression;
using VaeGpu.Training;

namespace VaeGpu.Host.Pictures;

/// <summary>Writes PNG pictures of 8-bit grey or 8-bit RGB, not interlaced. Rows are not filtered: digit grids pack best so.</summary>
public static class PngWriter
{
    private const byte Grey = 0;
    private const byte Rgb = 2;
    private static readonly uint[] Remainders = CrcTable();

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
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(word, ~Crc(Crc(uint.MaxValue, type), data));
        file.Write(word);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (var value in data)
            crc = Remainders[(byte)(crc ^ value)] ^ (crc >> 8);
        return crc;
    }

    /// <summary>The remainder of each byte by the CRC-32 polynomial, bits reversed.</summary>
    private static uint[] CrcTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < 256; i++)
        {
            table[i] = i;
            for (var bit = 0; bit < 8; bit++)
                table[i] = (table[i] >> 1) ^ (0xEDB88320 & (0 - (table[i] & 1)));
        }
        return table;
    }
}
