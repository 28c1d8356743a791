using VaeGpu.Host.Pictures;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;
using VaeGpu.Training.Watching;

namespace VaeGpu.Host;

/// <summary>What a model makes, laid out to be looked at.</summary>
internal sealed class RunPictures(Generation generation, ExampleLayout layout, IReadOnlyList<int>? unseenLabels = null)
{
    /// <summary>Images that a run leaves of either kind.</summary>
    public const int Count = 64;

    /// <summary>What a model in training makes.</summary>
    public static RunPictures Of(Trainer trainer, Generation generation) =>
        new(generation, ExampleLayout.Of(trainer.Configuration), trainer.Configuration.Data.UnseenLabels);

    /// <summary>Samples and reconstructions of a model in training, where they are pictures.</summary>
    public static IEnumerable<(string Name, EncodedPicture Picture)> Encoded(Trainer trainer, ExampleSet test)
    {
        using Generation generation = trainer.Generation();
        RunPictures made = Of(trainer, generation);
        if (made.Samples(Count, trainer.Configuration.Training.Seed, default) is Picture samples)
            yield return ("samples", samples.Encoded());
        if (made.Reconstructions(test, Count, default) is Picture reconstructions)
            yield return ("reconstructions", reconstructions.Encoded());
    }

    /// <summary>What a file of them ends in.</summary>
    public string Extension => layout.Extension;

    /// <summary>Mean images, or with <paramref name="draw"/> draws of p(x∣z), of latent vectors z drawn from the prior.</summary>
    public IShown Samples(int count, uint seed, CancellationToken stop, byte? label = null, bool draw = false) => layout.Tile(
        new(generation.SampleExamples(count, seed, stop, label, draw, unseenLabels), generation.LabelsFor(count, label, unseenLabels)),
        layout.ColumnsFor(count));

    /// <summary>The first <paramref name="count"/> of <paramref name="images"/>, each above its reconstruction.</summary>
    public IShown Reconstructions(ExampleSet images, int count, CancellationToken stop, byte? label = null)
    {
        ExampleSet some = First(images, count);
        float[] made = generation.ReconstructExamples(some, stop, label);
        return layout.Pairs(Shown(some), new(made, label is null ? Shown(some).Labels : generation.LabelsFor(some.Count, label)));
    }

    /// <summary>Mean images of latent vectors in units of the prior, shape (count, d), <paramref name="columns"/> in a row.</summary>
    public IShown Decoded(float[] units, int columns, CancellationToken stop, byte? label) =>
        layout.Tile(Decode(units, stop, label), columns);

    /// <summary>Mean images of latent vectors z, shape (count, d).</summary>
    public IShown Latent(float[] latent, CancellationToken stop, byte[]? labels) => layout.Tile(
        new(generation.DecodeExamples(latent, stop, labels), labels), layout.ColumnsFor(latent.Length / generation.Latent));

    /// <summary>
    /// A row for each pair of neighbors among the first 2·<paramref name="pairs"/> images: the first, the way from its code to that of
    /// the second, in units of the prior, decoded in <paramref name="steps"/> images, and the second.
    /// </summary>
    public IShown Interpolations(ExampleSet images, int pairs, int steps, PathKind kind, CancellationToken stop, byte? label)
    {
        pairs = Math.Min(pairs, images.Count / 2);
        if (pairs == 0)
            throw new UsageException("An interpolation needs two images; the data has one.");
        ExampleSet ends = First(images, 2 * pairs);
        var codes = generation.ToPriorUnits(generation.Encode(ends, stop).Means, ends.Labels, stop);
        var rows = new List<ShownExamples>();
        for (var pair = 0; pair < pairs; pair++)
        {
            var path = LatentPaths.Between(Code(2 * pair), Code(2 * pair + 1), steps, kind);
            rows.AddRange([One(2 * pair), Decode(path, stop, label), One(2 * pair + 1)]);
        }
        return layout.Tile(ShownExamples.Joined(rows), steps + 2);

        ReadOnlySpan<float> Code(int image) => codes.AsSpan(image * generation.Latent, generation.Latent);

        ShownExamples One(int image) => Shown(ends.Select([image]));
    }

    /// <summary>Writes the curves of the epochs done, if there are any.</summary>
    /// <returns>Why there is no PNG of them, if there is none.</returns>
    public static IReadOnlyList<string> WriteLosses(string path, string title, string unit, IReadOnlyList<EpochMetrics> epochs) =>
        epochs.Count == 0
            ? []
            : LossChart.Write(
                path,
                title,
                unit,
                [.. epochs.Select(epoch =>
                    new EpochLoss(epoch.Epoch, epoch.Train.Loss, epoch.Test.Loss, epoch.Test.Reconstruction, epoch.Test.Kl))]);

    private static ExampleSet First(ExampleSet images, int count) => images.Select([.. Enumerable.Range(0, Math.Min(count, images.Count))]);

    private ShownExamples Shown(ExampleSet examples)
    {
        var values = new float[examples.Count * examples.Format.Size];
        examples.CopyTo(0, values);
        return new(values, generation.Classes == 0 ? null : examples.Labels);
    }

    private ShownExamples Decode(float[] units, CancellationToken stop, byte? label)
    {
        byte[]? labels = generation.LabelsFor(units.Length / generation.Latent, label);
        return new(generation.DecodeExamples(generation.FromPriorUnits(units, labels, stop), stop, labels), labels);
    }
}
