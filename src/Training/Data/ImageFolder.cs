namespace VaeGpu.Training.Data;

/// <summary>
/// A folder of pictures. Pictures in sub-folders are of the class that the sub-folder names. Sub-folders "train" and "test" (or "val",
/// "valid", "validation") are the parts to train on and to hold out; else a seventh is held out.
/// </summary>
public static class ImageFolder
{
    private const string TrainPart = "train", TestPart = "test";
    private static readonly string[] ValidationParts = ["val", "valid", "validation"];

    /// <summary>Loads the pictures of <paramref name="folder"/>, brought to <paramref name="fit"/>.</summary>
    /// <exception cref="DataException">There are none, one is damaged or of another format, or their sizes differ and none was asked
    /// for.</exception>
    public static DataSplit Load(string folder, DataFit fit, ulong seed, LoadingOptions how)
    {
        if (PictureWalk.IsRun(folder))
            throw new DataException($"The folder \"{folder}\" is that of a run and not of data; name a folder of pictures.");
        var name = new DirectoryInfo(folder).Name;
        var notes = new List<string>();
        var (train, test) = Parts(folder, notes);
        if (test is null)
        {
            var parts = Read(folder, train, fit, how, notes, Seeded);
            return new DataSplit(name, parts[0], parts[1]) { IsSeeded = true, Notes = notes };
        }
        var first = Read(folder, train, fit, how, notes, All)[0];
        var second = Read(folder, test, fit with { Format = first.Format, Size = null }, how.Beside(first), notes, All)[0];
        if (!(first.LabelNames ?? []).SequenceEqual(second.LabelNames ?? []))
            throw new DataException($"The folders \"{train}\" and \"{test}\" have different classes; both need the same sub-folders.");
        return new DataSplit(name, first, second) { Notes = notes };

        int[][] Seeded(int count)
        {
            var (trained, held) = SeededSplit.Rows(name, count, seed, fit.Whole);
            return [trained, held];
        }

        static int[][] All(int count) => [[.. Enumerable.Range(0, count)]];
    }

    /// <summary>The folders to train on and to hold out; the second is null where a part of the first is held out.</summary>
    private static (string Train, string? Test) Parts(string folder, List<string> notes)
    {
        string[] inner = [.. DataFile.Read($"The data folder \"{folder}\"", () => Directory.GetDirectories(folder))
            .Where(path => !PictureWalk.IsHidden(Path.GetFileName(path)) && !PictureWalk.IsRun(path)).Order(StringComparer.Ordinal)];
        var parts = inner.ToLookup(path => Path.GetFileName(path).ToLowerInvariant() switch
        {
            var part when ValidationParts.Contains(part) => ValidationParts[0],
            var part => part is TrainPart or TestPart ? part : "",
        });
        if (!parts.Any(part => part.Key.Length > 0))
            return (folder, null);
        if (parts.FirstOrDefault(part => part.Key.Length > 0 && part.Count() > 1) is { } twice)
            throw new DataException($"The folders \"{twice.First()}\" and \"{twice.Last()}\" are for the same part; leave one of them.");
        if (parts[""].FirstOrDefault() is { } beside)
            throw new DataException($"The folder \"{beside}\" lies beside folders called {TrainPart}, {TestPart} or "
                + $"{ValidationParts[0]}, so it is neither a class nor a part of the data; move it into one of them, or elsewhere.");
        string? train = parts[TrainPart].SingleOrDefault(), test = parts[TestPart].SingleOrDefault(),
            validation = parts[ValidationParts[0]].SingleOrDefault();
        if (train is null)
            throw new DataException($"The data folder \"{folder}\" has \"{Path.GetFileName(test ?? validation)}\" and no "
                + $"\"{TrainPart}\"; add it, or name the inner folder.");
        if (Directory.EnumerateFiles(folder).FirstOrDefault(PictureWalk.IsPicture) is { } loose)
            throw new DataException($"The picture \"{loose}\" lies beside the folder \"{TrainPart}\"; move it into a part, or elsewhere.");
        if (test is null && validation is null)
            notes.Add($"\"{train}\" has no \"{TestPart}\" beside it: a seventh of it is held out");
        if (test is not null && validation is not null)
            notes.Add($"\"{test}\" is held out; \"{validation}\" is not used, and can be named with --data when the model is evaluated");
        return (train, test ?? validation);
    }

    /// <summary>The pictures of a folder in the parts that <paramref name="split"/> makes of their numbers.</summary>
    private static ExampleSet[] Read(
        string root, string folder, DataFit fit, LoadingOptions how, List<string> notes, Func<int, int[][]> split)
    {
        var files = PictureWalk.Find(folder, notes);
        var loader = new PictureLoader(files, fit);
        var pictures = loader.Load(split(files.Length), how);
        int[] sound = [.. Enumerable.Range(0, files.Length).Where(i => !loader.Damaged.ContainsKey(i))];
        if (sound.Length < files.Length)
        {
            notes.Add($"skipped {loader.Damaged.Count} of {files.Length} pictures in \"{folder}\" that cannot be read; "
                + $"the first: {loader.Damaged[loader.Damaged.Keys.Min()].Message}");
            pictures = pictures.Rearranged([.. split(sound.Length).Select(part => Array.ConvertAll(part, i => sound[i]))]);
        }
        var (labels, classes) = Labels(folder, files, sound);
        return pictures.Sets(labels, classes, ExampleSources.Files(Array.ConvertAll(files, file => Relative(root, file))));
    }

    /// <summary>The path of a file from a folder on, with slashes on every system.</summary>
    private static string Relative(string folder, string file) =>
        Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>The class of each file, by its number, and what the classes are called; null where there are none.</summary>
    private static (byte[]? Labels, string[]? Classes) Labels(string folder, string[] files, int[] sound)
    {
        string[] names = Array.ConvertAll(files, file => Class(folder, file));
        string[] classes = [.. sound.Select(i => names[i]).Distinct().Order(StringComparer.Ordinal)];
        if (classes.Length > 1 && classes[0].Length == 0)
            throw new DataException($"The data folder \"{folder}\" has pictures beside sub-folders with pictures; move them into "
                + "sub-folders, one for each class.");
        if (classes.Length > 256)
            throw new DataException($"The data folder \"{folder}\" has {classes.Length} sub-folders with pictures; at most 256 classes "
                + "are supported.");
        if (classes[0].Length == 0)
            return (null, null);
        var numbers = classes.Index().ToDictionary(one => one.Item, one => (byte)one.Index);
        return (Array.ConvertAll(names, name => numbers.GetValueOrDefault(name)), classes);
    }

    /// <summary>
    /// The first folder below <paramref name="folder"/> on the way to <paramref name="file"/>; empty where it lies in it.
    /// </summary>
    private static string Class(string folder, string file)
    {
        var way = Path.GetRelativePath(folder, file);
        var end = way.IndexOf(Path.DirectorySeparatorChar);
        return end < 0 ? "" : way[..end];
    }
}
