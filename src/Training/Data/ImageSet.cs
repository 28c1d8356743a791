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
    public double GrayShare => GrayLevels.Share(Pixels);

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
            GrayLevels.Draw(Pixels.AsSpan(i * size, size), drawn.AsSpan(i * size, size), seed, first + i));
        return With(drawn, Labels, LabelNames, Sources);
    }

    /// <inheritdoc/>
    public override string? Caveat(Likelihood likelihood, Binarization binarization) =>
        GrayLevels.Caveat(likelihood, binarization, () => GrayShare);

    internal override void ReadStored(int first, Span<byte> bytes) => Pixels.AsSpan(first * Format.Size, bytes.Length).CopyTo(bytes);

    internal override DeviceExamples ToDevice(Accelerator accelerator, StepLauncher launcher, BatchOrder order) =>
        DeviceExamples.Of<byte>(accelerator, this, Pixels, launcher.Gather, order);

    private static int Positive(int side)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(side);
        return side;
    }

    private ImageSet With(byte[] pixels, byte[]? labels, IReadOnlyList<string>? names, ExampleSources sources) =>
        new(pixels, labels, Format.Width, Format.Height, Format.Channels) { LabelNames = names, Sources = sources };
}
