using VaeGpu.Host.Pictures;
using VaeGpu.Training.Data;
using VaeGpu.Training.Inference;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host;

/// <summary>What a model makes, laid out to be looked at: images as pictures, lines of text as such.</summary>
/// <param name="generation">The model.</param>
/// <param name="alphabet">The symbols of text; null for images.</param>
internal sealed class RunPictures(Generation generation, string? alphabet)
{
    /// <summary>Images that a run leaves of either kind.</summary>
    public const int Count = 64;

    private const int PairColumns = 16;

    /// <summary>What a file of them ends in.</summary>
    public string Extension => alphabet is null ? ".png" : ".txt";

    /// <summary>Mean images, or with <paramref name="draw"/> draws of p(x∣z), of latent vectors z drawn from the prior.</summary>
    public IShown Samples(int count, uint seed, CancellationToken stop, byte? label = null, bool draw = false) =>
        Tile(generation.Sample(count, seed, stop, label, draw), alphabet is null ? (int)Math.Ceiling(Math.Sqrt(count)) : count);

    /// <summary>
    /// The first <paramref name="count"/> of <paramref name="images"/>, each above its reconstruction, or what it were with a label.
    /// </summary>
    public IShown Reconstructions(ImageSet images, int count, CancellationToken stop, byte? label = null)
    {
        count = Math.Min(count, images.Count);
        var inputs = images.Pixels.AsSpan(0, count * images.Size);
        var outputs = generation.Reconstruct(inputs, stop, images.Labels?[..count], label);
        if (alphabet is null)
            return ImageGrid.Pairs(inputs, outputs, images.Width, images.Height, PairColumns, images.Channels);
        var pairs = inputs.ToArray().Chunk(images.Size).Zip(outputs.Chunk(images.Size), (input, output) => (byte[])[.. input, .. output]);
        return Tile([.. pairs.SelectMany(pair => pair)], 2);
    }

    /// <summary>Mean images of latent vectors in units of the prior, shape (count, d), <paramref name="columns"/> in a row.</summary>
    public IShown Decoded(float[] units, int columns, CancellationToken stop, byte? label) => Tile(Decode(units, stop, label), columns);

    /// <summary>
    /// A row for each pair of neighbors among the first 2·<paramref name="pairs"/> images: the first, the way from its code to that of
    /// the second, in units of the prior, decoded in <paramref name="steps"/> images, and the second.
    /// </summary>
    public IShown Interpolations(ImageSet images, int pairs, int steps, PathKind kind, CancellationToken stop, byte? label)
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
            rows.AddRange(Decode(path, stop, label));
            rows.AddRange(images[2 * pair + 1]);
        }
        return Tile([.. rows], steps + 2);

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

    private IShown Tile(byte[] examples, int columns) => alphabet is null
        ? ImageGrid.Tile(examples, generation.Width, generation.Height, columns, generation.Channels)
        : TextGrid.Of(examples, alphabet, generation.Width, columns);

    private byte[] Decode(float[] units, CancellationToken stop, byte? label)
    {
        byte[]? labels = label is { } one ? [.. Enumerable.Repeat(one, units.Length / generation.Latent)] : null;
        return generation.DecodeBytes(generation.FromPriorUnits(units, labels, stop), stop, labels);
    }
}
