using System.Globalization;
using nietras.SeparatedValues;

namespace VaeGpu.Training.Data;

/// <summary>
/// A table of numbers, shape (count, columns), as a file has it. Reads comma-separated values (RFC 4180): the first line names the
/// columns unless all of it is numbers; a column "class" or "label" holds the classes.
/// </summary>
internal sealed record CsvTable(string[] Names, float[] Values, string[]? Classes)
{
    private const int MostShown = 40;
    private static readonly string[] Missing = ["", "na", "n/a", "nan", "null", "none", "?"];

    /// <summary>Reads <paramref name="path"/>.</summary>
    /// <exception cref="DataException">A value is missing or no number, or a line has another number of cells: line and column are
    /// named.</exception>
    public static CsvTable Read(string path)
    {
        using var rows = Sep.New(',')
            .Reader(options => options with { HasHeader = false, Unescape = true, Trim = SepTrim.All, DisableColCountCheck = true })
            .From(TextFile.Open(path));
        string[]? names = null;
        var classColumn = -1;
        var values = new List<float>();
        var classes = new List<string>();
        foreach (var row in rows)
        {
            if (row.Span.IsWhiteSpace())
                continue;
            var cells = row[..].ToStringsArray();
            if (names is null)
            {
                ThrowIfNotCommas(path, row.Span);
                var named = !cells.All(cell => float.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
                names = named ? cells : [.. cells.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"column {i + 1}"))];
                classColumn = Array.FindIndex(names, name => name.ToLowerInvariant() is "class" or "label");
                if (named)
                    continue;
            }
            if (cells.Length != names.Length)
                throw new DataException($"{path}, line {row.LineNumberFrom} has {cells.Length} cells where the first line has {names.Length}; mend it.");
            for (var column = 0; column < cells.Length; column++)
            {
                if (column == classColumn)
                    classes.Add(Class(path, row.LineNumberFrom, names[column], cells[column]));
                else
                    values.Add(Number(path, row.LineNumberFrom, names[column], cells[column]));
            }
        }
        if (names is null)
            throw new DataException($"{path} is empty; a table of comma-separated numbers was expected.");
        if (values.Count == 0)
            throw new DataException($"{path} has no rows of numbers below its header.");
        return new CsvTable([.. names.Where((_, i) => i != classColumn)], [.. values], classColumn < 0 ? null : [.. classes]);
    }

    private static void ThrowIfNotCommas(string path, ReadOnlySpan<char> line)
    {
        if (!line.Contains(',') && line.IndexOfAny(';', '\t') is >= 0 and var other)
            throw new DataException($"{path} sets its cells apart by {(line[other] == ';' ? "semicolons" : "tabs")}; save it with commas between them, and points in its numbers.");
    }

    private static float Number(string path, int line, string column, string cell)
    {
        if (Missing.Contains(cell.ToLowerInvariant()))
            throw Lacks(path, line, column);
        var isNumber = float.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
        if (isNumber && float.IsFinite(number))
            return number;
        var shown = cell.Length <= MostShown ? cell : $"{cell[..MostShown]}…";
        throw new DataException($"{path}, line {line}: \"{shown}\" in column \"{column}\" " + (isNumber
            ? "is beyond what a float32 holds; write the column in other units."
            : "is not a number; write numbers such as -1.5 or 2e3."));
    }

    private static string Class(string path, int line, string column, string cell) =>
        cell.Length > 0 ? cell : throw Lacks(path, line, column);

    private static DataException Lacks(string path, int line, string column) =>
        new($"{path}, line {line}: the value of \"{column}\" is missing; fill it in, or take the line or the column out.");
}
