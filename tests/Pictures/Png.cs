using System.Buffers.Binary;
using System.IO.Compression;

namespace VaeGpu.Tests.Pictures;

/// <summary>A PNG file read back by the book: signature, chunks with their checksums (bit by bit), inflated rows of filter 0.</summary>
internal sealed record Png(int Width, int Height, int Color, byte[] Pixels)
{
    public static Png Read(string path)
    {
        var file = File.ReadAllBytes(path);
        Assert.That(file[..8], Is.EqualTo(new byte[] { 0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A }));
        var chunks = Chunks(file).ToList();
        Assert.That(chunks[0].Type, Is.EqualTo("IHDR"));
        Assert.That(chunks[^1].Type, Is.EqualTo("IEND"));
        var header = chunks[0].Data;
        Assert.That(header, Has.Length.EqualTo(13));
        Assert.That((header[8], header[10], header[11], header[12]), Is.EqualTo(((byte)8, (byte)0, (byte)0, (byte)0)));
        int width = BinaryPrimitives.ReadInt32BigEndian(header), height = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4));
        var packed = chunks.Where(chunk => chunk.Type == "IDAT").SelectMany(chunk => chunk.Data).ToArray();
        using var unpacked = new MemoryStream();
        using (var zlib = new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress))
            zlib.CopyTo(unpacked);
        var rowBytes = width * (header[9] == 2 ? 3 : 1);
        var rows = unpacked.ToArray().Chunk(rowBytes + 1).ToList();
        Assert.That(rows, Has.Count.EqualTo(height));
        Assert.That(rows.Select(row => row[0]), Is.All.Zero);
        return new Png(width, height, header[9], [.. rows.SelectMany(row => row.Skip(1))]);
    }

    private static IEnumerable<(string Type, byte[] Data)> Chunks(byte[] file)
    {
        for (var at = 8; at < file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            var type = System.Text.Encoding.ASCII.GetString(file, at + 4, 4);
            var crc = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length));
            Assert.That(crc, Is.EqualTo(Crc(file.AsSpan(at + 4, length + 4))), $"checksum of {type}");
            yield return (type, file[(at + 8)..(at + 8 + length)]);
            at += 12 + length;
        }
    }

    public static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}
