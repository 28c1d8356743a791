using VaeGpu.Host.Pictures;
using VaeGpu.Training;
using VaeGpu.Training.Data;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host;

/// <summary>The pictures of a run.</summary>
internal static class RunPictures
{
    /// <summary>Images in samples.png and in reconstructions.png.</summary>
    public const int Count = 64;

    private const int PairColumns = 16;

    /// <summary>Mean images of latent vectors drawn from the prior.</summary>
    public static GreyPicture Samples(Generation generation, int count, uint seed, CancellationToken stop) => ImageGrid.Tile(
        generation.Sample(count, seed, stop), generation.Width, generation.Height, Columns(count));

    /// <summary>The first <paramref name="count"/> of <paramref name="images"/>, each above its reconstruction.</summary>
    public static GreyPicture Reconstructions(Generation generation, ImageSet images, int count, CancellationToken stop)
    {
        count = Math.Min(count, images.Count);
        var inputs = images.Pixels.AsSpan(0, count * images.Size);
        return ImageGrid.Pairs(inputs, generation.Reconstruct(inputs, stop), images.Width, images.Height, PairColumns);
    }

    /// <summary>Writes the curves of the epochs done, if there are any.</summary>
    public static void WriteLosses(string path, string title, IReadOnlyList<EpochMetrics> epochs)
    {
        if (epochs.Count > 0)
        {
            LossChart.Write(
                path,
                title,
                [.. epochs.Select(epoch =>
                    new EpochLoss(epoch.Epoch, epoch.Train.Loss, epoch.Test.Loss, epoch.Test.Reconstruction, epoch.Test.Kl))]);
        }
    }

    private static int Columns(int count) => (int)Math.Ceiling(Math.Sqrt(count));
}
