namespace VaeGpu.Host;

/// <summary>
/// Two codes in two columns. Where both name the C# lines that they come from, parts of the same line stand beside each other; lines that
/// are too long go on in the next.
/// </summary>
internal static class SideBySide
{
    private const string Between = " | ";

    /// <summary>The lines, of at most <paramref name="columns"/> columns.</summary>
    public static IEnumerable<string> Lines(string left, string right, int columns)
    {
        int width = (columns - Between.Length) / 2;
        foreach (var (first, second) in Pairs(Parts(left), Parts(right)))
        {
            string[] one = [.. first.SelectMany(line => Wrap(line, width))], other = [.. second.SelectMany(line => Wrap(line, width))];
            for (int i = 0; i < Math.Max(one.Length, other.Length); i++)
                yield return $"{At(one, i).PadRight(width)}{Between}{At(other, i)}".TrimEnd();
        }
    }

    private static string At(string[] lines, int index) => index < lines.Length ? lines[index] : "";

    /// <summary>The lines in parts: each begins with the name of a C# line.</summary>
    private static List<List<string>> Parts(string code)
    {
        List<List<string>> parts = [[]];
        foreach (string line in code.TrimEnd('\n').Split('\n'))
        {
            if (Place(line) is not null)
                parts.Add([]);
            parts[^1].Add(line.TrimEnd());
        }
        return parts;
    }

    /// <summary>The C# line that a comment names: "Adam.cs:20".</summary>
    private static string? Place(string line) =>
        line.TrimStart() is ['/', '/', ' ', .. var rest] && rest.Split(' ')[0] is var name
            && name.Contains(".cs:", StringComparison.Ordinal) ? name : null;

    /// <summary>Parts of the same C# lines, as many as can be in the order of both: the longest common subsequence.</summary>
    private static IEnumerable<(List<string> Left, List<string> Right)> Pairs(List<List<string>> left, List<List<string>> right)
    {
        bool Same(int i, int j) => i == 0 && j == 0 || i > 0 && j > 0 && Place(left[i][0]) == Place(right[j][0]);
        var longest = new int[left.Count + 1, right.Count + 1];
        for (int i = left.Count - 1; i >= 0; i--)
        {
            for (int j = right.Count - 1; j >= 0; j--)
                longest[i, j] = Same(i, j) ? longest[i + 1, j + 1] + 1 : Math.Max(longest[i + 1, j], longest[i, j + 1]);
        }
        for (int i = 0, j = 0; i < left.Count || j < right.Count;)
        {
            if (i < left.Count && j < right.Count && Same(i, j))
                yield return (left[i++], right[j++]);
            else if (j == right.Count || i < left.Count && longest[i + 1, j] >= longest[i, j + 1])
                yield return (left[i++], []);
            else
                yield return ([], right[j++]);
        }
    }

    private static IEnumerable<string> Wrap(string line, int width)
    {
        string expanded = line.Replace("\t", "    ", StringComparison.Ordinal);
        int indent = Math.Min(expanded.Length - expanded.TrimStart().Length + 2, width / 2);
        yield return expanded[..Math.Min(width, expanded.Length)];
        for (int at = width; at < expanded.Length; at += width - indent)
            yield return new string(' ', indent) + expanded.Substring(at, Math.Min(width - indent, expanded.Length - at));
    }
}
