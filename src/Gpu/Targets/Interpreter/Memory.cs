namespace VaeGpu.Gpu.Targets.Interpreter;

/// <summary>Bytes, and for each byte whether anything has written it.</summary>
/// <param name="bytes">How many.</param>
/// <param name="isDefined">Whether all count as written from the start.</param>
internal sealed class Memory(long bytes, bool isDefined = false)
{
    private readonly byte[] data = new byte[bytes];
    private readonly byte[] written = isDefined ? [] : new byte[bytes];

    public long Bytes => data.Length;

    /// <summary>Who touched what in the running launch; null where nothing can race.</summary>
    public AccessLog? Log { get; set; }

    /// <summary>The bytes for copies from the host, which count as written.</summary>
    public Span<byte> ToWrite(long start, long length)
    {
        if (!isDefined)
            written.AsSpan((int)start, (int)length).Fill(byte.MaxValue);
        return data.AsSpan((int)start, (int)length);
    }

    /// <summary>The bytes for copies to the host; what nothing has written reads as zero.</summary>
    public ReadOnlySpan<byte> ToRead(long start, long length) => data.AsSpan((int)start, (int)length);

    /// <summary>Makes a part undefined again.</summary>
    public void Forget(long start, long length)
    {
        if (!isDefined)
            written.AsSpan((int)start, (int)length).Clear();
    }

    /// <summary>Whether all bytes of a scalar have been written.</summary>
    public bool IsWritten(long address, int size) => isDefined || !written.AsSpan((int)address, size).ContainsAnyExcept(byte.MaxValue);

    /// <summary>The bits of a value; small integers widen.</summary>
    public long Read(MemoryType type, long address) => type.Read(in data[address]);

    /// <summary>Stores as many of the low bytes as the type has.</summary>
    public void Write(MemoryType type, long address, long bits)
    {
        type.Write(ref data[address], bits);
        if (!isDefined)
            type.Write(ref written[address], -1);
    }
}
