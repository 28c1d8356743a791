namespace VaeGpu.Training.Data;

/// <summary>
/// Examples of one size, with a class label each if there are labels: images of bytes, or rows of a table of floats. The arrays are not
/// copied and must not be changed.
/// </summary>
public sealed class ImageSet
{
    /// <summary>
    /// Holds <paramref name="pixels"/> of shape (count, channels·height·width) and <paramref name="labels"/> of shape (count).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is not positive.</exception>
    /// <exception cref="ArgumentException">The pixels are not a whole number of images, or the labels are not one for each.</exception>
    public ImageSet(byte[] pixels, byte[]? labels, int width, int height, int channels = 1)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        var (count, rest) = Math.DivRem(pixels.LongLength, (long)width * height * channels);
        if (rest != 0)
            throw new ArgumentException($"{pixels.Length} pixels are not a whole number of {width}×{height} images.", nameof(pixels));
        ThrowIfNotOneEach(labels, count);
        (Pixels, Labels, Width, Height, Channels, Count) = (pixels, labels, width, height, channels, (int)count);
    }

    /// <summary>Holds the rows of a table, shape (count, columns), and <paramref name="labels"/> of shape (count).</summary>
    /// <exception cref="ArgumentException">The values are not a whole number of rows, or the labels are not one for each.</exception>
    public ImageSet(float[] values, byte[]? labels, int columns)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        var (count, rest) = Math.DivRem(values.Length, columns);
        if (rest != 0)
            throw new ArgumentException($"{values.Length} values are not a whole number of rows of {columns}.", nameof(values));
        ThrowIfNotOneEach(labels, count);
        (Values, Pixels, Labels, Width, Height, Channels, Count) = (values, [], labels, columns, 1, 1, count);
    }

    /// <summary>
    /// Gray levels 0 (black) to 255 (white), shape (count, channels·height·width): image after image, channel after channel, row after
    /// row; empty for a table.
    /// </summary>
    public byte[] Pixels { get; }

    /// <summary>The rows of a table, shape (count, width); null for images.</summary>
    public float[]? Values { get; }

    /// <summary>The class of each example, shape (count); null where there are no labels.</summary>
    public byte[]? Labels { get; }

    /// <summary>What the classes are called, where they have names; else they are numbers.</summary>
    public IReadOnlyList<string>? LabelNames { get; init; }

    /// <summary>Columns of an image, in pixels, or of a table.</summary>
    public int Width { get; }

    /// <summary>Rows of an image, in pixels; 1 for a table.</summary>
    public int Height { get; }

    /// <summary>1 for gray images and tables, 3 for red, green and blue.</summary>
    public int Channels { get; }

    /// <summary>The number of examples.</summary>
    public int Count { get; }

    /// <summary>Numbers of one example: channels·height·width.</summary>
    public int Size => Width * Height * Channels;

    /// <summary>The pixels of image <paramref name="index"/>, shape (channels·height·width).</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return Pixels.AsSpan(index * Size, Size);
        }
    }

    /// <summary>The same examples with other labels.</summary>
    public ImageSet WithLabels(byte[] labels, IReadOnlyList<string>? names) => With(Pixels, Values, labels, names);

    /// <summary>What a class is called: its name, or its number.</summary>
    public string NameOf(byte label) => LabelNames is { } names && label < names.Count
        ? names[label]
        : label.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>
    /// Fills <paramref name="batch"/> with examples from <paramref name="first"/> on as a model takes them: pixels from 0 to 1.
    /// </summary>
    public void CopyTo(int first, Span<float> batch)
    {
        if (Values is not null)
        {
            Values.AsSpan(first * Size, batch.Length).CopyTo(batch);
            return;
        }
        var pixels = Pixels.AsSpan(first * Size, batch.Length);
        for (var i = 0; i < batch.Length; i++)
            batch[i] = pixels[i] / 255f;
    }

    /// <summary>The examples of these numbers, in their order.</summary>
    public ImageSet Select(ReadOnlySpan<int> indices) => With(
        Values is null ? Chosen(Pixels, indices, Size) : [], Values is null ? null : Chosen(Values, indices, Size),
        Labels is null ? null : Chosen(Labels, indices, 1), LabelNames);

    private ImageSet With(byte[] pixels, float[]? values, byte[]? labels, IReadOnlyList<string>? names) => values is null
        ? new ImageSet(pixels, labels, Width, Height, Channels) { LabelNames = names }
        : new ImageSet(values, labels, Width) { LabelNames = names };

    private static T[] Chosen<T>(T[] all, ReadOnlySpan<int> indices, int size)
    {
        var chosen = new T[checked(indices.Length * size)];
        for (var i = 0; i < indices.Length; i++)
            all.AsSpan(indices[i] * size, size).CopyTo(chosen.AsSpan(i * size));
        return chosen;
    }

    private static void ThrowIfNotOneEach(byte[]? labels, long count)
    {
        if (labels is not null && labels.Length != count)
            throw new ArgumentException($"{labels.Length} labels were given for {count} images.", nameof(labels));
    }
}
