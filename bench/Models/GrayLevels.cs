using VaeGpu.Training.Data;

namespace VaeGpu.Bench.Models;

/// <summary>Digits of 16 gray levels, in the forms that discrete distributions and densities take.</summary>
internal static class GrayLevels
{
    /// <summary>Levels.</summary>
    public const int Count = 16;

    private const int Width = 256 / Count;

    /// <summary>Level k as k/15: what a discrete distribution is told.</summary>
    public static ImageSet Discrete(ImageSet images) => new(
        Array.ConvertAll(images.Pixels, pixel => (byte)(pixel / Width * 255 / (Count - 1))), images.Labels, images.Format.Width,
        images.Format.Height);

    /// <summary>
    /// Level k as (k + u)/16, u uniform on [0, 1): a density p of these has E[log p] − D·log 16 ≤ log P(levels) (Theis, van den Oord and
    /// Bethge 2016, section 3.1), so that densities and discrete distributions compare, and no spike on a level is worth more than its
    /// mass.
    /// </summary>
    public static TableSet Dequantized(ImageSet images, int seed)
    {
        var random = new Random(seed);
        float[] values = Array.ConvertAll(images.Pixels, pixel => (pixel / Width + random.NextSingle()) / Count);
        return new TableSet(values, images.Labels, images.Format.Size);
    }
}
