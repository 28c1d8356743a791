namespace VaeGpu.Training.Data;

/// <summary>An array of numbers as a table, shape (count, columns); NaN is a missing value.</summary>
internal sealed class ArrayTable(string path, double[] values, TableColumns columns) : TableSource
{
    /// <inheritdoc/>
    public override string Path => path;

    /// <inheritdoc/>
    public override TableColumns Columns => columns;

    /// <inheritdoc/>
    public override IEnumerable<TableBlock> Blocks()
    {
        var (width, used) = (columns.Names.Length, columns.Used);
        var block = new TableBlock(used.Length, BlockRows);
        for (var row = 0; row < values.Length / width; row++)
        {
            for (var i = 0; i < used.Length; i++)
            {
                double value = values[row * width + used[i]];
                bool isWord = columns.AsWords[i] && !double.IsNaN(value);
                block.Numbers[block.Count * used.Length + i] = isWord ? double.NaN : value;
                block.Words[block.Count * used.Length + i] = isWord ? FormattableString.Invariant($"{value:R}") : null;
            }
            block.Classes[block.Count] =
                columns.Class is { } at ? Class(row, FormattableString.Invariant($"{values[row * width + at]:R}")) : null;
            block.Places[block.Count++] = row;
            if (block.Count < BlockRows)
                continue;
            yield return block;
            block.Count = 0;
        }
        yield return block;
    }
}
