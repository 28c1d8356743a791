namespace VaeGpu.Training.Data;

/// <summary>
/// Examples of one format, with a class label each if there are labels: an <see cref="ImageSet"/>, a <see cref="TableSet"/> or a
/// <see cref="TextSet"/>. The arrays are not copied and must not be changed.
/// </summary>
public abstract class ExampleSet
{
    /// <summary>Describes examples that have <paramref name="numbers"/> numbers in all.</summary>
    private protected ExampleSet(ExampleFormat format, long numbers, byte[]? labels)
    {
        var (count, rest) = Math.DivRem(numbers, format.Size);
        if (rest != 0)
            throw new ArgumentException($"{numbers} numbers are not a whole number of examples of {format.SizeInWords}.");
        if (labels is not null && labels.Length != count)
            throw new ArgumentException($"{labels.Length} labels were given for {count} examples.", nameof(labels));
        (Format, Count, Labels) = (format, checked((int)count), labels);
    }

    /// <summary>What each example is.</summary>
    public ExampleFormat Format { get; }

    /// <summary>The number of examples.</summary>
    public int Count { get; }

    /// <summary>The class of each example, shape (count); null where there are no labels.</summary>
    public byte[]? Labels { get; }

    /// <summary>What the classes are called, where they have names; else they are numbers.</summary>
    public IReadOnlyList<string>? LabelNames { get; init; }

    /// <summary>Where each example comes from.</summary>
    public ExampleSources Sources { get; init; } = ExampleSources.Indices;

    /// <summary>What a class is called: its name, or its number.</summary>
    public string NameOf(byte label) => LabelNames is { } names && label < names.Count
        ? names[label]
        : label.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>
    /// Fills <paramref name="batch"/>, shape (rows, size), with examples from <paramref name="first"/> on as a model takes them: bytes are
    /// divided by 255.
    /// </summary>
    public abstract void CopyTo(int first, Span<float> batch);

    /// <summary>The examples of these numbers, in their order.</summary>
    public abstract ExampleSet Select(ReadOnlySpan<int> indices);

    /// <summary>The same examples with other labels.</summary>
    public abstract ExampleSet WithLabels(byte[] labels, IReadOnlyList<string>? names);

    /// <summary>The same examples from other sources.</summary>
    public abstract ExampleSet WithSources(ExampleSources sources);

    /// <summary>
    /// The examples with each gray pixel drawn black or white; example i by (seed, first + i) alone. Data without pixels stays as it is.
    /// </summary>
    public virtual ExampleSet Binarized(ulong seed, int first, int threads) => this;

    /// <summary>What is doubtful about a likelihood that is not refused, with the remedy; null where nothing is.</summary>
    public virtual string? Caveat(Likelihood likelihood, Binarization binarization) => null;

    /// <summary>Bytes of a number as it is stored.</summary>
    internal virtual int NumberBytes => 1;

    /// <summary>
    /// Fills <paramref name="bytes"/> with whole examples from <paramref name="first"/> on as they are stored, shape (rows, bytes).
    /// </summary>
    internal abstract void ReadStored(int first, Span<byte> bytes);

    /// <summary>The examples for kernels, in batches of an order.</summary>
    internal abstract DeviceExamples ToDevice(Accelerator accelerator, StepLauncher launcher, BatchOrder order);

    private protected static T[] Chosen<T>(T[] all, ReadOnlySpan<int> indices, int size)
    {
        var chosen = new T[checked(indices.Length * size)];
        for (var i = 0; i < indices.Length; i++)
            all.AsSpan(indices[i] * size, size).CopyTo(chosen.AsSpan(i * size));
        return chosen;
    }

    private protected byte[]? ChosenLabels(ReadOnlySpan<int> indices) => Labels is null ? null : Chosen(Labels, indices, 1);

    /// <summary>Bytes as numbers from 0 to 1.</summary>
    private protected static void Scale(ReadOnlySpan<byte> bytes, Span<float> numbers)
    {
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = bytes[i] / 255f;
    }
}
