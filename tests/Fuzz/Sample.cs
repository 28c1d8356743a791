using System.Text;

namespace VaeGpu.Fuzz;

/// <summary>A sound input, and how one is made of other inner bytes: with the checksum, or packed.</summary>
/// <param name="Content">The input, or what is packed in it.</param>
/// <param name="Wrap">Gives the input; null where the content is the input.</param>
internal sealed record Sample(byte[] Content, Func<byte[], byte[]>? Wrap = null)
{
    private const int HeaderBytes = 128;

    private static readonly ulong[] Extremes =
    [
        0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF, ulong.MaxValue,
    ];

    private static readonly string[] LongNumbers =
        ["-1", "0", "99999999999", "2147483648", "65536", "1e999", "4294967295", "00000000000000000001"];

    /// <summary>The sound input.</summary>
    public byte[] Whole => Wrap is null ? Content : Wrap(Content);

    /// <summary>The input with some mutations, inside its wrapping or outside.</summary>
    public byte[] Mutated(Random random, Sample other)
    {
        bool inside = Wrap is not null && random.Next(3) > 0;
        byte[] content = inside ? Content : Whole;
        do
            content = Mutate(random, content, other.Content);
        while (random.Next(3) == 0);
        return inside ? Wrap!(content) : content;
    }

    private static byte[] Mutate(Random random, byte[] content, byte[] other)
    {
        if (content.Length == 0)
            return other;
        int at = random.Next(2) == 0 ? random.Next(content.Length) : random.Next(Math.Min(content.Length, HeaderBytes));
        int length = 1 + random.Next(Math.Min(content.Length - at, 1 << random.Next(12)));
        return random.Next(8) switch
        {
            0 => Flipped(random, content),
            1 => content[..at],
            2 => [.. content[..at], .. Noise(random, 1 << random.Next(8)), .. content[at..]],
            3 => [.. content[..(at + length)], .. content[at..]],
            4 => [.. content[..at], .. content[(at + length)..]],
            5 => [.. content[..at], .. other[random.Next(other.Length)..]],
            6 => WithNumber(random, content),
            _ => WithExtreme(random, content, at),
        };
    }

    private static byte[] Flipped(Random random, byte[] content)
    {
        byte[] flipped = [.. content];
        for (int i = random.Next(1 << random.Next(5)); i >= 0; i--)
            flipped[random.Next(content.Length)] ^= (byte)(1 << random.Next(8));
        return flipped;
    }

    private static byte[] Noise(Random random, int length)
    {
        var noise = new byte[length];
        random.NextBytes(noise);
        return noise;
    }

    /// <summary>An extreme number of 1, 2, 4 or 8 bytes in either order.</summary>
    private static byte[] WithExtreme(Random random, byte[] content, int at)
    {
        byte[] bytes = BitConverter.GetBytes(Extremes[random.Next(Extremes.Length)])[..(1 << random.Next(4))];
        if (random.Next(2) == 0)
            Array.Reverse(bytes);
        bytes = bytes[..Math.Min(bytes.Length, content.Length - at)];
        return [.. content[..at], .. bytes, .. content[(at + bytes.Length)..]];
    }

    /// <summary>Another number in the place of one that is text.</summary>
    private static byte[] WithNumber(Random random, byte[] content)
    {
        int start = content.AsSpan().IndexOfAnyInRange((byte)'0', (byte)'9');
        for (int skipped = random.Next(8); skipped > 0 && start >= 0; skipped--)
        {
            int next = content.AsSpan(start + 1).IndexOfAnyInRange((byte)'0', (byte)'9');
            start = next < 0 ? start : start + 1 + next;
        }
        if (start < 0)
            return Flipped(random, content);
        int digits = content.AsSpan(start).IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        int end = digits < 0 ? content.Length : start + digits;
        byte[] number = Encoding.ASCII.GetBytes(LongNumbers[random.Next(LongNumbers.Length)]);
        return [.. content[..start], .. number, .. content[end..]];
    }
}
