using System.Buffers.Binary;
using System.IO.Compression;

namespace VaeGpu.Tests.Data;

/// <summary>Makes IDX files, whole and damaged.</summary>
internal static class Idx
{
    public const uint Images = 0x803;
    public const uint Labels = 0x801;

    public static byte[] Header(uint magic, params uint[] sizes)
    {
        var header = new byte[4 + 4 * sizes.Length];
        BinaryPrimitives.WriteUInt32BigEndian(header, magic);
        for (var i = 0; i < sizes.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4 + 4 * i), sizes[i]);
        return header;
    }

    /// <summary>A file of images whose pixels count 0, 1, 2 … modulo 256.</summary>
    public static byte[] ImageFile(int count, int height, int width) =>
        [.. Header(Images, (uint)count, (uint)height, (uint)width), .. Enumerable.Range(0, count * height * width).Select(i => (byte)i)];

    public static byte[] LabelFile(params byte[] labels) => [.. Header(Labels, (uint)labels.Length), .. labels];

    public static byte[] Gzip(byte[] data)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(data);
        return packed.ToArray();
    }
}
