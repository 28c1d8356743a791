namespace VaeGpu.Training.Data;

/// <summary>Black and white from gray, as a Bernoulli likelihood takes it.</summary>
public static class Binarizer
{
    /// <summary>
    /// Draws each pixel white with probability level/255, else black; image i by (seed, first + i) alone. Colors are drawn channel by
    /// channel.
    /// </summary>
    public static ImageSet Once(ImageSet images, ulong seed, int first, int threads)
    {
        var pixels = new byte[images.Pixels.Length];
        Parallel.For(0, images.Count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            var random = new StrokeRandom(seed ^ 0xB1A5ED, (ulong)first + (ulong)i);
            for (var at = i * images.Size; at < (i + 1) * images.Size; at++)
                pixels[at] = random.Below(255) < images.Pixels[at] ? byte.MaxValue : byte.MinValue;
        });
        return new ImageSet(pixels, images.Labels, images.Width, images.Height, images.Channels) { LabelNames = images.LabelNames };
    }

    /// <summary>The share of pixels that are neither black nor white; 0 of a table.</summary>
    public static double GrayShare(ImageSet images) =>
        images.Pixels.Length == 0 ? 0 : 1 - (double)(Count(images, byte.MinValue) + Count(images, byte.MaxValue)) / images.Pixels.Length;

    private static int Count(ImageSet images, byte level) => images.Pixels.AsSpan().Count(level);
}
