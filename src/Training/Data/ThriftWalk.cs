namespace VaeGpu.Training.Data;

/// <summary>
/// Walks through metadata of Parquet in Thrift's compact protocol, without keeping it. It refuses what claims more than its bytes can hold,
/// and fields of another type than the format's: the library takes them for the format's, and reads on after the end.
/// </summary>
/// <remarks>https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md</remarks>
internal ref struct ThriftWalk(ReadOnlySpan<byte> bytes, ThriftWalk.Visit visit)
{
    private const int DeepestNesting = 16;
    private readonly ReadOnlySpan<byte> bytes = bytes;
    private readonly Visit visit = visit;

    /// <summary>Is told an integer, and the numbers of the fields that lead to it.</summary>
    public delegate void Visit(ReadOnlySpan<int> path, long value);

    private enum Kind : byte
    {
        True = 1, False, Byte, I16, I32, I64, Double, Binary, List, Set, Map, Struct,
    }

    /// <summary>Bytes that were read.</summary>
    public int Position { get; private set; }

    /// <summary>Walks through a structure of <see cref="ParquetLayout"/>.</summary>
    /// <exception cref="InvalidDataException">It is not one, or goes on after the last byte.</exception>
    public void Struct(string structure) => Struct(structure, stackalloc int[DeepestNesting], 0);

    /// <summary>The number at the start of some bytes, seven bits in each, the lowest first.</summary>
    /// <exception cref="InvalidDataException">It is cut short.</exception>
    public static long ReadVarint(ReadOnlySpan<byte> bytes) => (long)new ThriftWalk(bytes, (_, _) => { }).Varint();

    private void Struct(string structure, scoped Span<int> path, int depth)
    {
        if (depth == DeepestNesting)
            throw new InvalidDataException("its structures are nested too deep");
        long field = 0;
        while (Next() is > 0 and var head)
        {
            field = head >> 4 is > 0 and var step ? field + step : ZigZag();
            if (structure == ParquetLayout.Unknown || field is < 1 or > short.MaxValue)
                throw new InvalidDataException("it has a structure that the format does not have");
            path[depth] = (int)field;
            var kind = (Kind)(head & 15);
            string layout = ParquetLayout.Of(structure, (int)field);
            if (!Is(kind, layout))
                throw new InvalidDataException($"it has a field of type {kind} where the format has another");
            if (kind is Kind.True or Kind.False)
                visit(path[..(depth + 1)], kind == Kind.True ? 1 : 0);
            else
                Value(kind, layout, path, depth + 1);
        }
    }

    /// <summary>Whether a field of a kind is what the layout has. The library does not look at the kind.</summary>
    private static bool Is(Kind kind, string layout) => layout switch
    {
        ParquetLayout.Unknown => true,
        "v" => kind is Kind.I16 or Kind.I32 or Kind.I64,
        "y" => kind is Kind.Byte,
        "d" => kind is Kind.Double,
        "b" => kind is Kind.True or Kind.False,
        "s" => kind is Kind.Binary,
        ['[', ..] => kind is Kind.List,
        _ => kind is Kind.Struct,
    };

    private void Value(Kind kind, string layout, scoped Span<int> path, int depth)
    {
        switch (kind)
        {
            case Kind.Byte:
                Next();
                break;
            case Kind.I16 or Kind.I32 or Kind.I64:
                visit(path[..depth], ZigZag());
                break;
            case Kind.Double:
                Skip(sizeof(double));
                break;
            case Kind.Binary:
                Skip(Varint());
                break;
            case Kind.List:
                Elements(layout is ['[', .. var element] ? element : ParquetLayout.Unknown, path, depth);
                break;
            case Kind.Struct:
                Struct(layout, path, depth);
                break;
            default:
                throw new InvalidDataException($"it has a value of the type {kind}, which the format does not have");
        }
    }

    private void Elements(string layout, scoped Span<int> path, int depth)
    {
        int head = Next();
        ulong count = head >> 4 == 15 ? Varint() : (ulong)head >> 4;
        // Each element has a byte at least.
        if (count > (ulong)(bytes.Length - Position))
            throw new InvalidDataException($"it claims {count} elements in {bytes.Length - Position} bytes");
        if (count > 0 && !Is((Kind)(head & 15), layout))
            throw new InvalidDataException($"it has a list of type {(Kind)(head & 15)} where the format has another");
        for (ulong i = 0; i < count; i++)
            Value((Kind)(head & 15), layout, path, depth);
    }

    private byte Next() => Position < bytes.Length ? bytes[Position++] : throw new InvalidDataException("it is cut short");

    private void Skip(ulong count)
    {
        if (count > (ulong)(bytes.Length - Position))
            throw new InvalidDataException("it is cut short");
        Position += (int)count;
    }

    private long ZigZag()
    {
        ulong number = Varint();
        return (long)(number >> 1) ^ -(long)(number & 1);
    }

    private ulong Varint()
    {
        ulong number = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Next();
            number |= (ulong)(next & 127) << shift;
            if (next < 128)
                return number;
        }
        throw new InvalidDataException("it has a number of more than 64 bits");
    }
}
