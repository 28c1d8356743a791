namespace VaeGpu.Training.Data;

/// <summary>Lines of text of one length.</summary>
public sealed class TextSet : ExampleSet
{
    /// <summary>Holds the lines and <paramref name="labels"/> of shape (count).</summary>
    /// <param name="symbols">The symbols' numbers in the alphabet, shape (count, length).</param>
    /// <param name="labels">The labels, or null.</param>
    /// <param name="alphabet">The symbols; the first is the blank that lines are padded with.</param>
    /// <param name="length">Symbols of a line.</param>
    /// <exception cref="ArgumentException">The symbols are not a whole number of lines, or the labels are not one for each.</exception>
    public TextSet(byte[] symbols, byte[]? labels, string alphabet, int length)
        : base(new TextFormat(alphabet, length), symbols.Length, labels) => Symbols = symbols;

    /// <summary>The symbols' numbers in the alphabet, shape (count, length).</summary>
    public byte[] Symbols { get; }

    /// <inheritdoc/>
    public override void CopyTo(int first, Span<float> batch) => Scale(Symbols.AsSpan(first * Format.Size, batch.Length), batch);

    /// <inheritdoc/>
    public override TextSet Select(ReadOnlySpan<int> indices) =>
        With(Chosen(Symbols, indices, Format.Size), ChosenLabels(indices), LabelNames, Sources.Select(indices));

    /// <inheritdoc/>
    public override TextSet WithLabels(byte[] labels, IReadOnlyList<string>? names) => With(Symbols, labels, names, Sources);

    /// <inheritdoc/>
    public override TextSet WithSources(ExampleSources sources) => With(Symbols, Labels, LabelNames, sources);

    internal override void ReadStored(int first, Span<byte> bytes) => Symbols.AsSpan(first * Format.Size, bytes.Length).CopyTo(bytes);

    internal override DeviceExamples ToDevice(Accelerator accelerator, StepLauncher launcher, BatchOrder order) =>
        DeviceExamples.Of<byte>(accelerator, this, Symbols, launcher.Gather, order);

    private TextSet With(byte[] symbols, byte[]? labels, IReadOnlyList<string>? names, ExampleSources sources) =>
        new(symbols, labels, ((TextFormat)Format).Alphabet, Format.Width) { LabelNames = names, Sources = sources };
}
