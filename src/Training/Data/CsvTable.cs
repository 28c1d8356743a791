using System.Globalization;

namespace VaeGpu.Training.Data;

/// <summary>
/// A table of numbers, shape (count, columns), as a file has it. Reads comma-separated values: the first line names the columns unless
/// all of it is numbers; a column "class" or "label" holds the classes.
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
        List<string> lines = [.. TextFile.Lines(path).Select(line => line.Trim())];
        var first = lines.FindIndex(line => line.Length > 0);
        if (first < 0)
            throw new DataException($"{path} is empty; a table of comma-separated numbers was expected.");
        if (!lines[first].Contains(',') && lines[first].IndexOfAny([';', '\t']) is >= 0 and var other)
        {
            throw new DataException(
                $"{path} sets its cells apart by {(lines[first][other] == ';' ? "semicolons" : "tabs")}; save it with commas between them, and points in its numbers.");
        }
        var head = Cells(lines[first]);
        var named = !head.All(cell => float.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
        var names = named ? head : [.. head.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"column {i + 1}"))];
        var classColumn = named ? Array.FindIndex(names, name => name.ToLowerInvariant() is "class" or "label") : -1;
        var values = new List<float>();
        var classes = new List<string>();
        for (var line = named ? first + 1 : first; line < lines.Count; line++)
        {
            if (lines[line].Length == 0)
                continue;
            var cells = Cells(lines[line]);
            if (cells.Length != names.Length)
                throw new DataException($"{path}, line {line + 1} has {cells.Length} cells where the first line has {names.Length}; mend it.");
            for (var column = 0; column < cells.Length; column++)
            {
                if (column == classColumn)
                    classes.Add(Class(path, line, names[column], cells[column]));
                else
                    values.Add(Number(path, line, names[column], cells[column]));
            }
        }
        if (values.Count == 0)
            throw new DataException($"{path} has no rows of numbers below its header.");
        return new CsvTable([.. names.Where((_, i) => i != classColumn)], [.. values], classColumn < 0 ? null : [.. classes]);
    }

    private static float Number(string path, int line, string column, string cell)
    {
        if (Missing.Contains(cell.ToLowerInvariant()))
            throw Lacks(path, line, column);
        var isNumber = float.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
        if (isNumber && float.IsFinite(number))
            return number;
        var shown = cell.Length <= MostShown ? cell : $"{cell[..MostShown]}…";
        throw new DataException($"{path}, line {line + 1}: \"{shown}\" in column \"{column}\" " + (isNumber
            ? "is beyond what a float32 holds; write the column in other units."
            : "is not a number; write numbers such as -1.5 or 2e3."));
    }

    private static string Class(string path, int line, string column, string cell) =>
        cell.Length > 0 ? cell : throw Lacks(path, line, column);

    private static DataException Lacks(string path, int line, string column) =>
        new($"{path}, line {line + 1}: the value of \"{column}\" is missing; fill it in, or take the line or the column out.");

    /// <summary>The cells of a line; one in double quotes may hold commas, and quotes that are doubled.</summary>
    private static string[] Cells(string line)
    {
        if (!line.Contains('"'))
            return line.Split(',', StringSplitOptions.TrimEntries);
        var cells = new List<string>();
        var cell = new System.Text.StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"')
                cell.Append(line[i++]);
            else if (line[i] == '"')
                quoted = !quoted;
            else if (line[i] == ',' && !quoted)
            {
                cells.Add(cell.ToString().Trim());
                cell.Clear();
            }
            else
                cell.Append(line[i]);
        }
        return [.. cells, cell.ToString().Trim()];
    }
}
