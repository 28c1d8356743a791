namespace VaeGpu.Training.Data;

/// <summary>
/// Tables of files. Columns are standardized to mean 0 and deviation 1 over the part that is trained on, or as a model's data was.
/// </summary>
internal static class TableFile
{
    public static DataSplit LoadCsv(string path, DataFit fit, ulong seed)
    {
        var notes = new List<string>();
        var table = CsvTable.Read(path, fit.Options, notes);
        if (table.Classes is null)
            return Standardized(path, MissingColumns.Filled(path, table, fit, notes), null, null, fit, seed, notes);
        string[] classes = [.. table.Classes.Distinct().Order(StringComparer.Ordinal)];
        if (classes.Length > 256)
            throw new DataException($"{path} has {classes.Length} classes; 256 are the most, so rename its class column if it is a number like any other.");
        var labels = Array.ConvertAll(table.Classes, name => (byte)Array.IndexOf(classes, name));
        return Standardized(path, MissingColumns.Filled(path, table, fit, notes), labels, classes, fit, seed, notes);
    }

    /// <summary>The table, split and standardized; its missing values become 0.</summary>
    public static DataSplit Standardized(
        string path, CsvTable table, byte[]? labels, string[]? classes, DataFit fit, ulong seed, List<string> notes)
    {
        var (names, name) = (table.Names, Path.GetFileNameWithoutExtension(path));
        var (train, test) = SeededSplit.Rows(name, table.Values.Length / names.Length, seed, fit.Whole);
        var scales = (fit.Format as TableFormat)?.Columns ?? TableScales.Of(path, table, train, fit.Options, notes);
        int[] columns = [.. scales.Select(scale => Array.IndexOf(names, scale.Name))];
        string[] others = [.. names.Except(scales.Select(scale => scale.Name))];
        if (columns.Contains(-1) || (others.Length > 0 && fit.Options.ConstantColumns is not ConstantColumns.Drop))
            throw new DataException($"{path} has other columns ({string.Join(", ", names)}) than the model was trained on ({string.Join(", ", scales.Select(scale => scale.Name))}).");
        var sources = table.Lines is { } lines ? ExampleSources.Lines(lines) : ExampleSources.Indices;
        return new DataSplit(name, Part(train), Part(test)) { IsSeeded = true, Notes = notes };

        TableSet Part(int[] rows)
        {
            var scaled = new float[rows.Length * columns.Length];
            for (var i = 0; i < scaled.Length; i++)
            {
                var scale = scales[i % columns.Length];
                double value = table.Values[rows[i / columns.Length] * names.Length + columns[i % columns.Length]];
                value = double.IsNaN(value) ? scale.Mean : fit.Options.SinglePrecision ? (float)value : value;
                scaled[i] = (float)((value - scale.Mean) / scale.Deviation);
            }
            return new TableSet(scaled, labels is null ? null : Array.ConvertAll(rows, row => labels[row]), scales) 
            {
                LabelNames = classes, Sources = sources.Select(rows),
            };
        }
    }
}
