using VaeGpu.Gpu.Runtime.Cpu;

namespace VaeGpu.Training.Data;

/// <summary>
/// Pictures of one size in the arrays of the parts of a data set: each is put in its place as it is read, by any thread. They are gray
/// until one in color comes.
/// </summary>
internal sealed class PictureArray
{
    private readonly int[][] parts;
    private readonly (int Part, int Row)[] places;
    private readonly int width, height;
    private readonly ReaderWriterLockSlim gate = new();
    private byte[][] levels;
    private int channels;

    /// <param name="parts">The numbers of the pictures of each part, in their order.</param>
    /// <param name="count">One more than the largest number.</param>
    /// <param name="width">Columns of a picture.</param>
    /// <param name="height">Rows of a picture.</param>
    /// <param name="channels">1 or 3.</param>
    /// <exception cref="DataException">There is no room.</exception>
    public PictureArray(int[][] parts, int count, int width, int height, int channels)
    {
        (this.parts, this.width, this.height, this.channels) = (parts, width, height, channels);
        places = new (int, int)[count];
        foreach (var (part, numbers) in parts.Index())
        {
            for (var row = 0; row < numbers.Length; row++)
                places[numbers[row]] = (part, row);
        }
        levels = Room(channels);
    }

    private int Size => channels * width * height;

    /// <summary>Refuses pictures that do not fit in the memory that there is.</summary>
    /// <exception cref="DataException">They do not fit; the message says what they need.</exception>
    public static void ThrowIfNoRoom(int[][] parts, int width, int height, int channels, long? memory = null)
    {
        long picture = (long)channels * width * height, count = parts.Sum(part => (long)part.Length);
        long needed = picture * count, available = memory ?? HostMemory.Available;
        string? fault = needed > available
            ? FormattableString.Invariant($"need {needed / 1e9:N2} GB of memory, and {available / 1e9:N2} GB are available")
            : picture * parts.Max(part => part.Length) > Array.MaxLength ? "do not fit in one array" : null;
        if (fault is not null)
            throw new DataException($"{count} pictures of {width}×{height} pixels {fault}; make them smaller with --size WIDTHxHEIGHT.");
    }

    /// <summary>Puts a picture in its place.</summary>
    /// <exception cref="DataException">There is no room for three channels.</exception>
    public void Put(int number, RasterImage picture)
    {
        if (picture.Channels == 3)
            Widen();
        gate.EnterReadLock();
        try
        {
            var (part, row) = places[number];
            picture.WithChannels(channels).Levels.CopyTo(levels[part], row * Size);
        }
        finally
        {
            gate.ExitReadLock();
        }
    }

    /// <summary>The same pictures in other parts.</summary>
    public PictureArray Rearranged(int[][] others)
    {
        var all = new PictureArray(others, places.Length, width, height, channels);
        foreach (int number in others.SelectMany(part => part))
        {
            var ((from, old), (to, row)) = (places[number], all.places[number]);
            levels[from].AsSpan(old * Size, Size).CopyTo(all.levels[to].AsSpan(row * Size));
        }
        return all;
    }

    /// <summary>A set for each part. Labels and sources are by the pictures' numbers.</summary>
    public ImageSet[] Sets(byte[]? labels, string[]? names, ExampleSources sources)
    {
        return [.. parts.Select((numbers, part) => Set(levels[part], numbers))];

        ImageSet Set(byte[] pixels, int[] numbers) =>
            new(pixels, labels is null ? null : Array.ConvertAll(numbers, number => labels[number]), width, height, channels)
            {
                LabelNames = names, Sources = sources.Select(numbers),
            };
    }

    private byte[][] Room(int channels)
    {
        ThrowIfNoRoom(parts, width, height, channels);
        return Array.ConvertAll(parts, part => new byte[part.Length * channels * width * height]);
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
            for (var part = 0; part < parts.Length; part++)
            {
                for (var i = 0; i < 3 * parts[part].Length; i++)
                    levels[part].AsSpan(i / 3 * size, size).CopyTo(wide[part].AsSpan(i * size));
            }
            (levels, channels) = (wide, 3);
        }
        finally
        {
            gate.ExitWriteLock();
        }
    }
}
