namespace VaeGpu.Training.Data;

/// <summary>Rows of bytes, all of one length.</summary>
internal abstract class ByteRows(int count, int rowBytes)
{
    /// <summary>Rows.</summary>
    public int Count => count;

    /// <summary>Bytes of a row.</summary>
    public int RowBytes => rowBytes;

    /// <summary>Room for rows of zeros.</summary>
    /// <param name="count">Rows.</param>
    /// <param name="rowBytes">Bytes of a row.</param>
    /// <param name="folder">The folder of a file that holds them; null for memory.</param>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public static ByteRows Allocate(int count, int rowBytes, string? folder) =>
        folder is null ? new MemoryRows(count, rowBytes) : new FileRows(count, rowBytes, folder);

    /// <summary>Copies whole rows from <paramref name="first"/> on. Threads may read at once.</summary>
    /// <exception cref="DataException">The file cannot be read.</exception>
    public abstract void Read(int first, Span<byte> rows);

    /// <summary>Overwrites whole rows from <paramref name="first"/> on. Threads may write different rows at once.</summary>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public abstract void Write(int first, ReadOnlySpan<byte> rows);
}

/// <summary>Rows in an array.</summary>
internal sealed class MemoryRows(int count, int rowBytes) : ByteRows(count, rowBytes)
{
    /// <summary>The rows, shape (count, bytes).</summary>
    public byte[] Bytes { get; } = new byte[checked(count * rowBytes)];

    /// <inheritdoc/>
    public override void Read(int first, Span<byte> rows) => Bytes.AsSpan(first * RowBytes, rows.Length).CopyTo(rows);

    /// <inheritdoc/>
    public override void Write(int first, ReadOnlySpan<byte> rows) => rows.CopyTo(Bytes.AsSpan(first * RowBytes));
}
