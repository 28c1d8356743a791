namespace VaeGpu.Training.Data;

/// <summary>
/// Pictures of one size in the parts of a data set, in memory or in files: each is put in its place as it is read, by any thread. They are
/// gray until one in color comes.
/// </summary>
internal sealed class PictureArray
{
    private readonly int[][] parts;
    private readonly (int Part, int Row)[] places;
    private readonly int width, height;
    private readonly LoadingOptions how;
    private readonly ReaderWriterLockSlim gate = new();
    private ByteRows[] levels;
    private int channels;
    private int put;

    /// <param name="parts">The numbers of the pictures of each part, in their order.</param>
    /// <param name="count">One more than the largest number.</param>
    /// <param name="format">The size of each, and whether the first is in color.</param>
    /// <param name="how">Where they are kept.</param>
    /// <exception cref="DataException">There is no room.</exception>
    public PictureArray(int[][] parts, int count, ImageFormat format, LoadingOptions how)
    {
        (this.parts, width, height, channels, this.how) = (parts, format.Width, format.Height, format.Channels, how);
        places = new (int, int)[count];
        foreach (var (part, numbers) in parts.Index())
        {
            for (var row = 0; row < numbers.Length; row++)
                places[numbers[row]] = (part, row);
        }
        levels = Room(channels);
    }

    private int Size => channels * width * height;

    /// <summary>Puts a picture in its place.</summary>
    /// <exception cref="DataException">There is no room for three channels, or the file cannot be written.</exception>
    public void Put(int number, RasterImage picture)
    {
        if (picture.Channels == 3)
            Widen();
        gate.EnterReadLock();
        try
        {
            Put(number, picture.WithChannels(channels).Levels);
        }
        finally
        {
            gate.ExitReadLock();
        }
    }

    /// <summary>Puts a picture of as many channels as the others in its place, shape (channels, height, width).</summary>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public void Put(int number, ReadOnlySpan<byte> picture)
    {
        var (part, row) = places[number];
        levels[part].Write(row, picture);
        how.Progress?.Report(new(Interlocked.Increment(ref put), places.Length));
    }

    /// <summary>Makes 1 white in pictures of 0 and 1.</summary>
    public void Stretch()
    {
        var picture = new byte[Size];
        foreach (var (part, row) in places)
        {
            levels[part].Read(row, picture);
            for (var i = 0; i < picture.Length; i++)
                picture[i] *= byte.MaxValue;
            levels[part].Write(row, picture);
        }
    }

    /// <summary>The same pictures in other parts.</summary>
    public PictureArray Rearranged(int[][] others)
    {
        var all = new PictureArray(others, places.Length, new ImageFormat(width, height, channels), how);
        var picture = new byte[Size];
        foreach (int number in others.SelectMany(part => part))
        {
            var ((from, old), (to, row)) = (places[number], all.places[number]);
            levels[from].Read(old, picture);
            all.levels[to].Write(row, picture);
        }
        return all;
    }

    /// <summary>A set for each part. Labels and sources are by the pictures' numbers.</summary>
    public ExampleSet[] Sets(byte[]? labels, string[]? names, ExampleSources sources)
    {
        return [.. parts.Select((numbers, part) => Set(levels[part], numbers).WithSources(sources.Select(numbers)))];

        ExampleSet Set(ByteRows pixels, int[] numbers)
        {
            var own = labels is null ? null : Array.ConvertAll(numbers, number => labels[number]);
            return pixels is MemoryRows memory
                ? new ImageSet(memory.Bytes, own, width, height, channels) { LabelNames = names }
                : new DiskImageSet(pixels, new ImageFormat(width, height, channels), own) { LabelNames = names };
        }
    }

    private ByteRows[] Room(int channels)
    {
        int size = checked(channels * width * height);
        bool fits = (long)size * parts.Sum(part => (long)part.Length) <= how.Memory
            && (long)size * parts.Max(part => part.Length) <= Array.MaxLength;
        return Array.ConvertAll(parts, part => ByteRows.Allocate(part.Length, size, fits ? null : how.Folder));
    }

    /// <summary>Gray pictures become such of three equal channels.</summary>
    private void Widen()
    {
        if (Volatile.Read(ref channels) == 3)
            return;
        gate.EnterWriteLock();
        try
        {
            if (channels == 3)
                return;
            var (wide, size) = (Room(channels: 3), width * height);
            var (gray, color) = (new byte[size], new byte[3 * size]);
            for (var part = 0; part < parts.Length; part++)
            {
                for (var row = 0; row < parts[part].Length; row++)
                {
                    levels[part].Read(row, gray);
                    for (var channel = 0; channel < 3; channel++)
                        gray.CopyTo(color.AsSpan(channel * size));
                    wide[part].Write(row, color);
                }
            }
            (levels, channels) = (wide, 3);
        }
        finally
        {
            gate.ExitWriteLock();
        }
    }
}
