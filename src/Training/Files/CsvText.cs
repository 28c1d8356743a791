namespace VaeGpu.Training.Files;

/// <summary>Writes tables of comma-separated values (RFC 4180, lines ending in a line feed).</summary>
internal static class CsvText
{
    public static void Write(string path, IEnumerable<string> header, IEnumerable<IEnumerable<string>> rows) =>
        AtomicFile.WriteLines(path, rows.Prepend(header).Select(Line));

    /// <summary>A row. An empty cell that is the only one is quoted, since readers skip blank lines.</summary>
    private static string Line(IEnumerable<string> row) => string.Join(',', row.Select(Quoted)) is { Length: > 0 } line ? line : "\"\"";

    private static string Quoted(string cell) => cell.AsSpan().ContainsAny("\",\r\n") ? $"\"{cell.Replace("\"", "\"\"")}\"" : cell;
}
