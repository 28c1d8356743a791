using System.Globalization;
using nietras.SeparatedValues;

namespace VaeGpu.Training.Data;

/// <summary>
/// A table of numbers, shape (count, columns), as a file has it; a missing value is NaN. Reads values separated by commas, semicolons or
/// tabs (RFC 4180): the first line names the columns unless all of it is numbers.
/// </summary>
internal sealed record CsvTable(string[] Names, double[] Values, string[]? Classes)
{
    /// <summary>The line of the file at which each row begins; null where rows are counted from 0.</summary>
    public int[]? Lines { get; init; }

    private const int MostShown = 40;
    private static readonly string[] Missing = ["", "na", "n/a", "nan", "null", "none", "?"];

    /// <summary>Reads <paramref name="path"/>.</summary>
    /// <exception cref="DataException">A value is no number, or missing where that is not provided for, or a line has another number of
    /// cells, or quotes are misplaced: line and column are named.</exception>
    public static CsvTable Read(string path, DataOptions options, List<string> notes)
    {
        char separator = Separator(path, notes);
        using var rows = Sep.New(separator)
            .Reader(reader => reader with { HasHeader = false, DisableColCountCheck = true }).From(TextFile.Open(path));
        CsvColumns? columns = null;
        var values = new List<double>();
        var classes = new List<string>();
        var lines = new List<int>();
        foreach (var row in rows)
        {
            if (row.Span.IsWhiteSpace())
                continue;
            string[] cells = Cells(path, row.LineNumberFrom, row[..].ToStringsArray(), columns?.Names);
            if (columns is null)
            {
                bool named = !cells.All(cell => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
                string[] names = named
                    ? cells
                    : [.. cells.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"column {i + 1}"))];
                columns = CsvColumns.Of(path, names, options);
                if (named)
                    continue;
            }
            if (cells.Length != columns.Names.Length)
                throw new DataException($"{path}, line {row.LineNumberFrom} has {cells.Length} cells where the first line has {columns.Names.Length}; correct it.");
            lines.Add(row.LineNumberFrom);
            foreach (int column in columns.Used)
                values.Add(Number(path, row.LineNumberFrom, columns.Names[column], cells[column], options));
            if (columns.Class is { } at)
            {
                classes.Add(cells[at].Length > 0
                    ? cells[at]
                    : throw Lacks(path, row.LineNumberFrom, columns.Names[at], "fill it in, or take the line out"));
            }
        }
        if (columns is null)
            throw new DataException($"{path} is empty; a table of numbers was expected.");
        if (values.Count == 0)
            throw new DataException($"{path} has no rows of numbers below its header.");
        if (columns.Left.Length > 0)
            notes.Add($"columns left out: {string.Join(", ", columns.Left)}");
        string[] used = [.. columns.Used.Select(column => columns.Names[column])];
        return new CsvTable(used, [.. values], columns.Class is null ? null : [.. classes]) { Lines = [.. lines] };
    }

    /// <summary>What the first line has most of outside quotes: commas, semicolons or tabs.</summary>
    private static char Separator(string path, List<string> notes)
    {
        using var reader = TextFile.Open(path);
        string? line = "";
        while (line is not null && string.IsNullOrWhiteSpace(line))
            line = reader.ReadLine();
        string outside = string.Concat((line ?? "").Split('"').Where((_, i) => i % 2 == 0));
        char most = new[] { ',', ';', '\t' }.MaxBy(separator => outside.Count(separator.Equals));
        if (most != ',')
            notes.Add($"cells are separated by {(most == ';' ? "semicolons" : "tabs")}");
        return most;
    }

    /// <summary>The cells of a row that begins at <paramref name="line"/>, without their quotes.</summary>
    private static string[] Cells(string path, int line, string[] raw, string[]? names)
    {
        for (var i = 0; i < raw.Length; i++)
        {
            int lines = raw[i].Count('\n'.Equals);
            string? fault = raw[i].Contains('\0') ? "has a NUL byte" : Unquote(ref raw[i]);
            if (fault is not null)
            {
                string cell = names is not null && i < names.Length ? $"the cell in column \"{names[i]}\"" : $"cell {i + 1}";
                throw new DataException($"{path}, line {line}: {cell} {fault}; correct it.");
            }
            line += lines;
        }
        return raw;
    }

    /// <summary>Takes the quotes off a cell; what is wrong with them, or null.</summary>
    private static string? Unquote(ref string cell)
    {
        cell = cell.Trim();
        if (!cell.Contains('"'))
            return null;
        if (cell[0] != '"')
            return "has a quote inside, and does not begin with one";
        string inner = cell[1..].Replace("\"\"", "");
        int end = inner.IndexOf('"', StringComparison.Ordinal);
        if (end < 0)
            return "opens a quote that is not closed";
        if (end < inner.Length - 1)
            return "has text behind its closing quote";
        cell = cell[1..^1].Replace("\"\"", "\"").Trim();
        return null;
    }

    private static double Number(string path, int line, string column, string cell, DataOptions options)
    {
        if (Missing.Contains(cell.ToLowerInvariant()))
        {
            return options.Missing is not MissingValues.Refuse
                ? double.NaN
                : throw Lacks(path, line, column, "fill it in, take the line or the column out, or give --missing mean or indicator");
        }
        var isNumber = double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
        if (isNumber && float.IsFinite((float)number))
            return number;
        var shown = cell.Length <= MostShown ? cell : $"{cell[..MostShown]}…";
        throw new DataException($"{path}, line {line}: \"{shown}\" in column \"{column}\" " + (isNumber
            ? "is beyond what a float32 holds; write the column in other units."
            : "is not a number; write numbers such as -1.5 or 2e3, or leave the column out with --ignore."));
    }

    private static DataException Lacks(string path, int line, string column, string remedy) =>
        new($"{path}, line {line}: the value of \"{column}\" is missing; {remedy}.");
}
