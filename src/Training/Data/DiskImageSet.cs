namespace VaeGpu.Training.Data;

/// <summary>Pictures of one size that stay in a file: they are read when they are used, and a part of them is a list of rows.</summary>
internal sealed class DiskImageSet : ExampleSet
{
    private const int SampledPixels = 1 << 24;
    private readonly ByteRows file;
    private readonly int[]? rows;
    private readonly (ulong Seed, int First)? drawn;

    /// <summary>Pictures of <paramref name="format"/>, a row of <paramref name="file"/> each.</summary>
    /// <param name="file">The pixels.</param>
    /// <param name="format">The format.</param>
    /// <param name="labels">Their labels, shape (count).</param>
    /// <param name="rows">The row of each picture; null for the file's own order.</param>
    /// <param name="drawn">How pixels are drawn black or white: <see cref="Binarized"/>; null for gray ones.</param>
    public DiskImageSet(ByteRows file, ImageFormat format, byte[]? labels, int[]? rows = null, (ulong Seed, int First)? drawn = null)
        : base(format, (long)(rows?.Length ?? file.Count) * format.Size, labels) =>
        (this.file, this.rows, this.drawn) = (file, rows, drawn);

    private new ImageFormat Format => (ImageFormat)base.Format;

    /// <inheritdoc/>
    public override void CopyTo(int first, Span<float> batch)
    {
        var levels = new byte[batch.Length];
        ReadStored(first, levels);
        Scale(levels, batch);
    }

    /// <inheritdoc/>
    public override ExampleSet Select(ReadOnlySpan<int> indices)
    {
        var chosen = new int[indices.Length];
        for (var i = 0; i < indices.Length; i++)
            chosen[i] = RowOf(indices[i]);
        if (drawn is null)
            return With(ChosenLabels(indices), LabelNames, Sources.Select(indices), chosen, null);
        // What is drawn depends on a picture's number in the whole set, so a part of it is drawn here.
        var pixels = new byte[checked(indices.Length * Format.Size)];
        for (var i = 0; i < indices.Length; i++)
            ReadStored(indices[i], pixels.AsSpan(i * Format.Size, Format.Size));
        return new ImageSet(pixels, ChosenLabels(indices), Format.Width, Format.Height, Format.Channels)
        {
            LabelNames = LabelNames, Sources = Sources.Select(indices),
        };
    }

    /// <inheritdoc/>
    public override ExampleSet WithLabels(byte[] labels, IReadOnlyList<string>? names) => With(labels, names, Sources, rows, drawn);

    /// <inheritdoc/>
    public override ExampleSet WithSources(ExampleSources sources) => With(Labels, LabelNames, sources, rows, drawn);

    /// <inheritdoc/>
    public override ExampleSet Binarized(ulong seed, int first, int threads) => With(Labels, LabelNames, Sources, rows, (seed, first));

    /// <inheritdoc/>
    public override string? Caveat(Likelihood likelihood, Binarization binarization) =>
        GrayLevels.Caveat(likelihood, binarization, () => GrayLevels.Share(Sample()));

    internal override void ReadStored(int first, Span<byte> bytes)
    {
        if (rows is null)
            file.Read(first, bytes);
        int size = Format.Size;
        for (var (i, at) = (first, 0); at < bytes.Length; i++, at += size)
        {
            Span<byte> picture = bytes.Slice(at, size);
            if (rows is not null)
                file.Read(rows[i], picture);
            if (drawn is { } draw)
                GrayLevels.Draw(picture, picture, draw.Seed, draw.First + i);
        }
    }

    internal override DeviceExamples ToDevice(Accelerator accelerator, StepLauncher launcher, BatchOrder order) =>
        new StreamedExamples<byte>(accelerator, this, launcher.Gather, order);

    private int RowOf(int index) => rows?[index] ?? index;

    /// <summary>Pixels of some pictures that lie evenly in the set.</summary>
    private byte[] Sample()
    {
        int size = Format.Size, count = Math.Clamp(SampledPixels / size, 1, Count);
        var pixels = new byte[count * size];
        for (var i = 0; i < count; i++)
            ReadStored((int)((long)i * Count / count), pixels.AsSpan(i * size, size));
        return pixels;
    }

    private DiskImageSet With(
        byte[]? labels, IReadOnlyList<string>? names, ExampleSources sources, int[]? rows, (ulong Seed, int First)? drawn) =>
        new(file, Format, labels, rows, drawn) { LabelNames = names, Sources = sources };
}
