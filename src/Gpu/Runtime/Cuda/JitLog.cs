using System.Text.RegularExpressions;

namespace VaeGpu.Gpu.Runtime.Cuda;

/// <summary>What the driver's compiler writes about a kernel, read as far as it is regular.</summary>
internal static partial class JitLog
{
    private const int Lines = 12;

    /// <summary>Bytes stored and loaded for want of registers, over all functions of the log; null where it does not say.</summary>
    public static (int Stores, int Loads)? Spills(string log)
    {
        MatchCollection found = SpillLine().Matches(log);
        return found.Count == 0 ? null : (found.Sum(match => Number(match.Groups[1])), found.Sum(match => Number(match.Groups[2])));
    }

    /// <summary>The first line of the text that the compiler complains of, with its number; null where it names none.</summary>
    public static string? OffendingLine(string log, string text)
    {
        if (ErrorLine().Match(log) is not { Success: true } match)
            return null;
        int number = Number(match.Groups[1]);
        string[] lines = text.Split('\n');
        return number >= 1 && number <= lines.Length ? $"line {number} of the PTX, \"{lines[number - 1].Trim()}\"" : null;
    }

    /// <summary>The log's first lines, for a message.</summary>
    public static string Shortened(string log) => log.Length == 0 ? "(nothing)" : string.Join('\n', log.Split('\n').Take(Lines));

    /// <summary>The text in a buffer that the driver has written to.</summary>
    public static string Text(ReadOnlySpan<byte> buffer) =>
        Encoding.UTF8.GetString(buffer.IndexOf((byte)0) is >= 0 and int end ? buffer[..end] : buffer).Trim();

    private static int Number(Capture digits) => int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    // A warning may tell the same two numbers again, behind other words.
    [GeneratedRegex(@"bytes stack frame, (\d{1,9}) bytes spill stores, (\d{1,9}) bytes spill loads")]
    private static partial Regex SpillLine();

    // "ptxas application ptx input, line 12; error : …"
    [GeneratedRegex(@"line (\d{1,9})\s*; (?:error|fatal)")]
    private static partial Regex ErrorLine();
}
