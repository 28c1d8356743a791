using VaeGpu.Kernels.Convolutions;

namespace VaeGpu.Tests.Kernels;

/// <summary>Convolutions straight from the definition: every pair of pixels and taps, asked whether they meet.</summary>
internal static class ConvReference
{
    /// <summary>Σ fine·weights·coarse over all that meet, in double precision.</summary>
    public static double Trilinear(float[] fine, float[] weights, float[] coarse, ConvShape shape)
    {
        double sum = 0;
        foreach ((int f, int w, int c, int image) in Terms(shape))
            sum += (double)fine[image * shape.Fine.Length + f] * weights[w] * coarse[image * shape.Coarse.Length + c];
        return sum;
    }

    /// <summary>coarse = fine ∗ weights, terms in the order of taps and fine channels.</summary>
    public static float[] ToCoarse32(float[] fine, float[] weights, ConvShape shape)
    {
        var coarse = new float[shape.Images * shape.Coarse.Length];
        foreach ((int f, int w, int c, int image) in Terms(shape))
        {
            ref float sum = ref coarse[image * shape.Coarse.Length + c];
            sum = MathF.FusedMultiplyAdd(fine[image * shape.Fine.Length + f], weights[w], sum);
        }
        return coarse;
    }

    /// <summary>The transpose: terms in the order of taps and coarse channels.</summary>
    public static float[] ToFine32(float[] coarse, float[] weights, ConvShape shape)
    {
        var fine = new float[shape.Images * shape.Fine.Length];
        foreach ((int f, int w, int c, int image) in Terms(shape))
        {
            ref float sum = ref fine[image * shape.Fine.Length + f];
            sum = MathF.FusedMultiplyAdd(coarse[image * shape.Coarse.Length + c], weights[w], sum);
        }
        return fine;
    }

    /// <summary>The gradient of the weights: chunks of images, each summed in the order of images and coarse pixels, then added.</summary>
    public static float[] Weights32(float[] fine, float[] coarse, ConvShape shape)
    {
        var partial = new float[ConvWeights.Chunks(shape), shape.Weights];
        foreach ((int f, int w, int c, int image) in Terms(shape))
        {
            ref float sum = ref partial[image / ConvWeights.ChunkImages(shape), w];
            sum = MathF.FusedMultiplyAdd(fine[image * shape.Fine.Length + f], coarse[image * shape.Coarse.Length + c], sum);
        }
        var sums = new float[shape.Weights];
        for (int chunk = 0; chunk < partial.GetLength(0); chunk++)
        {
            for (int w = 0; w < sums.Length; w++)
                sums[w] += partial[chunk, w];
        }
        return sums;
    }

    /// <summary>unfolded (images·coarse pixels, taps·fine channels).</summary>
    public static float[] Unfold(float[] fine, ConvShape shape)
    {
        int columns = shape.Taps * shape.Fine.Channels;
        var unfolded = new float[shape.Images * shape.Coarse.Pixels * columns];
        foreach ((int f, int w, int c, int image) in Terms(shape))
        {
            int row = image * shape.Coarse.Pixels + c / shape.Coarse.Channels;
            unfolded[row * columns + w / shape.Coarse.Channels] = fine[image * shape.Fine.Length + f];
        }
        return unfolded;
    }

    /// <summary>Its transpose: terms in the order of taps.</summary>
    public static float[] Fold(float[] unfolded, ConvShape shape)
    {
        int columns = shape.Taps * shape.Fine.Channels;
        var fine = new float[shape.Images * shape.Fine.Length];
        foreach ((int f, int w, int c, int image) in Terms(shape with { Coarse = shape.Coarse with { Channels = 1 } }))
            fine[image * shape.Fine.Length + f] += unfolded[(image * shape.Coarse.Pixels + c) * columns + w];
        return fine;
    }

    /// <summary>
    /// The triples of fine element, weight and coarse element that meet, image by image; the kernels' order of every sum: images, taps,
    /// fine channels, coarse pixels and coarse channels, from the slowest to the fastest.
    /// </summary>
    public static IEnumerable<(int Fine, int Weight, int Coarse, int Image)> Terms(ConvShape shape)
    {
        ImageShape fine = shape.Fine, coarse = shape.Coarse;
        for (int image = 0; image < shape.Images; image++)
        for (int w = 0; w < shape.Taps * fine.Channels; w++)
        for (int c = 0; c < coarse.Length; c++)
        {
            int tap = w / fine.Channels, pixel = c / coarse.Channels;
            int y = pixel / coarse.Width * shape.Stride - shape.Padding + tap / shape.Kernel;
            int x = pixel % coarse.Width * shape.Stride - shape.Padding + tap % shape.Kernel;
            if (y < 0 || y >= fine.Height || x < 0 || x >= fine.Width)
                continue;
            int f = (y * fine.Width + x) * fine.Channels + w % fine.Channels;
            yield return (f, w * coarse.Channels + c % coarse.Channels, c, image);
        }
    }
}
