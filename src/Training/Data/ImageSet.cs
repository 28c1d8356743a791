using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Likelihoods;

namespace VaeGpu.Training.Data;

/// <summary>Pictures of one size.</summary>
public sealed class ImageSet : ExampleSet
{
    /// <summary>
    /// Holds <paramref name="pixels"/> of shape (count, channels·height·width) and <paramref name="labels"/> of shape (count).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is not positive.</exception>
    /// <exception cref="ArgumentException">The pixels are not a whole number of images, or the labels are not one for each.</exception>
    public ImageSet(byte[] pixels, byte[]? labels, int width, int height, int channels = 1)
        : base(new ImageFormat(Positive(width), Positive(height), Positive(channels)), pixels.Length, labels) => Pixels = pixels;

    /// <summary>
    /// Gray levels 0 (black) to 255 (white), shape (count, channels·height·width): image after image, channel after channel, row after
    /// row.
    /// </summary>
    public byte[] Pixels { get; }

    /// <summary>The share of pixels that are neither black nor white.</summary>
    public double GrayShare => 1 - (double)(CountOf(byte.MinValue) + CountOf(byte.MaxValue)) / Pixels.Length;

    /// <summary>The pixels of image <paramref name="index"/>, shape (channels·height·width).</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return Pixels.AsSpan(index * Format.Size, Format.Size);
        }
    }

    /// <inheritdoc/>
    public override void CopyTo(int first, Span<float> batch) => Scale(Pixels.AsSpan(first * Format.Size, batch.Length), batch);

    /// <inheritdoc/>
    public override ImageSet Select(ReadOnlySpan<int> indices) =>
        With(Chosen(Pixels, indices, Format.Size), ChosenLabels(indices), LabelNames, Sources.Select(indices));

    /// <inheritdoc/>
    public override ImageSet WithLabels(byte[] labels, IReadOnlyList<string>? names) => With(Pixels, labels, names, Sources);

    /// <inheritdoc/>
    public override ImageSet WithSources(ExampleSources sources) => With(Pixels, Labels, LabelNames, sources);

    /// <summary>
    /// Draws each pixel white with probability level/255, else black; image i by (seed, first + i) alone. Colors are drawn channel by
    /// channel.
    /// </summary>
    public override ImageSet Binarized(ulong seed, int first, int threads)
    {
        var (size, drawn) = (Format.Size, new byte[Pixels.Length]);
        Parallel.For(0, Count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            var random = new StrokeRandom(seed ^ 0xB1A5ED, (ulong)first + (ulong)i);
            for (var at = i * size; at < (i + 1) * size; at++)
                drawn[at] = random.Below(255) < Pixels[at] ? byte.MaxValue : byte.MinValue;
        });
        return With(drawn, Labels, LabelNames, Sources);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Gray levels under a distribution of black and white: exp(−cross-entropy) does not add up to 1 over them (Loaiza-Ganem and Cunningham
    /// 2019).
    /// </remarks>
    public override string? Caveat(Likelihood likelihood, Binarization binarization)
    {
        if (likelihood != Likelihood.Bernoulli || binarization is not Binarization.None || GrayShare is 0)
            return null;
        return FormattableString.Invariant($"{100 * GrayShare:F1} % of the pixels are gray, and bernoulli is a distribution of black and white: its losses ")
            + "are not log-likelihoods; draw pixels black or white with --binarize dynamic or static, or choose another --likelihood, such as "
            + $"{Likelihood.ContinuousBernoulli}.";
    }

    internal override ReadOnlySpan<byte> Stored(int first, int count) => Pixels.AsSpan(first * Format.Size, count * Format.Size);

    internal override DeviceExamples ToDevice(Accelerator accelerator, StepLauncher launcher) =>
        DeviceExamples.Of<byte>(accelerator, Count, Pixels, launcher.Gather);

    private static int Positive(int side)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(side);
        return side;
    }

    private int CountOf(byte level) => Pixels.AsSpan().Count(level);

    private ImageSet With(byte[] pixels, byte[]? labels, IReadOnlyList<string>? names, ExampleSources sources) =>
        new(pixels, labels, Format.Width, Format.Height, Format.Channels) { LabelNames = names, Sources = sources };
}
