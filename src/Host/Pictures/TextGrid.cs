using VaeGpu.Training.Files;

namespace VaeGpu.Host.Pictures;

/// <summary>Lines of text, each as long as the model's examples: blanks fill them up.</summary>
internal sealed record TextGrid(IReadOnlyList<string> Lines) : IShown
{
    /// <summary>
    /// A line for each <paramref name="length"/> numbers of <paramref name="symbols"/>, which count in the alphabet; an empty line stands
    /// between rows of <paramref name="columns"/>.
    /// </summary>
    public static TextGrid Of(ReadOnlySpan<byte> symbols, string alphabet, int length, int columns)
    {
        Rune[] known = [.. alphabet.EnumerateRunes()];
        var lines = new List<string>();
        for (var line = 0; line < symbols.Length / length; line++)
        {
            if (line > 0 && line % columns == 0)
                lines.Add("");
            var text = new StringBuilder(length);
            foreach (var symbol in symbols.Slice(line * length, length))
                text.Append(known[symbol].ToString());
            lines.Add(text.ToString());
        }
        return new TextGrid(lines);
    }

    public void Write(string path) => AtomicFile.WriteLines(path, Lines);
}
