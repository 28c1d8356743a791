using System.Runtime.InteropServices;

namespace VaeGpu.Training.Data;

/// <summary>Rows of a table: numbers, and then the codes of categories.</summary>
public sealed class TableSet : ExampleSet
{
    /// <summary>
    /// Holds the rows of a table, shape (count, columns), and <paramref name="labels"/> of shape (count). The columns are standardized as
    /// their scales say.
    /// </summary>
    /// <exception cref="ArgumentException">The values are not a whole number of rows, or the labels are not one for each.</exception>
    public TableSet(float[] values, byte[]? labels, IReadOnlyList<ColumnScale> columns)
        : this(values, labels, new TableFormat(columns))
    {
    }

    /// <summary>The same of a table of any format, whose categories are their numbers.</summary>
    /// <exception cref="ArgumentException">The values are not a whole number of rows, or the labels are not one for each.</exception>
    public TableSet(float[] values, byte[]? labels, TableFormat format) : base(format, values.Length, labels) => Values = values;

    /// <summary>The same of columns that are called "column 0" and so on, and are taken as they are.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number of columns is not positive.</exception>
    /// <exception cref="ArgumentException">The values are not a whole number of rows, or the labels are not one for each.</exception>
    public TableSet(float[] values, byte[]? labels, int columns)
        : this(values, labels, [.. NamesOf(columns).Select(name => new ColumnScale(name, Mean: 0, Deviation: 1))])
    {
    }

    /// <summary>The rows, shape (count, columns).</summary>
    public float[] Values { get; }

    /// <inheritdoc/>
    public override void CopyTo(int first, Span<float> batch) => Values.AsSpan(first * Format.Size, batch.Length).CopyTo(batch);

    /// <inheritdoc/>
    public override TableSet Select(ReadOnlySpan<int> indices) =>
        With(Chosen(Values, indices, Format.Size), ChosenLabels(indices), LabelNames, Sources.Select(indices));

    /// <inheritdoc/>
    public override TableSet WithLabels(byte[] labels, IReadOnlyList<string>? names) => With(Values, labels, names, Sources);

    /// <inheritdoc/>
    public override TableSet WithSources(ExampleSources sources) => With(Values, Labels, LabelNames, sources);

    internal override int NumberBytes => sizeof(float);

    internal override void ReadStored(int first, Span<byte> bytes) =>
        MemoryMarshal.AsBytes(Values.AsSpan(first * Format.Size, bytes.Length / sizeof(float))).CopyTo(bytes);

    internal override DeviceExamples ToDevice(Accelerator accelerator, StepLauncher launcher, BatchOrder order) =>
        DeviceExamples.Of<float>(accelerator, this, Values, launcher.Gather, order);

    /// <summary>What the columns of an array are called.</summary>
    internal static string[] NamesOf(int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        return [.. Enumerable.Range(0, columns).Select(i => string.Create(CultureInfo.InvariantCulture, $"column {i}"))];
    }

    private TableSet With(float[] values, byte[]? labels, IReadOnlyList<string>? names, ExampleSources sources) =>
        new(values, labels, (TableFormat)Format) { LabelNames = names, Sources = sources };
}
