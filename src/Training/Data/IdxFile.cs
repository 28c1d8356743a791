using System.Buffers.Binary;
using System.IO.Compression;
using VaeGpu.Training.Files;

namespace VaeGpu.Training.Data;

/// <summary>
/// Reads IDX, the format MNIST is published in: big-endian 32-bit words (magic, then the length of each dimension), then the bytes.
/// Files packed with gzip are known by their content, not their name.
/// </summary>
public static class IdxFile
{
    private const uint ImageMagic = 0x00000803;
    private const uint LabelMagic = 0x00000801;

    private const int SliceBytes = 1 << 20;

    /// <summary>
    /// Deflate cannot pack better than about 1032 to 1: a header that claims more is lying, and nothing is allocated for it.
    /// </summary>
    internal const long DeflateLimit = 1032;

    /// <summary>Reads a file of images, shape (count, height·width), without labels.</summary>
    /// <exception cref="DataException">The file cannot be read, is of another kind, damaged or empty.</exception>
    public static ImageSet ReadImages(string path) =>
        (ImageSet)ReadImages(path, RegularFile.OpenRead, new LoadingOptions { Memory = long.MaxValue });

    /// <summary>Reads a file of labels, shape (count).</summary>
    /// <exception cref="DataException">The file cannot be read, is of another kind, damaged or empty.</exception>
    public static byte[] ReadLabels(string path) => ReadLabels(path, RegularFile.OpenRead);

    /// <summary>The images of a file that is opened by a function, in memory or in another file.</summary>
    internal static ExampleSet ReadImages(string path, Func<string, Stream> open, LoadingOptions how)
    {
        int[] sizes = [];
        var rows = Read(path, open, ImageMagic, "images", found =>
        {
            sizes = found;
            int size = sizes[1] * sizes[2];
            return ByteRows.Allocate(sizes[0], size, (long)sizes[0] * size <= Math.Min(how.Memory, Array.MaxLength) ? null : how.Folder);
        });
        return rows is MemoryRows memory
            ? new ImageSet(memory.Bytes, null, width: sizes[2], height: sizes[1])
            : new DiskImageSet(rows, new ImageFormat(sizes[2], sizes[1]), null);
    }

    /// <summary>The labels of a file that is opened by a function.</summary>
    internal static byte[] ReadLabels(string path, Func<string, Stream> open)
    {
        var labels = new MemoryRows(0, 1);
        Read(path, open, LabelMagic, "labels", sizes => labels = new MemoryRows(sizes[0], 1));
        return labels.Bytes;
    }

