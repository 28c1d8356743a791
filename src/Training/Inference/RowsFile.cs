using VaeGpu.Training.Data;
using VaeGpu.Training.Files;

namespace VaeGpu.Training.Inference;

/// <summary>Rows of a table that a model made, as a .csv file in the units, the categories and the order of its own columns.</summary>
/// <remarks>
/// Numbers have the digits that a float32 in units of the column's deviation has. Where a column says that a value is missing, the value's
/// cell is empty; that column is none of the file's. The class is the last column.
/// </remarks>
public static class RowsFile
{
    /// <summary>Digits behind those of the deviation that a float32 distinguishes.</summary>
    private const int Digits = 8;

    /// <summary>Writes <paramref name="rows"/>, shape (count, columns of the format).</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">The columns.</param>
    /// <param name="rows">The rows as the model has them: standardized numbers, and then codes of categories.</param>
    /// <param name="classes">The class of each row, or null.</param>
    /// <param name="steps">
    /// Where rows belong together, how many do: the first two columns are then the number of the group, "row", and that within it, "step";
    /// or "row_" and "step_" where the table has columns of these names.
    /// </param>
    /// <exception cref="IOException">The file cannot be written; an older one is as it was.</exception>
    public static void Write(string path, TableFormat format, float[] rows, IReadOnlyList<string>? classes = null, int steps = 1)
    {
        (string Name, Func<float[], string> Cell)[] columns = [.. Columns(format)];
        string[] names = [.. columns.Select(column => column.Name), .. classes is null ? [] : (string[])[format.ClassColumn ?? "class"]];
        CsvText.Write(
            path,
            [.. steps > 1 ? (string[])[Free("row", names), Free("step", names)] : [], .. names],
            rows.Chunk(format.Size).Select((row, i) => (IEnumerable<string>)
            [
                .. steps > 1 ? (string[])[Text(i / steps), Text(i % steps)] : [],
                .. columns.Select(column => column.Cell(row)),
                .. classes is null ? [] : (string[])[classes[i]],
            ]));
    }

    /// <summary>The names of the columns, and the cells of <paramref name="rows"/>, shape (count, columns of the format).</summary>
    /// <param name="format">The columns.</param>
    /// <param name="rows">The rows as the model has them.</param>
    public static (IReadOnlyList<string> Names, IReadOnlyList<IReadOnlyList<string>> Rows) Cells(TableFormat format, float[] rows)
    {
        (string Name, Func<float[], string> Cell)[] columns = [.. Columns(format)];
        return (
            [.. columns.Select(column => column.Name)],
            [.. rows.Chunk(format.Size).Select(row => (string[])[.. columns.Select(column => column.Cell(row))])]);
    }

    private static IEnumerable<(string Name, Func<float[], string> Cell)> Columns(TableFormat format)
    {
        int?[] missing = [.. format.Columns.Select(column => format.MissingColumnOf(column.Name))];
        var numbers = format.Columns.Index()
            .Where(column => !missing.Contains(column.Index))
            .Select(column => (column.Item.Position, column.Item.Name, Cell: NumberOf(format, column.Index, missing[column.Index])));
        var words = format.Categorical.Select((column, i) => (column.Position, column.Name,
            Cell: (Func<float[], string>)(row => column.Categories[(int)row[format.Columns.Count + i]])));
        return numbers.Concat(words).OrderBy(column => column.Position).Select(column => (column.Name, column.Cell));
    }

    private static Func<float[], string> NumberOf(TableFormat format, int column, int? missing) => row =>
        missing is { } says && format.Columns[says].Restored(row[says]) > 0.5 ? "" : Text(format.Columns[column], row[column]);

    /// <summary>The name, with as many underscores behind it as make it no column of the table.</summary>
    private static string Free(string name, string[] names) => names.Contains(name) ? Free(name + "_", names) : name;

    private static string Text(ColumnScale scale, float standardized)
    {
        double value = scale.Restored(standardized), digits = Digits - Math.Floor(Math.Log10(scale.Deviation));
        return (digits is >= 0 and <= 15 ? Math.Round(value, (int)digits) : value).ToString("R", CultureInfo.InvariantCulture);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
