using System.Buffers.Binary;
using System.IO.Compression;

namespace VaeGpu.Training.Data;

/// <summary>
/// Reads PNG pictures: grey, colour and palette in every bit depth, with or without transparency, which stands before black. Checksums
/// are verified; interlaced pictures are refused. 16-bit levels keep their upper 8 bits.
/// </summary>
internal sealed class PngFile
{
    private readonly MemoryStream packed = new();
    private readonly string path;
    private byte[] header = [];
    private byte[] palette = [];
    private byte[] transparency = [];

    private PngFile(string path) => this.path = path;

    private int Width => BinaryPrimitives.ReadInt32BigEndian(header);

    private int Height => BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4));

    private int Depth => header[8];

    private int Colour => header[9];

    /// <summary>Samples of a pixel.</summary>
    private int Samples => Colour switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

    private int RowBytes => checked((int)(((long)Width * Samples * Depth + 7) / 8));

    /// <summary>Reads the picture that <paramref name="file"/>, the content of <paramref name="path"/>, holds.</summary>
    /// <exception cref="DataException">It is damaged, interlaced or no PNG file.</exception>
    public static RasterImage Read(string path, byte[] file)
    {
        var png = new PngFile(path);
        png.ReadChunks(file);
        png.Check();
        return png.Unpack();
    }

    private void ReadChunks(byte[] file)
    {
        if (!file.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]))
            throw Damaged("it does not begin as a PNG file");
        for (var at = 8; ;)
        {
            if (file.Length - at < 12)
                throw Damaged("it is cut short");
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            if (length > file.Length - at - 12)
                throw Damaged("it is cut short");
            var body = file.AsSpan(at + 4, (int)length + 4);
            if (Crc32.Of(body) != BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + (int)length)))
                throw Damaged($"the checksum of its part at byte {at} is wrong");
            if (body.StartsWith("IEND"u8))
                return;
            Take(body[..4], body[4..]);
            at += 12 + (int)length;
        }
    }

    private void Take(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        if (type.SequenceEqual("IHDR"u8))
            header = data.ToArray();
        else if (type.SequenceEqual("PLTE"u8))
            palette = data.ToArray();
        else if (type.SequenceEqual("tRNS"u8))
            transparency = data.ToArray();
        else if (type.SequenceEqual("IDAT"u8))
            packed.Write(data);
        else if ((type[0] & 0x20) == 0)
            throw Damaged("it has a part that is not known and must be");
    }

    private void Check()
    {
        if (header.Length != 13 || Width <= 0 || Height <= 0 || header[10] != 0 || header[11] != 0)
            throw Damaged("its header is wrong");
        if (header[12] != 0)
            throw new DataException($"{path} is interlaced, which is not read; save it without interlacing.");
        var depths = Colour switch { 0 => new[] { 1, 2, 4, 8, 16 }, 3 => [1, 2, 4, 8], 2 or 4 or 6 => [8, 16], _ => [] };
        if (!depths.Contains(Depth))
            throw Damaged($"colour type {Colour} with {Depth} bits does not exist");
        if ((long)Width * Height > RasterImage.MostPixels)
            throw new DataException($"{path} claims {Width}×{Height} pixels, more than {RasterImage.MostPixels}; make it smaller.");
        if (Colour == 3 && (palette.Length == 0 || palette.Length % 3 != 0))
            throw Damaged("it has no palette");
    }

    private RasterImage Unpack()
    {
        var colour = Colour is 2 or 6 || (Colour == 3 && !IsGrey(palette));
        int size = Width * Height, channels = colour ? 3 : 1;
        var levels = new byte[channels * size];
        packed.Position = 0;
        using var rows = new ZLibStream(packed, CompressionMode.Decompress);
        byte[] row = new byte[RowBytes + 1], before = new byte[RowBytes];
        Span<byte> pixel = stackalloc byte[3];
        try
        {
            for (var y = 0; y < Height; y++)
            {
                rows.ReadExactly(row);
                Unfilter(row[0], row.AsSpan(1), before);
                row.AsSpan(1).CopyTo(before);
                for (var x = 0; x < Width; x++)
                {
                    Pixel(before, x, pixel);
                    for (var channel = 0; channel < channels; channel++)
                        levels[channel * size + y * Width + x] = pixel[channel];
                }
            }
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            throw Damaged("its pixels cannot be unpacked");
        }
        return new RasterImage(levels, Width, Height, channels);
    }

    /// <summary>Adds the prediction of one of PNG's five filters to each byte of a row.</summary>
    private void Unfilter(byte filter, Span<byte> row, ReadOnlySpan<byte> above)
    {
        if (filter > 4)
            throw Damaged($"a row has filter {filter}, which does not exist");
        var distance = Math.Max(1, Samples * Depth / 8);
        for (var i = 0; i < row.Length; i++)
        {
            int left = i >= distance ? row[i - distance] : 0, up = above[i], corner = i >= distance ? above[i - distance] : 0;
            row[i] += (byte)(filter switch { 1 => left, 2 => up, 3 => (left + up) / 2, 4 => Paeth(left, up, corner), _ => 0 });
        }
    }

    /// <summary>Whichever of the three is nearest to left + up − corner.</summary>
    private static int Paeth(int left, int up, int corner)
    {
        int toLeft = Math.Abs(up - corner), toUp = Math.Abs(left - corner), toCorner = Math.Abs(left + up - 2 * corner);
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }

    /// <summary>The colour of a pixel, or its grey level thrice, before black.</summary>
    private void Pixel(ReadOnlySpan<byte> row, int x, Span<byte> pixel)
    {
        var alpha = 255;
        if (Colour == 3)
        {
            var index = Sample(row, x);
            if (3 * index >= palette.Length)
                throw Damaged($"a pixel has colour {index} of a palette of {palette.Length / 3}");
            palette.AsSpan(3 * index, 3).CopyTo(pixel);
            alpha = index < transparency.Length ? transparency[index] : 255;
        }
        else
        {
            for (var i = 0; i < 3; i++)
                pixel[i] = Level(row, x * Samples + (Colour is 2 or 6 ? i : 0));
            if (Colour is 4 or 6)
                alpha = Level(row, x * Samples + Samples - 1);
        }
        for (var i = 0; i < 3; i++)
            pixel[i] = (byte)((pixel[i] * alpha + 127) / 255);
    }

    /// <summary>A sample as 0 to 255.</summary>
    private byte Level(ReadOnlySpan<byte> row, int index) =>
        (byte)(Depth < 8 ? Sample(row, index) * 255 / ((1 << Depth) - 1) : Sample(row, index));

    /// <summary>A sample as it is stored; of 16 bits the upper 8.</summary>
    private int Sample(ReadOnlySpan<byte> row, int index)
    {
        if (Depth >= 8)
            return row[index * (Depth / 8)];
        var bit = index * Depth;
        return (row[bit / 8] >> (8 - Depth - bit % 8)) & ((1 << Depth) - 1);
    }

    private static bool IsGrey(byte[] palette) =>
        Enumerable.Range(0, palette.Length / 3).All(i => palette[3 * i] == palette[3 * i + 1] && palette[3 * i] == palette[3 * i + 2]);

    private DataException Damaged(string why) => new($"{path} is a damaged PNG file: {why}; save it again.");
}
