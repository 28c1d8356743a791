using VaeGpu.Training.Files;

namespace VaeGpu.Training.Data;

/// <summary>Reads files of text: UTF-8, or UTF-16 with a byte order mark.</summary>
internal static class TextFile
{
    /// <summary>Bytes that are read at a time.</summary>
    private const int Buffer = 1 << 16;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true);

    /// <summary>
    /// Reads <paramref name="path"/>; a conversion is added to <paramref name="notes"/>. Reading throws a
    /// <see cref="DecoderFallbackException"/> where the text is not UTF-8: <see cref="Guarded"/> names the line.
    /// </summary>
    /// <exception cref="DataException">The file cannot be read.</exception>
    public static StreamReader Open(string path, List<string>? notes = null)
    {
        var stream = DataFile.Read(path, () => RegularFile.OpenRead(path, bufferSize: 0));
        try
        {
            return Decoded(path, stream, notes);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>What <paramref name="read"/> reads from <paramref name="path"/>.</summary>
    /// <exception cref="DataException">The file cannot be read, or a line is not UTF-8, which is named.</exception>
    public static T Guarded<T>(string path, Func<T> read)
    {
        try
        {
            return DataFile.Read(path, read);
        }
        catch (DecoderFallbackException)
        {
            ThrowIfNotUtf8(path, DataFile.ReadAllBytes(path));
            throw;
        }
    }

    /// <summary>The lines of <paramref name="path"/>.</summary>
    /// <exception cref="DataException">As <see cref="Open"/>.</exception>
    public static List<string> Lines(string path, List<string>? notes = null)
    {
        using var reader = Open(path, notes);
        var lines = new List<string>();
        return Guarded(path, () =>
        {
            while (reader.ReadLine() is { } line)
                lines.Add(line);
            return lines;
        });
    }

    private static StreamReader Decoded(string path, FileStream stream, List<string>? notes)
    {
        if (!stream.CanSeek)
            throw new DataException($"{path} is a pipe or a device; write its content to a file, and name that.");
        var start = new byte[4];
        DataFile.Read(path, () => stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false));
        stream.Position = 0;
        if (start is [not 0, 0, not 0, 0] or [0, not 0, 0, not 0])
            throw new DataException($"{path} is UTF-16 without a byte order mark; save it as UTF-8.");
        bool isUtf16 = start is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..];
        if (isUtf16)
            notes?.Add($"{path} was converted from UTF-16");
        // To look for a mark would take an encoding that lets faults pass.
        return new StreamReader(stream, isUtf16 ? Encoding.Unicode : Utf8, detectEncodingFromByteOrderMarks: isUtf16, Buffer);
    }

    private static void ThrowIfNotUtf8(string path, ReadOnlySpan<byte> bytes)
    {
        var number = 0;
        foreach (var line in bytes.Split((byte)'\n'))
        {
            number++;
            if (!System.Text.Unicode.Utf8.IsValid(bytes[line]))
                throw new DataException($"{path}, line {number} is not UTF-8; save the file in this encoding, for example with \"iconv "
                    + "-t utf-8\".");
        }
    }
}
