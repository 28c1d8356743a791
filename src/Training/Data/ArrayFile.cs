using System.IO.Compression;
using VaeGpu.Training.Files;

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

    /// <summary>Loads the array, or the one of a .npz file that is named.</summary>
    /// <exception cref="DataException">It cannot be read, or there is no room for it.</exception>
    public static DataSplit Load(string path, DataFit fit, ulong seed, LoadingOptions how)
    {
        var notes = new List<string>();
        using FileStream file = DataFile.Read(path, () => RegularFile.OpenRead(path));
        if (path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
            return OfArchive(path, file, fit.Options.Member, notes, Loaded);
        if (fit.Options.Member is not null)
            throw new DataException($"--member names an array of a {Extension} file, and {path} is one array; leave it out.");
        return DataFile.Read(path, () => Loaded(new NpyReader(path, file, file.Length)));

        DataSplit Loaded(NpyReader array) => ArePictures(array, fit.Options.As)
            ? new ArrayPictures(array, notes).Load(Path.GetFileNameWithoutExtension(path), fit, seed, how)
            : Table(path, array, fit, seed, notes);
    }

    private static bool ArePictures(NpyReader array, ArrayKind kind) =>
        kind is not ArrayKind.Table && (array.IsBytes || kind is ArrayKind.Images || array.Shape.Length > 2);

    private static DataSplit Table(string path, NpyReader array, DataFit fit, ulong seed, List<string> notes)
    {
        double[] numbers = array.ReadNumbers();
        int columns = numbers.Length / array.Shape[0];
        bool mayLack = fit.Options.Missing is not MissingValues.Refuse;
        int bad = Array.FindIndex(numbers, value => double.IsInfinity(value) || (!mayLack && double.IsNaN(value)));
        if (bad >= 0)
        {
            throw new DataException($"{array.Name}: the value of row {bad / columns}, column {bad % columns} is missing or infinite; "
                + "fill it in, or take the row or the column out.");
        }
        var table = new ArrayTable(path, numbers, TableColumns.Of(path, TableSet.NamesOf(columns), fit));
        return TableFile.Load(table, fit, seed, notes);
    }

    /// <summary>What <paramref name="load"/> makes of an array of an archive.</summary>
    private static DataSplit OfArchive(string path, FileStream file, string? member, List<string> notes, Func<NpyReader, DataSplit> load)
    {
        try
        {
            using var archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            string[] names = [.. archive.Entries.Select(entry => entry.FullName)
                .Where(entry => entry.EndsWith(".npy", StringComparison.Ordinal)).Select(entry => entry[..^4])];
            string chosen = member ?? (names.Length == 1
                ? names[0]
                : throw new DataException($"{path} has the arrays {string.Join(", ", names)}; name one with --member."));
            if (!names.Contains(chosen))
                throw new DataException($"{path} has no array \"{chosen}\"; it has {string.Join(", ", names)}.");
            if (member is null)
                notes.Add($"the array of {path} is \"{chosen}\"");
            ZipArchiveEntry entry = archive.GetEntry($"{chosen}.npy")!;
            // Nothing is allocated for an impossible length.
            if (entry.CompressedLength > file.Length || entry.Length > Math.Max(entry.CompressedLength, 1) * IdxFile.DeflateLimit)
                throw new InvalidDataException($"\"{entry.FullName}\" claims {entry.Length} bytes");
            using Stream content = entry.Open();
            return load(new NpyReader($"{path}, array \"{chosen}\"", content, entry.Length));
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            throw new DataException(
                $"{path} is a damaged {Extension} file ({error.Message.TrimEnd('.')}); save it again with numpy.savez.", error);
        }
    }
}
