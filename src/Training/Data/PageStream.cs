namespace VaeGpu.Training.Data;

/// <summary>
/// A Parquet file as the library reads it, which goes to the start of each page of a column in turn. Where pages hold fewer values than
/// they claim, the library takes whatever lies behind the column for further pages, and may go on without end.
/// </summary>
internal sealed class PageStream(FileStream file) : Stream
{
    private long page = -1, end = long.MaxValue;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => file.Length;

    public override long Position { get => file.Position; set => file.Position = value; }

    /// <summary>Says that a column is read next, whose pages end at <paramref name="last"/>.</summary>
    public void BeginColumn(long last) => (page, end) = (-1, last);

    /// <exception cref="InvalidDataException">There is no further page.</exception>
    public override long Seek(long offset, SeekOrigin origin)
    {
        if (origin == SeekOrigin.Begin)
            page = offset > page && offset < end
                ? offset
                : throw new InvalidDataException("the pages of a column hold fewer values than it claims");
        return file.Seek(offset, origin);
    }

    /// <exception cref="EndOfStreamException">The file ends. The library would take the end for a byte, forever.</exception>
    public override int ReadByte() => file.ReadByte() is >= 0 and var value ? value : throw new EndOfStreamException("it is cut short");

    public override int Read(byte[] buffer, int offset, int count) => file.Read(buffer, offset, count);

    public override int Read(Span<byte> buffer) => file.Read(buffer);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file.Dispose();
        base.Dispose(disposing);
    }
}
