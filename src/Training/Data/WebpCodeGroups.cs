namespace VaeGpu.Training.Data;

/// <summary>
/// Reads the start of lossless WebP pixels (RFC 9649, section 3), down to how many groups of prefix codes there are. A group takes 41 KB in
/// the decoder, and a few bits claim 65,536 of them.
/// </summary>
internal ref struct WebpCodeGroups
{
    /// <summary>Encoders use some thousand at most.</summary>
    private const int MostGroups = 1 << 12;

    /// <summary>A group is five codes of four bits at least.</summary>
    private const int LeastBitsOfGroup = 20;

    private const int MostTransforms = 4, Literals = 256, Lengths = 24, Distances = 40;
    private readonly ReadOnlySpan<byte> bytes;
    private long position;

    private WebpCodeGroups(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    private enum Transform
    {
        Predictor, Color, SubtractGreen, ColorIndexing,
    }

    /// <summary>Where the lengths of the code of code lengths stand.</summary>
    private static ReadOnlySpan<byte> LengthOrder => [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    /// <summary>Checks the pixels of a picture.</summary>
    /// <exception cref="InvalidDataException">They are damaged, or claim more groups than their bytes can hold.</exception>
    public static void Check(ReadOnlySpan<byte> pixels, int width, int height)
    {
        var reader = new WebpCodeGroups(pixels);
        reader.SkipTransforms(ref width, height);
        reader.CacheSize();
        if (reader.Bits(1) == 0)
            return;
        int bits = reader.Bits(3) + 2;
        long blocks = Blocks(width, bits) * Blocks(height, bits), groups = 1 + reader.GreatestColor(blocks);
        if (groups > Math.Min(MostGroups, Math.Min(blocks, (8L * pixels.Length - reader.position) / LeastBitsOfGroup)))
            throw new InvalidDataException($"it claims {groups} groups of prefix codes in {pixels.Length} bytes");
    }

    private static long Blocks(int side, int bits) => (side + (1L << bits) - 1) >> bits;

    private void SkipTransforms(ref int width, int height)
    {
        for (var count = 0; Bits(1) == 1; count++)
        {
            if (count == MostTransforms)
                throw Damaged();
            var transform = (Transform)Bits(2);
            if (transform is Transform.Predictor or Transform.Color)
            {
                int bits = Bits(3) + 2;
                GreatestColor(Blocks(width, bits) * Blocks(height, bits));
            }
            else if (transform is Transform.ColorIndexing)
            {
                int colors = Bits(8) + 1;
                GreatestColor(colors);
                // Some pixels of few colors share one.
                width = (int)Blocks(width, colors switch { <= 2 => 3, <= 4 => 2, <= 16 => 1, _ => 0 });
            }
        }
    }

    /// <summary>256·red + green of the color in which that is greatest; colors that are repeated need not be known.</summary>
    private int GreatestColor(long pixels)
    {
        PrefixCode green = Code(Literals + Lengths + CacheSize()), red = Code(Literals), blue = Code(Literals), alpha = Code(Literals),
            distance = Code(Distances);
        int greatest = 0;
        // Where a pixel takes no bits, since each code has one symbol, all that follow are the same.
        for (long pixel = 0, before = -1; pixel < pixels && position > before; pixel++)
        {
            before = position;
            int symbol = Symbol(green);
            if (symbol < Literals)
            {
                greatest = Math.Max(greatest, Literals * Symbol(red) + symbol);
                Symbol(blue);
                Symbol(alpha);
            }
            else if (symbol < Literals + Lengths)
            {
                pixel += Number(symbol - Literals) - 1;
                Number(Symbol(distance));
            }
        }
        return greatest;
    }

    private int CacheSize() => Bits(1) == 1 ? 1 << Bits(4) : 0;

    /// <summary>A length or distance: the symbol is its upper bits.</summary>
    private long Number(int symbol)
    {
        if (symbol < 4)
            return symbol + 1;
        int bits = (symbol - 2) >> 1;
        return ((2 + (symbol & 1)) << bits) + Bits(bits) + 1;
    }

    private PrefixCode Code(int symbols)
    {
        var lengths = new byte[symbols];
        if (Bits(1) == 1)
        {
            bool areTwo = Bits(1) == 1;
            Length(lengths, Bits(Bits(1) == 1 ? 8 : 1)) = 1;
            if (areTwo)
                Length(lengths, Bits(8)) = 1;
            return new(lengths);
        }
        var ofLengths = new byte[LengthOrder.Length];
        for (int i = 0, given = 4 + Bits(4); i < given; i++)
            Length(ofLengths, i < LengthOrder.Length ? LengthOrder[i] : i) = (byte)Bits(3);
        PrefixCode code = new(ofLengths);
        int left = Bits(1) == 1 ? 2 + Bits(2 + 2 * Bits(3)) : symbols;
        byte previous = 8;
        for (var i = 0; i < symbols && left > 0; left--)
        {
            int symbol = Symbol(code);
            previous = symbol is > 0 and < 16 ? (byte)symbol : previous;
            int times = symbol switch { 16 => 3 + Bits(2), 17 => 3 + Bits(3), 18 => 11 + Bits(7), _ => 1 };
            while (times-- > 0)
                Length(lengths, i++) = symbol == 16 ? previous : symbol < 16 ? (byte)symbol : (byte)0;
        }
        return new(lengths);
    }

    private static ref byte Length(byte[] lengths, int symbol)
    {
        if (symbol >= lengths.Length)
            throw Damaged();
        return ref lengths[symbol];
    }

    private int Symbol(PrefixCode code)
    {
        if (code.Symbols.Length == 1)
            return code.Symbols[0];
        int word = 0, first = 0, index = 0;
        for (var length = 1; length < code.Counts.Length; length++)
        {
            word = 2 * word + Bits(1);
            first *= 2;
            if (word - first < code.Counts[length])
                return code.Symbols[index + word - first];
            (first, index) = (first + code.Counts[length], index + code.Counts[length]);
        }
        throw Damaged();
    }

    /// <summary>The next bits, the lowest first.</summary>
    private int Bits(int count)
    {
        int value = 0;
        for (var i = 0; i < count; i++, position++)
        {
            if (position >= 8L * bytes.Length)
                throw new InvalidDataException("it is cut short");
            value |= ((bytes[(int)(position >> 3)] >> (int)(position & 7)) & 1) << i;
        }
        return value;
    }

    private static InvalidDataException Damaged() => new("its prefix codes are damaged");

    /// <summary>A canonical prefix code: how many words of each length there are, and the symbols in the order of their words.</summary>
    private readonly struct PrefixCode(byte[] lengths)
    {
        private const int Longest = 15;

        public int[] Counts { get; } = [0, .. Enumerable.Range(1, Longest).Select(length => lengths.Count(one => one == length))];

        public int[] Symbols { get; } =
            [.. Enumerable.Range(0, lengths.Length).Where(symbol => lengths[symbol] > 0).OrderBy(symbol => lengths[symbol])];
    }
}
