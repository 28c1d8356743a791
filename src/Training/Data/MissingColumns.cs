namespace VaeGpu.Training.Data;

/// <summary>Columns that say where values are missing.</summary>
internal static class MissingColumns
{
    private const string Suffix = " is missing";

    /// <summary>
    /// The table with a column of 0 and 1 for each that has missing values, or had them in a model's data, where that was asked for.
    /// </summary>
    public static CsvTable Filled(string path, CsvTable table, DataFit fit, List<string> notes)
    {
        int width = table.Names.Length, count = table.Values.Count(double.IsNaN);
        if (count > 0)
            notes.Add(FormattableString.Invariant($"{count} missing values of {path} are replaced by the means of their columns"));
        if (fit.Options.Missing is not MissingValues.Indicator)
            return table;
        var known = (fit.Format as TableFormat)?.Columns.Select(scale => scale.Name);
        int[] marked = [.. Enumerable.Range(0, width).Where(column => known?.Contains(table.Names[column] + Suffix)
            ?? table.Values.Where((value, i) => i % width == column && double.IsNaN(value)).Any())];
        if (marked.Length == 0)
            return table;
        var values = new double[table.Values.Length / width * (width + marked.Length)];
        for (var row = 0; row < table.Values.Length / width; row++)
        {
            var from = table.Values.AsSpan(row * width, width);
            var to = values.AsSpan(row * (width + marked.Length));
            from.CopyTo(to);
            for (var i = 0; i < marked.Length; i++)
                to[width + i] = double.IsNaN(from[marked[i]]) ? 1 : 0;
        }
        return table with { Names = [.. table.Names, .. marked.Select(column => table.Names[column] + Suffix)], Values = values };
    }
}