    private static ByteRows Read(string path, Func<string, Stream> open, uint magic, string what, Func<int[], ByteRows> room)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            using Stream file = open(path);
            if (!IsGzip(file))
                return Parse(path, file, file.Length, packed: false, magic, what, room);
            using var unpacked = new GZipStream(file, CompressionMode.Decompress);
            var content = Parse(path, unpacked, file.Length, packed: true, magic, what, room);
            CheckGzipEnd(path, file, HeaderBytes(magic) + (long)content.Count * content.RowBytes);
            return content;
        }
        catch (InvalidDataException error)
        {
            throw new DataException($"{path} is a damaged gzip file ({error.Message.TrimEnd('.')}); fetch it again.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path} cannot be read ({error.Message.TrimEnd('.')}).", error);
        }
    }

    private static bool IsGzip(Stream file)
    {
        Span<byte> start = stackalloc byte[2];
        var got = file.ReadAtLeast(start, 2, throwOnEndOfStream: false);
        file.Position = 0;
        return got == 2 && start[0] == 0x1F && start[1] == 0x8B;
    }

    /// <summary>A gzip file ends with its unpacked length. The decoder takes a file without that end, so it is looked for here.</summary>
    private static void CheckGzipEnd(string path, Stream file, long unpackedBytes)
    {
        Span<byte> end = stackalloc byte[4];
        file.Seek(-end.Length, SeekOrigin.End);
        file.ReadExactly(end);
        if (BinaryPrimitives.ReadUInt32LittleEndian(end) != unpackedBytes)
            throw new DataException(
                $"{path} does not end as a gzip file of {unpackedBytes} unpacked bytes does; fetch it again, or unpack it if it is sound.");
    }

    /// <summary>The magic number's last byte counts the dimensions.</summary>
    private static int HeaderBytes(uint magic) => 4 + 4 * (int)(magic & 0xFF);

    private static ByteRows Parse(string path, Stream stream, long length, bool packed, uint magic, string what, Func<int[], ByteRows> room)
    {
        var header = new byte[HeaderBytes(magic)];
        var got = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        CheckMagic(path, header.AsSpan(0, got), magic, what);
        if (got < header.Length)
            throw new DataException($"{path} is cut short: {got} bytes, where the header alone has {header.Length}; fetch it again.");
        var sizes = Sizes(path, header, what);
        var expected = CheckedProduct(path, sizes);
        if (packed ? expected > length * DeflateLimit : header.Length + expected != length)
            throw new DataException(
                $"{path} has {length} bytes{(packed ? " packed" : "")}, but its header claims {Shape(sizes)} {what}, which is "
                + $"{header.Length + expected} bytes; fetch it again.");
        var rows = room(sizes);
        var slice = new byte[(int)Math.Min(expected, Math.Max(1, SliceBytes / rows.RowBytes) * (long)rows.RowBytes)];
        for (long at = 0; at < expected; at += slice.Length)
        {
            Span<byte> next = slice.AsSpan(0, (int)Math.Min(slice.Length, expected - at));
            var read = stream.ReadAtLeast(next, next.Length, throwOnEndOfStream: false);
            if (read < next.Length)
                throw new DataException(
                    $"{path} is cut short: {header.Length + at + read} bytes unpacked, where its header claims {Shape(sizes)} {what}, "
                        + "which "
                    + $"is {header.Length + expected} bytes; fetch it again.");
            rows.Write((int)(at / rows.RowBytes), next);
        }
        if (stream.ReadByte() >= 0)
            throw new DataException(
                $"{path} goes on after the {header.Length + expected} bytes of the {Shape(sizes)} {what} that its header claims; "
                + "fetch it again.");
        return rows;
    }

    private static void CheckMagic(string path, ReadOnlySpan<byte> header, uint magic, string what)
    {
        if (header.Length < 4)
            throw new DataException($"{path} is cut short: {header.Length} bytes, too few for an IDX file of {what}; fetch it again.");
        var found = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (found == magic)
            return;
        var kind = found switch
        {
            ImageMagic => "an IDX file of images",
            LabelMagic => "an IDX file of labels",
            _ => "not an IDX file of bytes",
        };
        throw new DataException(
            $"{path} begins with 0x{found:X8} and is {kind}; an IDX file of {what}, which begins with 0x{magic:X8}, was expected.");
    }

    private static int[] Sizes(string path, byte[] header, string what)
    {
        var sizes = new int[header.Length / 4 - 1];
        for (var i = 0; i < sizes.Length; i++)
        {
            var size = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4 + 4 * i));
            if (size == 0)
                throw new DataException($"{path} holds no {what}: its header gives dimension {i + 1} of {sizes.Length} as 0.");
            if (size > int.MaxValue)
                throw new DataException($"{path} has a damaged header: dimension {i + 1} of {sizes.Length} is {size}; fetch it again.");
            sizes[i] = (int)size;
        }
        return sizes;
    }

    /// <summary>The bytes that follow the header, each row of which fits in an array.</summary>
    private static long CheckedProduct(string path, int[] sizes)
    {
        long row = 1;
        foreach (var size in sizes.Skip(1))
        {
            row *= size;
            if (row > Array.MaxLength)
                throw new DataException(
                    $"{path} claims {Shape(sizes)} bytes, and one of its {sizes[0]} rows does not fit in one array; fetch it again, or "
                        + "split it.");
        }
        return row * sizes[0];
    }

    private static string Shape(int[] sizes) => string.Join('×', sizes);
}
