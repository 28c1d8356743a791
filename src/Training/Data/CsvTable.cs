using System.Globalization;
using nietras.SeparatedValues;

namespace VaeGpu.Training.Data;

/// <summary>
/// A table of values separated by commas, semicolons or tabs (RFC 4180): the first line names the columns unless all of it is numbers.
/// </summary>
internal sealed class CsvTable : TableSource
{
    private readonly char separator;
    private readonly bool hasHeader;

    /// <summary>Reads the first line of <paramref name="path"/>.</summary>
    /// <exception cref="DataException">It has none, or the columns are not those that were asked for.</exception>
    public CsvTable(string path, DataFit fit, List<string> notes)
    {
        Path = path;
        separator = Separator(path, notes);
        using var rows = Open();
        int next = 1;
        bool isThere = MoveNext(rows, ref next);
        while (isThere && rows.Current.Span.IsWhiteSpace())
            isThere = MoveNext(rows, ref next);
        if (!isThere)
            throw new DataException($"{path} is empty; a table was expected.");
        string[] cells = Cells(LineOf(rows.Current), rows.Current[..].ToStringsArray(), names: null);
        int numbers = cells.Count(cell => NumberText.TryParse(cell, out _));
        hasHeader = numbers < cells.Length;
        if (hasHeader && numbers > 0)
            notes.Add($"the first line of {path} is taken for the names of the columns, although there are numbers in it");
        string[] names = hasHeader ? cells : [.. cells.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"column {i + 1}"))];
        Columns = TableColumns.Of(path, names, fit);
    }

    /// <inheritdoc/>
    public override string Path { get; }

    /// <inheritdoc/>
    public override TableColumns Columns { get; }

    /// <inheritdoc/>
    public override ExampleSources Sources(int[] places) => ExampleSources.Lines(places);

    /// <inheritdoc/>
    public override string InWords(int place) => $"{Path}, line {place}";

    /// <exception cref="DataException">A line has another number of cells, or quotes are misplaced: line and column are named.</exception>
    public override IEnumerable<TableBlock> Blocks()
    {
        var block = new TableBlock(Columns.Used.Length, BlockRows);
        using var rows = Open();
        int next = 1;
        bool isFirst = true;
        var blank = new Queue<int>();
        while (MoveNext(rows, ref next))
        {
            if (rows.Current.Span.IsWhiteSpace() && (isFirst || rows.Current.ColCount == 1))
            {
                if (!isFirst && Columns.Names.Length == 1)
                    blank.Enqueue(LineOf(rows.Current));
                continue;
            }
            // Blank lines at the end of a file are not rows. In a table of one column, those above a row are empty cells.
            while (blank.TryDequeue(out int line))
            {
                AddCells(block, line, [""]);
                if (block.Count < BlockRows)
                    continue;
                yield return block;
                block.Count = 0;
            }
            if (!isFirst || !hasHeader)
                Add(block, rows.Current);
            isFirst = false;
            if (block.Count < BlockRows)
                continue;
            yield return block;
            block.Count = 0;
        }
        yield return block;
    }

    private SepReader Open()
    {
        var file = TextFile.Open(Path);
        try
        {
            return Sep.New(separator).Reader(reader => reader with { HasHeader = false, DisableColCountCheck = true }).From(file);
        }
        catch (NotSupportedException error)
        {
            throw TooLong(1, error);
        }
    }

    /// <summary>Goes to the next row, which begins at line <paramref name="next"/>.</summary>
    private bool MoveNext(SepReader rows, ref int next)
    {
        try
        {
            if (!rows.MoveNext())
                return false;
        }
        catch (NotSupportedException error)
        {
            throw TooLong(next, error);
        }
        next = rows.Current.LineNumberToExcl;
        return true;
    }

    /// <summary>The library reads rows of less than 2²⁴ characters.</summary>
    private DataException TooLong(int line, Exception error) =>
        new($"{InWords(line)}: the row that begins here is too long; check it for a quote that is not closed.", error);

    /// <summary>The line at which a row begins. Sep counts the line of the first row twice.</summary>
    private static int LineOf(SepReader.Row row) => row.RowIndex == 0 ? 1 : row.LineNumberFrom;

    private void Add(TableBlock block, SepReader.Row row)
    {
        int line = LineOf(row), at = block.Count * Columns.Used.Length;
        if (row.ColCount != Columns.Names.Length)
        {
            Cells(line, row[..].ToStringsArray(), Columns.Names);
            throw new DataException($"{InWords(line)} has {row.ColCount} cells where the first line has {Columns.Names.Length}; "
                + "correct it.");
        }
        if (row.Span.ContainsAny('"', '\0'))
        {
            AddCells(block, line, Cells(line, row[..].ToStringsArray(), Columns.Names));
            return;
        }
        for (var i = 0; i < Columns.Used.Length; i++)
            Put(block, at + i, row[Columns.Used[i]].Span.Trim(), Columns.AsWords[i]);
        block.Classes[block.Count] = Columns.Class is { } column ? Class(line, row[column].Span.Trim().ToString()) : null;
        block.Places[block.Count++] = line;
    }

    private void AddCells(TableBlock block, int line, string[] cells)
    {
        for (var i = 0; i < Columns.Used.Length; i++)
            Put(block, block.Count * Columns.Used.Length + i, cells[Columns.Used[i]], Columns.AsWords[i]);
        block.Classes[block.Count] = Columns.Class is { } column ? Class(line, cells[column]) : null;
        block.Places[block.Count++] = line;
    }

    /// <summary>What the first line has most of outside quotes: commas, semicolons or tabs.</summary>
    private static char Separator(string path, List<string> notes)
    {
        using var reader = TextFile.Open(path, notes);
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
    private string[] Cells(int line, string[] raw, string[]? names)
    {
        for (var i = 0; i < raw.Length; i++)
        {
            int lines = raw[i].Count('\n'.Equals);
            string? fault = raw[i].Contains('\0') ? "has a NUL byte" : Unquote(ref raw[i]);
            if (fault is not null)
            {
                string cell = names is not null && i < names.Length ? $"the cell in column \"{names[i]}\"" : $"cell {i + 1}";
                throw new DataException($"{InWords(line)}: {cell} {fault}; correct it.");
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
}
