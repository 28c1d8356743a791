using System.Text;
using System.Text.Unicode;

namespace VaeGpu.Training.Data;

/// <summary>Reads files of text: UTF-8, or UTF-16 with a byte order mark.</summary>
internal static class TextFile
{
    /// <summary>Reads <paramref name="path"/>; a conversion is added to <paramref name="notes"/>.</summary>
    /// <exception cref="DataException">The file cannot be read, or a line is not UTF-8, which is named.</exception>
    public static StreamReader Open(string path, List<string>? notes = null)
    {
        byte[] bytes = DataFile.ReadAllBytes(path);
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            notes?.Add($"{path} was converted from UTF-16");
            return new StreamReader(new MemoryStream(bytes), Encoding.Unicode);
        }
        if (bytes is [not 0, 0, not 0, 0, ..] or [0, not 0, 0, not 0, ..])
            throw new DataException($"{path} is UTF-16 without a byte order mark; save it as UTF-8.");
        ThrowIfNotUtf8(path, bytes);
        return new StreamReader(new MemoryStream(bytes));
    }

    /// <summary>The lines of <paramref name="path"/>.</summary>
    /// <exception cref="DataException">As <see cref="Open"/>.</exception>
    public static List<string> Lines(string path, List<string>? notes = null)
    {
        using var reader = Open(path, notes);
        var lines = new List<string>();
        while (reader.ReadLine() is { } line)
            lines.Add(line);
        return lines;
    }

    private static void ThrowIfNotUtf8(string path, ReadOnlySpan<byte> bytes)
    {
        var number = 0;
        foreach (var line in bytes.Split((byte)'\n'))
        {
            number++;
            if (!Utf8.IsValid(bytes[line]))
                throw new DataException($"{path}, line {number} is not UTF-8; save the file in this encoding, for example with \"iconv -t utf-8\".");
        }
    }
}
