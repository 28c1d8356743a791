using VaeGpu.Training.Runs;

namespace VaeGpu.Host.Pictures;

/// <summary>Examples to be shown, shape (count, size), as a model has them, with their labels where it is conditional.</summary>
internal readonly record struct ShownExamples(float[] Values, byte[]? Labels)
{
    /// <summary>Each example followed by that of <paramref name="others"/>.</summary>
    public ShownExamples Interleaved(ShownExamples others, int size) => new(
        InTurn(Values, others.Values, size), Labels is null || others.Labels is null ? null : InTurn(Labels, others.Labels, 1));

    /// <summary>All of some examples, one after the other.</summary>
    public static ShownExamples Joined(IReadOnlyList<ShownExamples> some) => new(
        [.. some.SelectMany(one => one.Values)],
        some.Any(one => one.Labels is null) ? null : [.. some.SelectMany(one => one.Labels!)]);

    private static T[] InTurn<T>(T[] first, T[] second, int size) =>
        [.. first.Chunk(size).Zip(second.Chunk(size)).SelectMany(pair => (T[])[.. pair.First, .. pair.Second])];
}

/// <summary>How examples of one format are laid out to be looked at.</summary>
internal abstract class ExampleLayout
{
    /// <summary>What a file of them ends in.</summary>
    public abstract string Extension { get; }

    /// <summary>The layout of a run's examples.</summary>
    public static ExampleLayout Of(RunConfiguration run) => run.Format switch
    {
        TableFormat table => new TableLayout(table, run.Data.LabelNames),
        TextFormat text => new TextLayout(text),
        var images => new ImageLayout((ImageFormat)images),
    };

    /// <summary>Columns in which <paramref name="count"/> examples are best seen.</summary>
    public abstract int ColumnsFor(int count);

    /// <summary>Examples in rows of <paramref name="columns"/>.</summary>
    public abstract IShown Tile(ShownExamples examples, int columns);

    /// <summary>Each of the inputs with its output.</summary>
    public abstract IShown Pairs(ShownExamples inputs, ShownExamples outputs);

    private sealed class ImageLayout(ImageFormat format) : ExampleLayout
    {
        private const int PairColumns = 16;

        public override string Extension => ".png";

        public override int ColumnsFor(int count) => (int)Math.Ceiling(Math.Sqrt(count));

        public override IShown Tile(ShownExamples examples, int columns) =>
            ImageGrid.Tile(Generation.Bytes(examples.Values), format.Width, format.Height, columns, format.Channels);

        public override IShown Pairs(ShownExamples inputs, ShownExamples outputs) => ImageGrid.Pairs(
            Generation.Bytes(inputs.Values), Generation.Bytes(outputs.Values), format.Width, format.Height, PairColumns, format.Channels);
    }

    private sealed class TextLayout(TextFormat format) : ExampleLayout
    {
        public override string Extension => ".txt";

        public override int ColumnsFor(int count) => count;

        public override IShown Tile(ShownExamples examples, int columns) =>
            TextGrid.Of(Generation.Bytes(examples.Values), format.Alphabet, format.Length, columns);

        public override IShown Pairs(ShownExamples inputs, ShownExamples outputs) => Tile(inputs.Interleaved(outputs, format.Size), 2);
    }

    /// <summary>A line for each example; where they are in rows of several, the line begins with its place.</summary>
    private sealed class TableLayout(TableFormat format, IReadOnlyList<string>? classes) : ExampleLayout
    {
        public override string Extension => ".csv";

        public override int ColumnsFor(int count) => 1;

        public override IShown Tile(ShownExamples examples, int columns) => new TableRows(format, examples, classes, columns);

        public override IShown Pairs(ShownExamples inputs, ShownExamples outputs) => Tile(inputs.Interleaved(outputs, format.Size), 2);
    }
}
