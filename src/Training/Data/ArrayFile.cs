using System.IO.Compression;
using VaeGpu.Gpu.Runtime.Cpu;

namespace VaeGpu.Training.Data;

/// <summary>
/// Arrays of .npy and .npz files. Bytes and booleans are pictures, and so are numbers from 0 to 1 with three axes or more: (count, height,
/// width), with an axis of 1 or 3 channels last or behind the first. Other arrays are tables, (count, columns).
/// </summary>
internal static class ArrayFile
{
    private const string Extension = ".npz";

    /// <summary>Whether the file at <paramref name="path"/> is one of arrays by its name.</summary>
    public static bool IsArray(string path) => Path.GetExtension(path).ToLowerInvariant() is ".npy" or Extension;

    public static DataSplit Load(string path, DataFit fit, ulong seed)
    {
        var notes = new List<string>();
        var (name, array) = Read(path, fit.Options.Member, notes);
        if (ArePictures(name, array, fit.Options.As, notes))
        {
            var images = Images(name, array, notes);
            return SeededSplit.Of(Path.GetFileNameWithoutExtension(path), images, seed, fit.Whole) with { Notes = notes };
        }
        int columns = array.Shape.Skip(1).Aggregate(1, (product, side) => product * side);
        double[] numbers = array.Numbers ?? Array.ConvertAll(array.Bytes!, value => (double)value);
        bool mayLack = fit.Options.Missing is not MissingValues.Refuse;
        int bad = Array.FindIndex(numbers, value => double.IsInfinity(value) || (!mayLack && double.IsNaN(value)));
        if (bad >= 0)
            throw new DataException($"{name}: the value of row {bad / columns}, column {bad % columns} is missing or infinite; fill it in, or take the row or the column out.");
        return TableFile.Load(new ArrayTable(path, numbers, TableColumns.Of(path, TableSet.NamesOf(columns), fit)), fit, seed, notes);
    }

    private static (string Name, NpyArray Array) Read(string path, string? member, List<string> notes)
    {
        byte[] file = DataFile.ReadAllBytes(path);
        if (!path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
        {
            return member is null
                ? (path, NpyFile.Parse(path, file))
                : throw new DataException($"--member names an array of a {Extension} file, and {path} is one array; leave it out.");
        }
        try
        {
            using var archive = new ZipArchive(new MemoryStream(file, writable: false));
            string[] names = [.. archive.Entries.Select(entry => entry.FullName)
                .Where(entry => entry.EndsWith(".npy", StringComparison.Ordinal)).Select(entry => entry[..^4])];
            string chosen = member ?? (names.Length == 1
                ? names[0]
                : throw new DataException($"{path} has the arrays {string.Join(", ", names)}; name one with --member."));
            if (!names.Contains(chosen))
                throw new DataException($"{path} has no array \"{chosen}\"; it has {string.Join(", ", names)}.");
            if (member is null)
                notes.Add($"the array of {path} is \"{chosen}\"");
            string name = $"{path}, array \"{chosen}\"";
            return (name, NpyFile.Parse(name, Unpacked(name, archive.GetEntry($"{chosen}.npy")!, file.Length)));
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            throw new DataException($"{path} is a damaged {Extension} file ({error.Message.TrimEnd('.')}); save it again with numpy.savez.", error);
        }
    }

    /// <summary>The content of an entry. Nothing is allocated for a length that cannot be, or for which there is no memory.</summary>
    private static byte[] Unpacked(string name, ZipArchiveEntry entry, long fileBytes)
    {
        if (entry.CompressedLength > fileBytes || entry.Length > Math.Max(entry.CompressedLength, 1) * IdxFile.DeflateLimit)
            throw new InvalidDataException($"\"{entry.FullName}\" claims {entry.Length} bytes");
        if (Math.Min(Array.MaxLength, HostMemory.Available) is var most && entry.Length > most)
            throw new DataException($"{name} has {entry.Length} bytes, and {most} can be held; use a smaller array.");
        var content = new byte[entry.Length];
        using Stream packed = entry.Open();
        packed.ReadExactly(content);
        return content;
    }

    private static bool ArePictures(string name, NpyArray array, ArrayKind kind, List<string> notes)
    {
        if (kind is ArrayKind.Table)
            return false;
        if (array.Numbers is not { } numbers)
            return true;
        if (kind is ArrayKind.Auto && array.Shape.Length == 2)
            return false;
        if (!Array.TrueForAll(numbers, value => value is >= 0 and <= 1))
        {
            throw new DataException($"{name} has the shape ({string.Join(", ", array.Shape)}) and values outside 0 to 1: pictures have values from 0 to 1, "
                + "so divide it by its greatest level; --as table takes it as a table.");
        }
        notes.Add($"{name} is taken as pictures, rounded to 256 levels; --as table takes it as a table");
        return true;
    }

    private static ImageSet Images(string name, NpyArray array, List<string> notes)
    {
        byte[] levels = array.Bytes ?? Array.ConvertAll(array.Numbers!, value => (byte)Math.Round(255 * value));
        if (array.Bytes is not null && levels.Max() == 1)
        {
            notes.Add($"{name} has the values 0 and 1: they are taken as black and white");
            levels = Array.ConvertAll(levels, value => (byte)(255 * value));
        }
        return array.Shape switch
        {
            [_, var width] => new ImageSet(levels, null, width, 1),
            [_, var height, var width] => new ImageSet(levels, null, width, height),
            [_, var height, var width, 1] => new ImageSet(levels, null, width, height),
            [_, var height, var width, 3] => new ImageSet(Planes(levels, height * width), null, width, height, 3),
            [_, var channels and (1 or 3), var height, var width] => new ImageSet(levels, null, width, height, channels),
            _ => throw new DataException($"{name} has the shape ({string.Join(", ", array.Shape)}); pictures are (count, columns), (count, height, width), "
                + "(count, height, width, channels) or (count, channels, height, width) with 1 or 3 channels."),
        };
    }

    /// <summary>(count, pixels, 3) as (count, 3, pixels).</summary>
    private static byte[] Planes(byte[] levels, int pixels)
    {
        var planes = new byte[levels.Length];
        for (var i = 0; i < levels.Length; i++)
            planes[i / (3 * pixels) * 3 * pixels + i % 3 * pixels + i / 3 % pixels] = levels[i];
        return planes;
    }
}
