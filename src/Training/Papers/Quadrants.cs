using VaeGpu.Training.Data;

namespace VaeGpu.Training.Papers;

/// <summary>Images of which one, two or three quadrants are given, and the rest is to be predicted.</summary>
internal sealed class Quadrants
{
    private readonly ImageSet images;

    /// <param name="images">The images.</param>
    /// <param name="count">
    /// Quadrants that are given: the one at the bottom left, the left half, or all but the one at the bottom right.
    /// </param>
    public Quadrants(ImageSet images, int count)
    {
        this.images = images;
        int width = images.Format.Width, height = images.Format.Height;
        ILookup<bool, int> pixels = Enumerable.Range(0, width * height).ToLookup(pixel =>
        {
            bool left = pixel % width < width / 2, bottom = pixel / width >= height / 2;
            return count == 1 ? left && bottom : count == 2 ? left : left || !bottom;
        });
        (Given, Missing) = ([.. pixels[true]], [.. pixels[false]]);
    }

    /// <summary>The numbers of the pixels that are given.</summary>
    public int[] Given { get; }

    /// <summary>The numbers of those that are not.</summary>
    public int[] Missing { get; }

    /// <summary>Images.</summary>
    public int Count => images.Count;

    /// <summary>The gray levels, from 0 to 1, of some pixels of some images, (rows, pixels).</summary>
    public void CopyTo(Span<float> values, ReadOnlySpan<int> rows, int[] pixels)
    {
        for (var row = 0; row < rows.Length; row++)
        {
            ReadOnlySpan<byte> image = images[rows[row]];
            for (var i = 0; i < pixels.Length; i++)
                values[row * pixels.Length + i] = image[pixels[i]] / 255f;
        }
    }

    /// <summary>
    /// Whole images: the given pixels are the set's own, and in place of the missing ones are others, (rows, missing), or gray.
    /// </summary>
    public byte[] Completed(ReadOnlySpan<int> rows, float[]? missing)
    {
        int size = images.Format.Size;
        var whole = new byte[rows.Length * size];
        for (var row = 0; row < rows.Length; row++)
        {
            images[rows[row]].CopyTo(whole.AsSpan(row * size));
            for (var i = 0; i < Missing.Length; i++)
                whole[row * size + Missing[i]] = (byte)MathF.Round(255 * (missing?[row * Missing.Length + i] ?? 0.5f));
        }
        return whole;
    }
}
