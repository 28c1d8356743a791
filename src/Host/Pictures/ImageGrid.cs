namespace VaeGpu.Host.Pictures;

/// <summary>Lays images of one size out in a grid with thin margins.</summary>
public static class ImageGrid
{
    /// <summary>The gray level between the images: darker than ink, lighter than paper.</summary>
    public const byte MarginLevel = 72;

    /// <summary>Pixels between neighbors and around the grid.</summary>
    public const int Margin = 2;

    /// <summary>Pixels between an input and its output below.</summary>
    public const int PairMargin = 1;

    /// <summary>Lays out <paramref name="images"/>, shape (count, channels·height·width), row by row; cells left over are margin.</summary>
    /// <exception cref="ArgumentException">A size is not positive, or the images are none or not whole.</exception>
    public static Picture Tile(ReadOnlySpan<byte> images, int width, int height, int columns, int channels = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        var (count, rest) = Math.DivRem(images.Length, (long)width * height * channels);
        if (count == 0 || rest != 0)
            throw new ArgumentException($"{images.Length} bytes are not one or more {width}×{height} images.", nameof(images));
        columns = (int)Math.Min(columns, count);
        int rows = (int)((count + columns - 1) / columns), wide = Margin + columns * (width + Margin), size = width * height;
        var pixels = new byte[checked(wide * (Margin + rows * (height + Margin)) * channels)];
        pixels.AsSpan().Fill(MarginLevel);
        for (var i = 0; i < images.Length; i++)
        {
            int image = i / (channels * size), channel = i / size % channels;
            var x = Margin + image % columns * (width + Margin) + i % width;
            var y = Margin + image / columns * (height + Margin) + i % size / width;
            pixels[(y * wide + x) * channels + channel] = images[i];
        }
        return new Picture(pixels, wide, Margin + rows * (height + Margin), channels);
    }

    /// <summary>
    /// Lays out <paramref name="inputs"/> in rows, each with the row of its <paramref name="outputs"/> close below; both have the shape
    /// (count, channels·height·width).
    /// </summary>
    /// <exception cref="ArgumentException">
    /// A size is not positive, the images are none or not whole, or the two are not as many.
    /// </exception>
    public static Picture Pairs(ReadOnlySpan<byte> inputs, ReadOnlySpan<byte> outputs, int width, int height, int columns, int channels = 1)
    {
        if (outputs.Length != inputs.Length)
            throw new ArgumentException($"{outputs.Length} bytes of outputs for {inputs.Length} bytes of inputs.", nameof(outputs));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        var planes = new List<byte>();
        for (var start = 0; start + width * height <= inputs.Length; start += width * height)
        {
            planes.AddRange(inputs.Slice(start, width * height));
            planes.AddRange(Enumerable.Repeat(MarginLevel, PairMargin * width));
            planes.AddRange(outputs.Slice(start, width * height));
        }
        if (planes.Count == 0 || inputs.Length % (width * height) != 0)
            throw new ArgumentException($"{inputs.Length} bytes are not one or more {width}×{height} images.", nameof(inputs));
        return Tile([.. planes], width, 2 * height + PairMargin, columns, channels);
    }
}
