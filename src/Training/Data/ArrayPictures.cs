namespace VaeGpu.Training.Data;

/// <summary>
/// The pictures of an array, read one after the other: (count, columns), (count, height, width), (count, height, width, channels) or
/// (count, channels, height, width), of bytes, booleans or numbers from 0 to 1.
/// </summary>
internal sealed class ArrayPictures
{
    private readonly NpyReader array;
    private readonly List<string> notes;
    private readonly ImageFormat format;
    private readonly bool channelsLast;

    /// <param name="array">The array.</param>
    /// <param name="notes">Is told what is assumed.</param>
    /// <exception cref="DataException">The shape is not one of pictures.</exception>
    public ArrayPictures(NpyReader array, List<string> notes)
    {
        (this.array, this.notes) = (array, notes);
        if (array.Count / array.Shape[0] > Array.MaxLength / 3)
            throw new DataException($"{array.Name} has {array.Count / array.Shape[0]} pixels a picture; make the pictures smaller.");
        (format, channelsLast) = array.Shape switch
        {
            [_, var width] => (new ImageFormat(width, 1), false),
            [_, var height, var width] => (new ImageFormat(width, height), false),
            [_, var height, var width, 1] => (new ImageFormat(width, height), false),
            [_, var height, var width, 3] => (new ImageFormat(width, height, 3), true),
            [_, var channels and (1 or 3), var height, var width] => (new ImageFormat(width, height, channels), false),
            _ => throw new DataException($"{array.Name} has the shape ({string.Join(", ", array.Shape)}); pictures are (count, columns), "
                + "(count, height, width), (count, height, width, channels) or (count, channels, height, width) with 1 or 3 channels."),
        };
    }

    /// <summary>Reads all pictures into their parts.</summary>
    /// <exception cref="DataException">A number is outside 0 to 1, or there is not enough room.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public DataSplit Load(string name, DataFit fit, ulong seed, LoadingOptions how)
    {
        int count = array.Shape[0];
        var (train, test) = SeededSplit.Rows(name, count, seed, fit.Whole);
        var pictures = new PictureArray([train, test], count, format, how);
        var (picture, levels) = (new byte[format.Size], new byte[format.Size]);
        var (numbers, greatest) = (array.IsBytes ? [] : new double[format.Size], 0);
        for (var i = 0; i < count; i++)
        {
            if (array.IsBytes)
                array.Read(picture);
            else
                ReadLevels(numbers, picture);
            foreach (byte level in picture)
                greatest = Math.Max(greatest, level);
            pictures.Put(i, channelsLast ? Planes(picture, levels) : picture);
        }
        if (!array.IsBytes)
            notes.Add($"{array.Name} is taken as pictures, rounded to 256 levels; --as table takes it as a table");
        else if (greatest == 1)
        {
            notes.Add($"{array.Name} has the values 0 and 1: they are taken as black and white");
            pictures.Stretch();
        }
        var parts = pictures.Sets(null, null, ExampleSources.Indices);
        return new DataSplit(name, parts[0], parts[1]) { IsSeeded = true, Notes = notes };
    }

    private void ReadLevels(double[] numbers, byte[] picture)
    {
        array.Read(numbers);
        for (var i = 0; i < numbers.Length; i++)
        {
            if (numbers[i] is not (>= 0 and <= 1))
            {
                throw new DataException($"{array.Name} has the shape ({string.Join(", ", array.Shape)}) and values outside 0 to 1: "
                    + "pictures "
                    + "have values from 0 to 1, so divide it by its greatest level; --as table takes it as a table.");
            }
            picture[i] = (byte)Math.Round(255 * numbers[i]);
        }
    }

    /// <summary>(pixels, 3) as (3, pixels).</summary>
    private static byte[] Planes(byte[] picture, byte[] planes)
    {
        int pixels = picture.Length / 3;
        for (var i = 0; i < picture.Length; i++)
            planes[i % 3 * pixels + i / 3] = picture[i];
        return planes;
    }
}
