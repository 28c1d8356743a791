namespace VaeGpu.Training.Data;

/// <summary>Means and deviations of a table's columns.</summary>
internal static class TableScales
{
    /// <summary>A deviation below this part of the mean is what rounding leaves of a constant.</summary>
    private const double Rounding = 1e-12;

    /// <summary>The scales of the columns over some rows, without those of columns that are dropped. Missing values do not count.</summary>
    /// <exception cref="DataException">A column is constant and that was not provided for, or has no value.</exception>
    public static ColumnScale[] Of(string path, CsvTable table, int[] rows, DataOptions options, List<string> notes)
    {
        ColumnScale[] all = [.. Enumerable.Range(0, table.Names.Length).Select(column => Scale(path, table, rows, column))];
        string[] constant = [.. all.Where(IsConstant).Select(scale => scale.Name)];
        if (constant.Length == 0)
            return all;
        string list = string.Join(", ", constant.Select(name => $"\"{name}\""));
        switch (options.ConstantColumns)
        {
            case ConstantColumns.Refuse:
                throw new DataException($"{path}: all values to train on are the same in {list}; leave such columns out with --constant-columns drop, or train on them with --constant-columns keep.");
            case ConstantColumns.Keep:
                notes.Add($"constant columns: {list}");
                return Array.ConvertAll(all, scale => scale.Deviation > 0 ? scale : scale with { Deviation = 1 });
        }
        notes.Add($"constant columns left out: {list}");
        var varying = Array.FindAll(all, scale => !IsConstant(scale));
        return varying.Length > 0 ? varying : throw new DataException($"{path} has constant columns only.");
    }

    private static bool IsConstant(ColumnScale scale) => scale.Deviation <= Rounding * Math.Abs(scale.Mean);

    /// <summary>Mean and deviation of a column.</summary>
    private static ColumnScale Scale(string path, CsvTable table, int[] rows, int column)
    {
        double mean = 0, squares = 0;
        int count = 0;
        foreach (int row in rows)
        {
            double value = table.Values[row * table.Names.Length + column];
            if (double.IsNaN(value))
                continue;
            double distance = value - mean;
            mean += distance / ++count;
            squares += distance * (value - mean);
        }
        if (count == 0 && rows.Length > 0)
            throw new DataException($"{path}: \"{table.Names[column]}\" has no value to train on; leave the column out with --ignore.");
        return new ColumnScale(table.Names[column], mean, Math.Sqrt(squares / Math.Max(count, 1)));
    }
}
