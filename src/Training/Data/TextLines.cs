namespace VaeGpu.Training.Data;

/// <summary>
/// A text file whose lines are the examples: each character of Unicode is a symbol's number in the alphabet, a byte. Lines have one
/// length: shorter ones are filled up with blanks, and longer ones are cut.
/// </summary>
internal static class TextLines
{
    private const int MostSymbols = 256;

    /// <summary>Symbols, padding included, above which lines that are mostly padding are refused.</summary>
    private const long MostPadded = 1 << 28;

    /// <summary>The part of the lines that are whole where no length is asked for.</summary>
    private const double WholePart = 0.99;

    public static DataSplit Load(string path, DataFit fit, ulong seed)
    {
        var notes = new List<string>();
        var lines = TextFile.Lines(path, notes).Select((line, i) => (Number: i + 1, Text: line.TrimEnd()))
            .Where(line => line.Text.Length > 0).ToArray();
        if (lines.Length == 0)
            throw new DataException($"{path} has no text.");
        int[] lengths = Array.ConvertAll(lines, line => Length(line.Text));
        var model = fit.Format as TextFormat;
        var (length, why) = (model?.Length ?? 0, fit.Options.Length) switch
        {
            (> 0 and var taken, _) => (taken, "that the model takes"),
            (_, > 0 and var asked) => (asked, "of --length"),
            _ => (Most(lengths), "that 99 % of the lines do not exceed; --length sets another limit"),
        };
        Cut(path, lines, lengths, length, why, notes);
        ThrowIfMostlyPadding(path, lengths, length);
        string alphabet = model?.Alphabet ?? Alphabet(path, lines);
        var all = new TextSet(Symbols(path, lines, alphabet, length), null, alphabet, length)
        {
            Sources = ExampleSources.Lines(Array.ConvertAll(lines, line => line.Number)),
        };
        return SeededSplit.Of(Path.GetFileNameWithoutExtension(path), all, seed, fit.Whole) with { Notes = notes };
    }

    private static int Length(string line)
    {
        int length = 0;
        foreach (var _ in line.EnumerateRunes())
            length++;
        return length;
    }

    /// <summary>The 99th percentile of the lengths by nearest rank: the longest of fewer than 100 lines.</summary>
    private static int Most(int[] lengths) => lengths.Order().ElementAt((int)Math.Ceiling(WholePart * lengths.Length) - 1);

    /// <summary>Cuts lines that are too long, and says how many.</summary>
    private static void Cut(string path, (int Number, string Text)[] lines, int[] lengths, int length, string why, List<string> notes)
    {
        int first = Array.FindIndex(lengths, one => one > length);
        if (first < 0)
            return;
        int count = lengths.Count(one => one > length);
        notes.Add(FormattableString.Invariant($"{count:N0} of {lengths.Length:N0} lines of {path} are cut to the {length} ")
            + $"characters {why}; "
            + $"the first is line {lines[first].Number}, which has {lengths[first]}");
        for (var i = first; i < lines.Length; i++)
        {
            if (lengths[i] > length)
                lines[i].Text = string.Concat(lines[i].Text.EnumerateRunes().Take(length));
        }
    }

    private static void ThrowIfMostlyPadding(string path, int[] lengths, int length)
    {
        long padded = (long)lengths.Length * length;
        int average = (int)lengths.Average(one => (long)Math.Min(one, length));
        if (padded > Array.MaxLength || (padded > MostPadded && length > 10 * average))
        {
            throw new DataException(
                $"{path} has {lengths.Length} lines of {average} characters on average, and padded to {length} they would take too much "
                + "memory; give a smaller --length, or split the file.");
        }
    }

    private static byte[] Symbols(string path, (int Number, string Text)[] lines, string alphabet, int length)
    {
        var numbers = alphabet.EnumerateRunes().Index().ToDictionary(symbol => symbol.Item, symbol => (byte)symbol.Index);
        var symbols = new byte[lines.Length * length];
        for (var i = 0; i < lines.Length; i++)
        {
            int at = 0;
            foreach (var symbol in lines[i].Text.EnumerateRunes())
            {
                if (!numbers.TryGetValue(symbol, out symbols[i * length + at++]))
                {
                    throw new DataException(
                        $"{path}, line {lines[i].Number}, column {at}: the model was not trained on the character \"{symbol}\".");
                }
            }
        }
        return symbols;
    }

    /// <summary>The characters of all lines in order, the blank first.</summary>
    private static string Alphabet(string path, (int Number, string Text)[] lines)
    {
        var symbols = new HashSet<Rune>();
        foreach (var line in lines)
        {
            foreach (var symbol in line.Text.EnumerateRunes())
                symbols.Add(symbol);
        }
        Rune[] others = [.. symbols.Where(symbol => symbol.Value != ' ').Order()];
        return others.Length < MostSymbols
            ? " " + string.Concat(others)
            : throw new DataException($"{path} has {others.Length} different characters; at most {MostSymbols - 1} are supported.");
    }
}
