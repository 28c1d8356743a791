namespace VaeGpu.Host.Pictures;

/// <summary>Lays images of one size out in a grid with thin margins.</summary>
public static class ImageGrid
{
    /// <summary>The grey level between the images: darker than ink, lighter than paper.</summary>
    public const byte MarginLevel = 72;

    /// <summary>Pixels between neighbours and around the grid.</summary>
    public const int Margin = 2;

    /// <summary>Pixels between an input and its output below.</summary>
    public const int PairMargin = 1;

    /// <summary>
    /// Lays out <paramref name="images"/>, shape (count, channels·height·width), row after row; cells left over are margin.
    /// </summary>
    /// <exception cref="ArgumentException">A size is not positive, or the images are none or not whole.</exception>
    public static Picture Tile(ReadOnlySpan<byte> images, int width, int height, int columns, int channels = 1)
    {
        var count = Count(images, width, height, columns, channels);
        columns = Math.Min(columns, count);
        var grid = Blank(columns, (count + columns - 1) / columns, width, height, channels);
        for (var i = 0; i < count; i++)
            Place(grid, images, i, width, height, Left(i % columns, width), Margin + i / columns * (height + Margin));
        return grid;
    }

    /// <summary>
    /// Lays out <paramref name="inputs"/> in rows, each with the row of its <paramref name="outputs"/> close below; both have the shape
    /// (count, channels·height·width).
    /// </summary>
    /// <exception cref="ArgumentException">
    /// A size is not positive, the images are none or not whole, or the two are not as many.
    /// </exception>
    public static Picture Pairs(
        ReadOnlySpan<byte> inputs, ReadOnlySpan<byte> outputs, int width, int height, int columns, int channels = 1)
    {
        var count = Count(inputs, width, height, columns, channels);
        if (outputs.Length != inputs.Length)
            throw new ArgumentException($"{outputs.Length} bytes of outputs for {inputs.Length} bytes of inputs.", nameof(outputs));
        columns = Math.Min(columns, count);
        var block = 2 * height + PairMargin;
        var grid = Blank(columns, (count + columns - 1) / columns, width, block, channels);
        for (var i = 0; i < count; i++)
        {
            int left = Left(i % columns, width), top = Margin + i / columns * (block + Margin);
            Place(grid, inputs, i, width, height, left, top);
            Place(grid, outputs, i, width, height, left, top + height + PairMargin);
        }
        return grid;
    }

    private static int Count(ReadOnlySpan<byte> images, int width, int height, int columns, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        var (count, rest) = Math.DivRem(images.Length, (long)width * height * channels);
        if (count == 0 || rest != 0)
            throw new ArgumentException($"{images.Length} bytes are not one or more {width}×{height} images.", nameof(images));
        return (int)count;
    }

    private static Picture Blank(int columns, int rows, int width, int height, int channels)
    {
        int wide = Margin + columns * (width + Margin), high = Margin + rows * (height + Margin);
        var pixels = new byte[checked(wide * high * channels)];
        pixels.AsSpan().Fill(MarginLevel);
        return new Picture(pixels, wide, high, channels);
    }

    private static int Left(int column, int width) => Margin + column * (width + Margin);

    private static void Place(Picture grid, ReadOnlySpan<byte> images, int index, int width, int height, int left, int top)
    {
        int channels = grid.Channels, size = width * height;
        var image = images.Slice(index * size * channels, size * channels);
        for (var row = 0; row < height; row++)
        {
            var target = grid.Pixels.AsSpan(((top + row) * grid.Width + left) * channels, width * channels);
            for (var i = 0; i < target.Length; i++)
                target[i] = image[i % channels * size + row * width + i / channels];
        }
    }
}
