using System.Text;

namespace VaeGpu.Training.Data;

/// <summary>
/// A text file whose lines are the examples: each character of Unicode is a symbol's number in the alphabet, a byte, and lines are filled
/// up with blanks to the length of the longest.
/// </summary>
internal static class TextLines
{
    private const int MostSymbols = 256;

    /// <summary>Symbols, padding included, above which a line that is longer than most is refused.</summary>
    private const long MostPadded = 1 << 28;

    public static DataSplit Load(string path, DataFit fit, ulong seed)
    {
        var notes = new List<string>();
        Rune[][] lines = [.. TextFile.Lines(path, notes).Select(line => line.TrimEnd().EnumerateRunes().ToArray())];
        var longest = lines.Select(line => line.Length).DefaultIfEmpty().Max();
        if (longest == 0)
            throw new DataException($"{path} has no text.");
        int filled = lines.Count(line => line.Length > 0), average = lines.Sum(line => line.Length) / filled;
        if ((long)filled * longest is > MostPadded and var padded && (longest > 10 * average || padded > Array.MaxLength))
        {
            throw new DataException($"{path}, line {Array.FindIndex(lines, line => line.Length == longest) + 1} has {longest} characters, and all {filled} lines are "
                + $"padded to that length; the average is {average}, so split the line or take it out.");
        }
        var model = fit.Format as TextFormat;
        var (length, alphabet) = (model?.Length ?? longest, model?.Alphabet ?? Alphabet(path, lines));
        Rune[] known = [.. alphabet.EnumerateRunes()];
        var symbols = new List<byte>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length > length)
                throw new DataException($"{path}, line {i + 1} has {lines[i].Length} characters; the model takes {length}.");
            for (var at = 0; lines[i].Length > 0 && at < length; at++)
            {
                var symbol = at < lines[i].Length ? Array.IndexOf(known, lines[i][at]) : 0;
                if (symbol < 0)
                    throw new DataException($"{path}, line {i + 1}, column {at + 1}: the model was not trained on the character \"{lines[i][at]}\".");
                symbols.Add((byte)symbol);
            }
        }
        var all = new TextSet([.. symbols], null, alphabet, length);
        return SeededSplit.Of(Path.GetFileNameWithoutExtension(path), all, seed, fit.Whole) with { Notes = notes };
    }

    /// <summary>The characters of all lines in order, the blank first.</summary>
    private static string Alphabet(string path, Rune[][] lines)
    {
        Rune[] others = [.. lines.SelectMany(line => line).Distinct().Where(symbol => symbol.Value != ' ').Order()];
        return others.Length < MostSymbols
            ? " " + string.Concat(others)
            : throw new DataException($"{path} has {others.Length} different characters; at most {MostSymbols - 1} are supported.");
    }
}
