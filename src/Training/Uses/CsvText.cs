namespace VaeGpu.Training.Uses;

/// <summary>Writes tables of comma-separated values (RFC 4180, lines ending in a line feed).</summary>
internal static class CsvText
{
    public static void Write(string path, IEnumerable<string> header, IEnumerable<IEnumerable<string>> rows) =>
        AtomicFile.Write(path, stream =>
        {
            using var text = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
            text.WriteLine(string.Join(',', header.Select(Quoted)));
            foreach (var row in rows)
                text.WriteLine(string.Join(',', row.Select(Quoted)));
        });

    private static string Quoted(string cell) => cell.AsSpan().ContainsAny("\",\r\n") ? $"\"{cell.Replace("\"", "\"\"")}\"" : cell;
}
