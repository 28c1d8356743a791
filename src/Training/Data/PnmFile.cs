namespace VaeGpu.Training.Data;

/// <summary>
/// Reads PGM and PPM pictures (Netpbm): P2 and P5 are gray, P3 and P6 color; P2 and P3 are text, P5 and P6 binary. ImageSharp multiplies
/// levels by a whole number, so that 100 of 100 becomes 200, swaps the bytes of 16-bit levels, and reads files that are cut short.
/// </summary>
internal sealed class PnmFile
{
    private readonly string path;
    private readonly ArraySegment<byte> file;
    private int at = 2;

    private PnmFile(string path, ArraySegment<byte> file) => (this.path, this.file) = (path, file);

    /// <summary>Reads the picture that <paramref name="file"/>, the content of <paramref name="path"/>, holds.</summary>
    /// <exception cref="DataException">It is damaged or of another kind.</exception>
    public static RasterImage Read(string path, ArraySegment<byte> file)
    {
        if (file.Count < 3 || file[0] != 'P' || !"2356".Contains((char)file[1]))
            throw new DataException($"{path} is not a PGM or PPM file: it does not begin with P2, P3, P5 or P6.");
        return new PnmFile(path, file).Read(text: file[1] is (byte)'2' or (byte)'3', channels: file[1] is (byte)'3' or (byte)'6' ? 3 : 1);
    }

    private RasterImage Read(bool text, int channels)
    {
        int width = Number("width"), height = Number("height"), most = Number("largest level");
        if (width < 1 || height < 1 || most is < 1 or > 65535)
            throw Damaged($"its header gives {width}×{height} pixels and the largest level {most}");
        PictureFile.ThrowIfTooLarge(path, width, height, PictureFile.MostPixels, file.Count);
        at++;
        int size = width * height, bytes = most > 255 ? 2 : 1;
        if (!text && (long)size * channels * bytes > file.Count - at)
            throw Damaged("it is cut short");
        var levels = new byte[size * channels];
        for (var i = 0; i < levels.Length; i++)
        {
            var level = text ? Number("level") : bytes == 1 ? file[at + i] : 256 * file[at + 2 * i] + file[at + 2 * i + 1];
            if (level > most)
                throw Damaged($"pixel {i / channels} has the level {level}, more than {most}");
            levels[i % channels * size + i / channels] = (byte)((255 * level + most / 2) / most);
        }
        return new RasterImage(levels, width, height, channels);
    }

    /// <summary>The next number; blanks and comments before it are skipped.</summary>
    private int Number(string what)
    {
        while (at < file.Count && (IsBlank(file[at]) || file[at] == '#'))
            at = file[at] == (byte)'#' ? EndOfLine() : at + 1;
        var start = at;
        var number = 0;
        for (; at < file.Count && file[at] is >= (byte)'0' and <= (byte)'9' && at - start < 9; at++)
            number = 10 * number + file[at] - '0';
        return at > start ? number : throw Damaged($"a {what} is missing at byte {at}");
    }

    private int EndOfLine() => file.AsSpan(at).IndexOf((byte)'\n') is var end && end < 0 ? file.Count : at + end;

    private static bool IsBlank(byte value) => value is (byte)' ' or (>= 9 and <= 13);

    private DataException Damaged(string why) => new($"{path} is a damaged PGM or PPM file: {why}; save it again.");
}
