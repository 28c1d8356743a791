using VaeGpu.Bench.Measuring;
using VaeGpu.Bench.Models;
using VaeGpu.Training.Data;

namespace VaeGpu.Bench.Figures;

/// <summary>
/// The images that steps train on: MNIST's where a step is of their size and they are at hand, else random pixels. Products skip zeros, of
/// which MNIST has many and random pixels few.
/// </summary>
internal static class TrainingImages
{
    // Read and drawn once: what they take must not count as a step's memory.
    private static readonly Lazy<byte[]> random = new(() => Data.Bytes(new StepSize(1).Images * new StepSize(1).Pixels));
    private static readonly Lazy<(byte[]? Pixels, string Reason)> mnist = new(() =>
        TrainedModel.Mnist(out string reason) is { Train: ImageSet images } ? (images.Pixels, "") : (null, reason));

    /// <summary>The pixels of a step's images.</summary>
    public static byte[] For(StepSize size) => AreMnist(size) ? mnist.Value.Pixels! : random.Value;

    /// <summary>Why a step that should train on MNIST does not; else empty.</summary>
    public static string Note(StepSize size) =>
        size.IsOfMnist && mnist.Value.Pixels is null ? $"random pixels, because MNIST is not available ({mnist.Value.Reason})" : "";

    /// <summary>Writes MNIST's pixels, a byte each, to a file from which a peer reads them; null where MNIST is not at hand.</summary>
    public static SharedFile? Share()
    {
        if (mnist.Value.Pixels is not { } pixels)
            return null;
        string path = Path.GetTempFileName();
        File.WriteAllBytes(path, pixels);
        return new(path);
    }

    /// <summary>Whether a step trains on MNIST.</summary>
    public static bool AreMnist(StepSize size) => size.IsOfMnist && mnist.Value.Pixels is not null;

    /// <summary>A file that is deleted once it is not needed.</summary>
    /// <param name="Path">Its path.</param>
    public sealed record SharedFile(string Path) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => File.Delete(Path);
    }
}
