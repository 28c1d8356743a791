namespace VaeGpu.Training.Data;

/// <summary>
/// Grey images of one size, with a class label each if there are labels. The arrays are not copied and must not be changed.
/// </summary>
public sealed class ImageSet
{
    /// <summary>Holds <paramref name="pixels"/> of shape (count, height·width) and <paramref name="labels"/> of shape (count).</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is not positive.</exception>
    /// <exception cref="ArgumentException">The pixels are not a whole number of images, or the labels are not one for each.</exception>
    public ImageSet(byte[] pixels, byte[]? labels, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        var (count, rest) = Math.DivRem(pixels.LongLength, (long)width * height);
        if (rest != 0)
            throw new ArgumentException($"{pixels.Length} pixels are not a whole number of {width}×{height} images.", nameof(pixels));
        if (labels is not null && labels.Length != count)
            throw new ArgumentException($"{labels.Length} labels were given for {count} images.", nameof(labels));
        (Pixels, Labels, Width, Height, Count) = (pixels, labels, width, height, (int)count);
    }

    /// <summary>Grey levels 0 (black) to 255 (white), shape (count, height·width): image after image, row after row.</summary>
    public byte[] Pixels { get; }

    /// <summary>The class of each image, shape (count); null where the images have no labels.</summary>
    public byte[]? Labels { get; }

    /// <summary>Columns of an image, in pixels.</summary>
    public int Width { get; }

    /// <summary>Rows of an image, in pixels.</summary>
    public int Height { get; }

    /// <summary>The number of images.</summary>
    public int Count { get; }

    /// <summary>Pixels of one image: height·width.</summary>
    public int Size => Width * Height;

    /// <summary>The pixels of image <paramref name="index"/>, shape (height·width).</summary>
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
}
