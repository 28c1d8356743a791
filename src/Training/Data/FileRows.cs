namespace VaeGpu.Training.Data;

/// <summary>
/// Rows in a file of this process alone, which the system removes when the process ends. They are read and written at their places rather
/// than mapped, so that pages of the file do not count as memory of the process.
/// </summary>
internal sealed class FileRows : ByteRows
{
    private const UnixFileMode ForUser = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly FileStream file;
    private readonly string folder;

    /// <summary>Reserves room in a file of <paramref name="folder"/>.</summary>
    /// <exception cref="DataException">The file cannot be written, or the disk has no room.</exception>
    public FileRows(int count, int rowBytes, string folder) : base(count, rowBytes)
    {
        this.folder = folder;
        try
        {
            file = Create(folder, (long)count * rowBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(e);
        }
    }

    /// <inheritdoc/>
    public override void Read(int first, Span<byte> rows)
    {
        try
        {
            long offset = (long)first * RowBytes;
            while (rows.Length > 0)
            {
                int read = RandomAccess.Read(file.SafeFileHandle, rows, offset);
                if (read == 0)
                    throw new EndOfStreamException("it is shorter than it was");
                rows = rows[read..];
                offset += read;
            }
        }
        catch (IOException e)
        {
            throw Failure(e);
        }
    }

    /// <inheritdoc/>
    public override void Write(int first, ReadOnlySpan<byte> rows)
    {
        try
        {
            RandomAccess.Write(file.SafeFileHandle, rows, (long)first * RowBytes);
        }
        catch (IOException e)
        {
            throw Failure(e);
        }
    }

    private static FileStream Create(string folder, long bytes)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            Options = FileOptions.RandomAccess,
            PreallocationSize = bytes,
            BufferSize = 0,
        };
        string path = Path.Combine(folder, Path.GetRandomFileName());
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            options.Options |= FileOptions.DeleteOnClose;
            return Sized(path);
        }
        Directory.CreateDirectory(folder, ForUser | UnixFileMode.UserExecute);
        options.UnixCreateMode = ForUser;
        FileStream created = Sized(path);
        // A process that is killed closes nothing, so the name goes at once.
        File.Delete(path);
        return created;

        FileStream Sized(string path)
        {
            var stream = new FileStream(path, options);
            stream.SetLength(bytes);
            return stream;
        }
    }

    private DataException Failure(Exception e) => new(
        FormattableString.Invariant($"The data takes {(double)Count * RowBytes / 1e9:N2} GB in a temporary file of \"{folder}\", ")
        + $"which fails ({e.Message.TrimEnd('.')}); make room there, raise --memory, or make pictures smaller with --size.", e);
}
