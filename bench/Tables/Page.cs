using VaeGpu.Bench.CommandLine;

namespace VaeGpu.Bench.Tables;

/// <summary>
/// A file of Markdown that tables go into. Where it has marks such as <c>&lt;!-- figures step: begin --&gt;</c> and
/// <c>&lt;!-- figures step: end --&gt;</c>, the tables of that part replace what stands between; otherwise they are the whole file.
/// </summary>
internal sealed class Page(string path)
{
    private const string AnyMark = "<!-- figures ";

    /// <summary>Whether it is documentation, which unquiet figures do not go into.</summary>
    public bool IsDocumentation => Path.GetFullPath(path).Split(Path.DirectorySeparatorChar).SkipLast(1).Contains("docs");

    /// <summary>Its folder.</summary>
    public string Folder => Path.GetDirectoryName(Path.GetFullPath(path))!;

    /// <summary>Looks for the places of some parts, before time is spent on measuring them.</summary>
    /// <exception cref="CommandException">
    /// The folder does not exist, or the page has places for other parts, but not for one of these.
    /// </exception>
    public void ThrowIfWithout(IEnumerable<string> parts)
    {
        ThrowIfNoFolder(path);
        string text = Read();
        if (!text.Contains(AnyMark, StringComparison.Ordinal))
            return;
        foreach (string part in parts)
            Place(text, part);
    }

    /// <summary>Writes the tables of some parts.</summary>
    /// <param name="parts">Each part's name and text.</param>
    /// <param name="whole">The text of a page without marks.</param>
    /// <exception cref="CommandException">The page has places for other parts, but not for one of these.</exception>
    public void Write(IEnumerable<(string Part, string Text)> parts, string whole)
    {
        string text = Read();
        if (!text.Contains(AnyMark, StringComparison.Ordinal))
        {
            File.WriteAllText(path, whole);
            return;
        }
        foreach ((string part, string table) in parts)
        {
            (int begin, int end) = Place(text, part);
            text = $"{text[..begin]}\n{table.Trim('\n')}\n{text[end..]}";
        }
        File.WriteAllText(path, text);
    }

    /// <summary>A file can be written.</summary>
    /// <exception cref="CommandException">Its folder is not there.</exception>
    public static void ThrowIfNoFolder(string file)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder))
            throw new CommandException($"there is no folder {folder} to write {Path.GetFileName(file)} into.");
    }

    private string Read() => File.Exists(path) ? File.ReadAllText(path) : "";

    private (int Begin, int End) Place(string text, string part)
    {
        string open = $"{AnyMark}{part}: begin -->", close = $"{AnyMark}{part}: end -->";
        int begin = text.IndexOf(open, StringComparison.Ordinal) + open.Length;
        int end = text.IndexOf(close, StringComparison.Ordinal);
        return begin >= open.Length && end >= begin
            ? (begin, end)
            : throw new CommandException($"{path} has no place for the part \"{part}\"; add the lines {open} and {close}.");
    }
}
