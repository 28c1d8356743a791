using System.Buffers.Binary;
using System.IO.Compression;

namespace VaeGpu.Training.Data;

/// <summary>
/// Checks of PNG files (ISO/IEC 15948) that come before the decoder: with damaged chunks, or interlaced rows that are not all there, it
/// may go on forever.
/// </summary>
internal static class PngFile
{
    private const int SignatureBytes = 8, ChunkBytes = 12, DataAt = 8, TypeAt = 4;

    /// <summary>
    /// The header chunk's data: width and height (4 bytes each), bits, color type, and at its end whether it is interlaced.
    /// </summary>
    private const int HeaderBytes = 13, BitsAt = 8, ColorAt = 9, InterlaceAt = 12;

    /// <summary>The passes of Adam7: where the first column and row of each is, and the steps to the next.</summary>
    private static readonly (int Column, int Row, int Columns, int Rows)[] Passes =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>Whether the file is chunks up to its end.</summary>
    public static bool HasWholeChunks(ReadOnlySpan<byte> file)
    {
        for (long at = SignatureBytes, length; at <= file.Length - ChunkBytes; at += ChunkBytes + length)
        {
            length = BinaryPrimitives.ReadUInt32BigEndian(file[(int)at..]);
            if (length > file.Length - ChunkBytes - at)
                return false;
            if (Type(file, at).SequenceEqual("IEND"u8))
                return true;
        }
        return false;
    }

    /// <summary>Whether the rows of a file of whole chunks are all there, or it is not interlaced.</summary>
    /// <exception cref="InvalidDataException">The packed rows are damaged.</exception>
    public static bool HasWholePasses(ReadOnlySpan<byte> file)
    {
        ReadOnlySpan<byte> header = file[(SignatureBytes + DataAt)..];
        if (header.Length < HeaderBytes || header[InterlaceAt] == 0)
            return true;
        int samples = header[ColorAt] switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        long missing = BytesOfPasses(
            BinaryPrimitives.ReadUInt32BigEndian(header), BinaryPrimitives.ReadUInt32BigEndian(header[4..]), samples * header[BitsAt]);
        using var rows = new ZLibStream(new MemoryStream(Packed(file)), CompressionMode.Decompress);
        var room = new byte[1 << 16];
        for (int got; missing > 0 && (got = rows.Read(room)) > 0;)
            missing -= got;
        return missing <= 0;
    }

    private static long BytesOfPasses(long width, long height, int bits) => Passes.Sum(pass =>
    {
        long columns = (width - pass.Column + pass.Columns - 1) / pass.Columns, rows = (height - pass.Row + pass.Rows - 1) / pass.Rows;
        return columns > 0 && rows > 0 ? rows * (1 + (columns * bits + 7) / 8) : 0;
    });

    private static byte[] Packed(ReadOnlySpan<byte> file)
    {
        using var packed = new MemoryStream();
        for (int at = SignatureBytes; at <= file.Length - ChunkBytes;)
        {
            int length = (int)BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            if (Type(file, at).SequenceEqual("IEND"u8))
                break;
            if (Type(file, at).SequenceEqual("IDAT"u8))
                packed.Write(file.Slice(at + DataAt, length));
            at += ChunkBytes + length;
        }
        return packed.ToArray();
    }

    private static ReadOnlySpan<byte> Type(ReadOnlySpan<byte> file, long at) => file.Slice((int)at + TypeAt, 4);
}
