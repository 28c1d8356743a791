namespace VaeGpu.Training.Data;

/// <summary>
/// Tables of .csv and .npy files. Columns are standardized to mean 0 and deviation 1 over the part that is trained on, or as a model's
/// data was. An .npy array of bytes is images: (count, height, width), with 3 behind for color, or (count, columns).
/// </summary>
internal static class TableFile
{
    public static DataSplit LoadCsv(string path, DataFit fit, ulong seed)
    {
        var table = CsvTable.Read(path);
        if (table.Classes is null)
            return Standardized(path, table.Names, table.Values, fit, seed);
        string[] classes = [.. table.Classes.Distinct().Order(StringComparer.Ordinal)];
        if (classes.Length > 256)
            throw new DataException($"{path} has {classes.Length} classes; 256 are the most, so rename its class column if it is a number like any other.");
        var labels = Array.ConvertAll(table.Classes, name => (byte)Array.IndexOf(classes, name));
        return Standardized(path, table.Names, table.Values, fit, seed, labels, classes);
    }

    public static DataSplit LoadNpy(string path, DataFit fit, ulong seed)
    {
        var array = NpyFile.Read(path);
        var shape = array.Shape;
        var columns = shape.Skip(1).Aggregate(1, (product, side) => product * side);
        if (array.Bytes is not null)
            return SeededSplit.Of(NameOf(path), Images(path, array.Bytes, shape, columns), seed, fit.Whole);
        var bad = Array.FindIndex(array.Floats!, value => !float.IsFinite(value));
        if (bad >= 0)
            throw new DataException($"{path}: the value of row {bad / columns}, column {bad % columns} is missing or infinite; fill it in, or take the row or the column out.");
        return Standardized(path, TableSet.NamesOf(columns), array.Floats!, fit, seed);
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
        string path, string[] names, float[] values, DataFit fit, ulong seed, byte[]? labels = null, string[]? classes = null)
    {
        var (train, test) = SeededSplit.Rows(NameOf(path), values.Length / names.Length, seed, fit.Whole);
        var scales = (fit.Format as TableFormat)?.Columns ?? [.. names.Select((name, column) => Scale(name, column))];
        if (!names.SequenceEqual(scales.Select(scale => scale.Name)))
            throw new DataException($"{path} has other columns ({string.Join(", ", names)}) than the model was trained on ({string.Join(", ", scales.Select(scale => scale.Name))}).");
        return new DataSplit(NameOf(path), Part(train), Part(test));

        TableSet Part(int[] rows)
        {
            float[] scaled = [.. rows.SelectMany(row => scales.Select((scale, column) =>
                (float)((values[row * names.Length + column] - scale.Mean) / scale.Deviation)))];
            return new TableSet(scaled, labels is null ? null : Array.ConvertAll(rows, row => labels[row]), scales) { LabelNames = classes };
        }

        // Where all values are the same the deviation counts as 1.
        ColumnScale Scale(string name, int column)
        {
            double mean = 0, squares = 0;
            foreach (var (i, row) in train.Index())
            {
                var value = values[row * names.Length + column];
                var distance = value - mean;
                mean += distance / (i + 1);
                squares += distance * (value - mean);
            }
            return new ColumnScale(name, mean, squares > 0 ? Math.Sqrt(squares / train.Length) : 1);
        }
    }

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(path);
}
