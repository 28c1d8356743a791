namespace VaeGpu.Training.Data;

/// <summary>
/// Walks through a structure in Thrift's compact protocol, without keeping it, and refuses what claims more than its bytes can hold.
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
        Stop, True, False, Byte, I16, I32, I64, Double, Binary, List, Set, Map, Struct,
    }

    /// <summary>Bytes that were read.</summary>
    public int Position { get; private set; }

    /// <summary>Walks through a structure.</summary>
    /// <exception cref="InvalidDataException">It is not one, or goes on after the last byte.</exception>
    public void Struct() => Struct(stackalloc int[DeepestNesting], 0);

    /// <summary>The number at the start of some bytes, seven bits in each, the lowest first.</summary>
    /// <exception cref="InvalidDataException">It is cut short.</exception>
    public static long ReadVarint(ReadOnlySpan<byte> bytes) => (long)new ThriftWalk(bytes, (_, _) => { }).Varint();

    private void Struct(scoped Span<int> path, int depth)
    {
        if (depth == DeepestNesting)
            throw new InvalidDataException("its structures are nested too deep");
        int field = 0;
        while (Next() is var head && (Kind)(head & 15) is not Kind.Stop and var kind)
        {
            field = head >> 4 is > 0 and var step ? field + step : (int)ZigZag();
            path[depth] = field;
            if (kind is Kind.True or Kind.False)
                visit(path[..(depth + 1)], kind == Kind.True ? 1 : 0);
            else
                Value(kind, path, depth + 1);
        }
    }

    private void Value(Kind kind, scoped Span<int> path, int depth)
    {
        switch (kind)
        {
            case Kind.True or Kind.False or Kind.Byte:
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
            case Kind.List or Kind.Set:
                int head = Next();
                Elements(head >> 4 == 15 ? Varint() : (ulong)head >> 4, path, depth, (Kind)(head & 15));
                break;
            case Kind.Map:
                if (Varint() is > 0 and var count)
                {
                    int kinds = Next();
                    Elements(count, path, depth, (Kind)(kinds >> 4), (Kind)(kinds & 15));
                }
                break;
            case Kind.Struct:
                Struct(path, depth);
                break;
            default:
                throw new InvalidDataException($"it has a value of the unknown type {kind}");
        }
    }

    private void Elements(ulong count, scoped Span<int> path, int depth, params scoped ReadOnlySpan<Kind> kinds)
    {
        // Each element has a byte at least.
        if (count > (ulong)(bytes.Length - Position))
            throw new InvalidDataException($"it claims {count} elements in {bytes.Length - Position} bytes");
        for (ulong i = 0; i < count; i++)
        {
            foreach (var kind in kinds)
                Value(kind, path, depth);
        }
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
