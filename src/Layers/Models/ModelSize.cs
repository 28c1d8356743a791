namespace VaeGpu.Layers.Models;

/// <summary>How large a model's matrices are before it is built: kernels number a matrix's elements by <see cref="int"/>.</summary>
public static class ModelSize
{
    /// <summary>Elements of the largest matrix of weights, of a batch or of partial sums.</summary>
    /// <param name="shape">The model.</param>
    /// <param name="outputs">The decoder's outputs for each number of an example.</param>
    /// <param name="batch">The rows of a batch, draws counted.</param>
    public static long LargestMatrix(VaeShape shape, int outputs, int batch)
    {
        long categories = shape.Categories.Sum();
        long data = (long)shape.Numbers * Math.Max(1, shape.Symbols) + categories;
        long columns = (long)shape.Numbers * outputs + categories;
        int latent = shape.LatentDimensions;
        return shape.Convolution is not { } image
            ? Math.Max(
                LargestLinear([data + shape.Classes, .. shape.EncoderWidths, 2L * latent], batch),
                LargestLinear([latent + shape.Classes, .. shape.DecoderWidths, columns], batch))
            : Math.Max(
                LargestConvolutional(image, shape, shape.EncoderWidths, image.Colors, 2 * latent, batch),
                LargestConvolutional(image, shape, [.. shape.DecoderWidths.Reverse()], image.Colors * outputs, latent, batch));
    }

    /// <summary>The widths in either direction.</summary>
    private static long LargestLinear(IReadOnlyList<long> widths, int batch) =>
        Math.Max(widths.Zip(widths.Skip(1)).Max(pair => pair.First * pair.Second), batch * widths.Max());

    /// <summary>
    /// From the image to the latent, or as seen from the image: a decoder's channels come in reverse. Unfolded images have
    /// Kernel² numbers for each that a coarse pixel sees; partial sums of the weights' gradient are fewer than images and weights together.
    /// </summary>
    private static long LargestConvolutional(
        ConvolutionalShape image, VaeShape shape, IReadOnlyList<int> channels, int colors, int latent, int batch)
    {
        long largest = 0, taps = image.Kernel * image.Kernel, inner = (long)image.Height * image.Width * colors;
        for (int i = 0; i < channels.Count; i++)
        {
            var level = image.Level(i, 1, 1);
            long finePixels = level.Fine.Pixels, coarsePixels = level.Coarse.Pixels;
            long weights = taps * colors * channels[i];
            long unfolded = ConvParameters.UnfoldsAt(colors) ? coarsePixels * taps * colors : 0;
            long widest = Math.Max(unfolded, Math.Max(finePixels * colors, coarsePixels * channels[i]));
            largest = Math.Max(largest, Math.Max(4 * weights, batch * widest + weights));
            (colors, inner) = (channels[i], coarsePixels * channels[i]);
        }
        return Math.Max(largest, LargestLinear([inner + shape.Classes, .. image.Dense, latent + (long)shape.Classes], batch));
    }
}
