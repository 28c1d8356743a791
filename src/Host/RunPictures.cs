using VaeGpu.Host.Pictures;
using VaeGpu.Training;
using VaeGpu.Training.Data;
using VaeGpu.Training.Runs;
using VaeGpu.Training.Uses;

namespace VaeGpu.Host;

/// <summary>The pictures of a run.</summary>
internal static class RunPictures
{
    /// <summary>Images in samples.png and in reconstructions.png.</summary>
    public const int Count = 64;

    private const int PairColumns = 16;

    /// <summary>Mean images of latent vectors drawn from the prior.</summary>
    public static Picture Samples(Generation generation, int count, uint seed, CancellationToken stop, byte? label = null) => ImageGrid.Tile(
        generation.Sample(count, seed, stop, label), generation.Width, generation.Height, Columns(count), generation.Channels);

    /// <summary>The first <paramref name="count"/> of <paramref name="images"/>, each above its reconstruction, or what it were with a label.</summary>
    public static Picture Reconstructions(Generation generation, ImageSet images, int count, CancellationToken stop, byte? label = null)
    {
        count = Math.Min(count, images.Count);
        var inputs = images.Pixels.AsSpan(0, count * images.Size);
        var outputs = generation.Reconstruct(inputs, stop, images.Labels?[..count], label);
        return ImageGrid.Pairs(inputs, outputs, images.Width, images.Height, PairColumns, images.Channels);
    }

    /// <summary>Mean images of latent vectors in units of the prior, shape (count, d), <paramref name="columns"/> in a row.</summary>
    public static Picture Decoded(Generation generation, float[] units, int columns, CancellationToken stop, byte? label) =>
        ImageGrid.Tile(Decode(generation, units, stop, label), generation.Width, generation.Height, columns, generation.Channels);

    /// <summary>
    /// A row for each pair of neighbours among the first 2·<paramref name="pairs"/> images: the first, the way from its code to that of
    /// the second, in units of the prior, decoded in <paramref name="steps"/> images, and the second.
    /// </summary>
    public static Picture Interpolations(
        Generation generation, ImageSet images, int pairs, int steps, PathKind kind, CancellationToken stop, byte? label)
    {
        pairs = Math.Min(pairs, images.Count / 2);
        if (pairs == 0)
            throw new UsageException("An interpolation needs two images; the data has one.");
        var ends = images.Select([.. Enumerable.Range(0, 2 * pairs)]);
        var codes = generation.ToPriorUnits(generation.Encode(ends, stop).Means, ends.Labels, stop);
        var rows = new List<byte>();
        for (var pair = 0; pair < pairs; pair++)
        {
            rows.AddRange(images[2 * pair]);
            var path = LatentPaths.Between(Code(2 * pair), Code(2 * pair + 1), steps, kind);
            rows.AddRange(Decode(generation, path, stop, label));
            rows.AddRange(images[2 * pair + 1]);
        }
        return ImageGrid.Tile([.. rows], images.Width, images.Height, steps + 2, images.Channels);

        ReadOnlySpan<float> Code(int image) => codes.AsSpan(image * generation.Latent, generation.Latent);
    }

    /// <summary>Writes the curves of the epochs done, if there are any.</summary>
    public static void WriteLosses(string path, string title, string unit, IReadOnlyList<EpochMetrics> epochs)
    {
        if (epochs.Count > 0)
        {
            LossChart.Write(
                path,
                title,
                unit,
                [.. epochs.Select(epoch =>
                    new EpochLoss(epoch.Epoch, epoch.Train.Loss, epoch.Test.Loss, epoch.Test.Reconstruction, epoch.Test.Kl))]);
        }
    }

    private static byte[] Decode(Generation generation, float[] units, CancellationToken stop, byte? label)
    {
        byte[]? labels = label is { } one ? [.. Enumerable.Repeat(one, units.Length / generation.Latent)] : null;
        return generation.DecodeGrey(generation.FromPriorUnits(units, labels, stop), stop, labels);
    }

    private static int Columns(int count) => (int)Math.Ceiling(Math.Sqrt(count));
}
