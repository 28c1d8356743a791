using VaeGpu.Training.Data;

namespace VaeGpu.Host.Pictures;

/// <summary>How examples of one format, shape (count, size) as bytes, are laid out to be looked at.</summary>
internal abstract class ExampleLayout
{
    /// <summary>What a file of them ends in.</summary>
    public abstract string Extension { get; }

    /// <summary>The layout of a format; null where examples have none, as rows of a table.</summary>
    public static ExampleLayout? Of(ExampleFormat format) => format switch
    {
        ImageFormat images => new ImageLayout(images),
        TextFormat text => new TextLayout(text),
        _ => null,
    };

    /// <summary>Columns in which <paramref name="count"/> examples are best seen.</summary>
    public abstract int ColumnsFor(int count);

    /// <summary>Examples in rows of <paramref name="columns"/>.</summary>
    public abstract IShown Tile(byte[] examples, int columns);

    /// <summary>Each of the inputs with its output.</summary>
    public abstract IShown Pairs(byte[] inputs, byte[] outputs);

    private sealed class ImageLayout(ImageFormat format) : ExampleLayout
    {
        private const int PairColumns = 16;

        public override string Extension => ".png";

        public override int ColumnsFor(int count) => (int)Math.Ceiling(Math.Sqrt(count));

        public override IShown Tile(byte[] examples, int columns) =>
            ImageGrid.Tile(examples, format.Width, format.Height, columns, format.Channels);

        public override IShown Pairs(byte[] inputs, byte[] outputs) =>
            ImageGrid.Pairs(inputs, outputs, format.Width, format.Height, PairColumns, format.Channels);
    }

    private sealed class TextLayout(TextFormat format) : ExampleLayout
    {
        public override string Extension => ".txt";

        public override int ColumnsFor(int count) => count;

        public override IShown Tile(byte[] examples, int columns) => TextGrid.Of(examples, format.Alphabet, format.Length, columns);

        public override IShown Pairs(byte[] inputs, byte[] outputs)
        {
            var pairs = inputs.Chunk(format.Length).Zip(outputs.Chunk(format.Length), (input, output) => (byte[])[.. input, .. output]);
            return Tile([.. pairs.SelectMany(pair => pair)], 2);
        }
    }
}
