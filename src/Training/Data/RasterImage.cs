namespace VaeGpu.Training.Data;

/// <summary>A picture of a file: 8-bit levels, shape (channels, height, width), with 1 channel (gray) or 3 (red, green, blue).</summary>
public sealed record RasterImage(byte[] Levels, int Width, int Height, int Channels)
{
    /// <summary>
    /// The picture with other channels: gray is copied to all three; color becomes luma, 0.299·red + 0.587·green + 0.114·blue.
    /// </summary>
    public RasterImage WithChannels(int channels)
    {
        if (channels == Channels)
            return this;
        var size = Width * Height;
        if (channels == 3)
            return this with { Levels = [.. Levels, .. Levels, .. Levels], Channels = 3 };
        var gray = new byte[size];
        for (var i = 0; i < size; i++)
            gray[i] = (byte)((299 * Levels[i] + 587 * Levels[size + i] + 114 * Levels[2 * size + i] + 500) / 1000);
        return this with { Levels = gray, Channels = 1 };
    }

    /// <summary>
    /// The picture in another size, stretched where the proportions differ: a new pixel is the mean of the area that it covers, pixels
    /// at the edges counting by their share. ImageSharp's box filter counts those whole or not at all, and rounds otherwise.
    /// </summary>
    public RasterImage Resized(int width, int height)
    {
        if ((width, height) == (Width, Height))
            return this;
        var (columns, rows) = (Shares(Width, width), Shares(Height, height));
        var levels = new byte[checked(Channels * width * height)];
        var (wide, sums) = (new double[width], new double[width]);
        for (var channel = 0; channel < Channels; channel++)
        {
            // Neighboring new rows have one old row in common at most, and it is the last of the one and the first of the other.
            var resized = -1;
            for (var y = 0; y < height; y++)
            {
                Array.Fill(sums, 0.5);
                foreach (var (from, share) in rows[y])
                {
                    if (from != resized)
                        ResizeRow(Levels.AsSpan((channel * Height + from) * Width, Width), columns, wide);
                    resized = from;
                    for (var x = 0; x < width; x++)
                        sums[x] += share * wide[x];
                }
                var row = levels.AsSpan((channel * height + y) * width, width);
                for (var x = 0; x < width; x++)
                    row[x] = (byte)Math.Min(sums[x], 255);
            }
        }
        return new RasterImage(levels, width, height, Channels);
    }

    private static void ResizeRow(ReadOnlySpan<byte> row, (int From, double Share)[][] columns, double[] resized)
    {
        for (var x = 0; x < resized.Length; x++)
        {
            double level = 0;
            foreach (var (from, share) in columns[x])
                level += share * row[from];
            resized[x] = level;
        }
    }

    /// <summary>
    /// For each of <paramref name="to"/> new cells the old ones that it covers, with their shares of it, which add up to 1.
    /// </summary>
    private static (int From, double Share)[][] Shares(int from, int to)
    {
        var scale = (double)from / to;
        return [.. Enumerable.Range(0, to).Select(cell =>
        {
            double start = cell * scale, end = Math.Min((cell + 1) * scale, from);
            return Enumerable.Range((int)start, Math.Max(1, (int)Math.Ceiling(end) - (int)start))
                .Where(old => old < from)
                .Select(old => (old, (Math.Min(end, old + 1) - Math.Max(start, old)) / (end - start)))
                .ToArray();
        })];
    }
}
