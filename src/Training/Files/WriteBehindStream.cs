namespace VaeGpu.Training.Files;

/// <summary>
/// A new file that goes to the disk while it is written. Otherwise the system keeps a large file in memory until the last flush, which then
/// takes as long as the disk takes for all of it.
/// </summary>
internal sealed class WriteBehindStream(string path) : FileStream(path, FileMode.CreateNew, FileAccess.Write)
{
    /// <summary>Bytes written between two flushes: a few tens of milliseconds of a disk's time.</summary>
    private const long Interval = 32 << 20;
    private Task flushing = Task.CompletedTask;
    private long unflushed;

    /// <summary>Writes bytes; those of a span come here, too, from the base class.</summary>
    /// <exception cref="IOException">The file cannot be written, or what was written before could not be flushed.</exception>
    public override void Write(byte[] buffer, int offset, int count)
    {
        base.Write(buffer, offset, count);
        unflushed += count;
        if (unflushed < Interval || !flushing.IsCompleted)
            return;
        flushing.GetAwaiter().GetResult();
        unflushed = 0;
        var handle = SafeFileHandle;
        flushing = Task.Run(() => RandomAccess.FlushToDisk(handle));
    }

    /// <inheritdoc/>
    public override void Flush(bool flushToDisk)
    {
        flushing.GetAwaiter().GetResult();
        base.Flush(flushToDisk);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // A file is not closed under a flush. Whether that one failed matters to Flush alone.
        if (disposing)
            Task.WaitAny(flushing);
        base.Dispose(disposing);
    }
}
