using System.Buffers.Binary;

namespace VaeGpu.Training.Data;

/// <summary>
/// Checks of WebP files (RFC 9649) that come before the decoder: it makes room for all that a chunk claims, and tables for all groups of
/// prefix codes that lossless pixels claim.
/// </summary>
internal static class WebpFile
{
    private const int FirstChunkAt = 12, ChunkHeaderBytes = 8;

    /// <summary>Before the codes: a signature, width, height and version; or how the alpha channel is packed.</summary>
    private const int PixelHeaderBytes = 5, AlphaHeaderBytes = 1;

    /// <summary>Whether no chunk that the decoder reads goes on after the end of the file.</summary>
    public static bool HasWholeChunks(ReadOnlySpan<byte> file)
    {
        bool isExtended = IsExtended(file);
        for (long at = FirstChunkAt; at <= file.Length - ChunkHeaderBytes; at += Length(file, at))
        {
            if (Length(file, at) - (Size(file, at) & 1) > file.Length - at)
                return false;
            if (!isExtended)
                break;
        }
        return true;
    }

    /// <summary>Checks the codes of lossless pixels, in a file of whole chunks.</summary>
    /// <exception cref="InvalidDataException">They are damaged, or more than the file can hold.</exception>
    public static void CheckCodes(ReadOnlySpan<byte> file, int width, int height)
    {
        bool isExtended = IsExtended(file);
        for (long at = FirstChunkAt; at <= file.Length - ChunkHeaderBytes; at += Length(file, at))
        {
            var content = file.Slice((int)at + ChunkHeaderBytes, (int)Size(file, at));
            if (Type(file, at).SequenceEqual("VP8L"u8))
                WebpCodeGroups.Check(content[Math.Min(PixelHeaderBytes, content.Length)..], width, height);
            else if (Type(file, at).SequenceEqual("ALPH"u8) && content is [var packing, ..] && (packing & 3) == 1)
                WebpCodeGroups.Check(content[AlphaHeaderBytes..], width, height);
            if (!isExtended)
                break;
        }
    }

    /// <summary>Whether there are several chunks that count.</summary>
    private static bool IsExtended(ReadOnlySpan<byte> file) =>
        file.Length >= FirstChunkAt + ChunkHeaderBytes && Type(file, FirstChunkAt).SequenceEqual("VP8X"u8);

    private static ReadOnlySpan<byte> Type(ReadOnlySpan<byte> file, long at) => file.Slice((int)at, 4);

    private static long Size(ReadOnlySpan<byte> file, long at) => BinaryPrimitives.ReadUInt32LittleEndian(file[((int)at + 4)..]);

    /// <summary>A chunk with its header, and the byte that makes it even.</summary>
    private static long Length(ReadOnlySpan<byte> file, long at) => ChunkHeaderBytes + Size(file, at) + (Size(file, at) & 1);
}
