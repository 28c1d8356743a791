namespace VaeGpu.Training.Data;

/// <summary>
/// Tables of .csv and .npy files. Columns are standardized to mean 0 and deviation 1 over the part that is trained on, or as a model's
/// data was. An .npy array of bytes is images: (count, height, width), with 3 behind for color, or (count, columns).
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

    public static DataSplit LoadNpy(string path, DataFit fit, ulong seed)
    {
        var array = NpyFile.Read(path);
        var shape = array.Shape;
        var columns = shape.Skip(1).Aggregate(1, (product, side) => product * side);
        if (array.Bytes is not null)
            return SeededSplit.Of(NameOf(path), Images(path, array.Bytes, shape, columns), seed, fit.Whole);
        var bad = Array.FindIndex(array.Numbers!, value => !double.IsFinite(value));
        if (bad >= 0)
            throw new DataException($"{path}: the value of row {bad / columns}, column {bad % columns} is missing or infinite; fill it in, or take the row or the column out.");
        return Standardized(path, new CsvTable(TableSet.NamesOf(columns), array.Numbers!, null), null, null, fit, seed, []);
    }

    private static ImageSet Images(string path, byte[] bytes, int[] shape, int columns) => shape switch
    {
        [_, _] => new ImageSet(bytes, null, columns, 1),
        [_, var height, var width] => new ImageSet(bytes, null, width, height),
        [var count, var height, var width, 3] => new ImageSet(Planes(bytes, count, height * width), null, width, height, 3),
        _ => throw new DataException($"{path} has the shape ({string.Join(", ", shape)}); bytes are (count, columns), (count, height, width) or (count, height, width, 3)."),
    };

    /// <summary>(count, pixels, 3) as (count, 3, pixels).</summary>
    private static byte[] Planes(byte[] bytes, int count, int pixels)
    {
        var planes = new byte[bytes.Length];
        for (var i = 0; i < bytes.Length; i++)
            planes[i / (3 * pixels) * 3 * pixels + i % 3 * pixels + i / 3 % pixels] = bytes[i];
        return planes;
    }

    private static DataSplit Standardized(
        string path, CsvTable table, byte[]? labels, string[]? classes, DataFit fit, ulong seed, List<string> notes)
    {
        var (names, name) = (table.Names, Path.GetFileNameWithoutExtension(path));
        var (train, test) = SeededSplit.Rows(name, table.Values.Length / names.Length, seed, fit.Whole);
        var scales = (fit.Format as TableFormat)?.Columns ?? TableScales.Of(path, table, train, fit.Options, notes);
        int[] columns = [.. scales.Select(scale => Array.IndexOf(names, scale.Name))];
        string[] others = [.. names.Except(scales.Select(scale => scale.Name))];
        if (columns.Contains(-1) || (others.Length > 0 && fit.Options.ConstantColumns is not ConstantColumns.Drop))
            throw new DataException($"{path} has other columns ({string.Join(", ", names)}) than the model was trained on ({string.Join(", ", scales.Select(scale => scale.Name))}).");
        return new DataSplit(name, Part(train), Part(test)) { Notes = notes };

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
            return new TableSet(scaled, labels is null ? null : Array.ConvertAll(rows, row => labels[row]), scales) { LabelNames = classes };
        }
    }

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(path);
}
