using System.Collections.Concurrent;

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
    public static DataSplit Load(string folder, DataFit fit, ulong seed, int threads)
    {
        if (PictureWalk.IsRun(folder))
            throw new DataException($"The folder \"{folder}\" is that of a run and not of data; name a folder of pictures.");
        var name = new DirectoryInfo(folder).Name;
        var notes = new List<string>();
        var (train, test) = Parts(folder, notes);
        if (test is null)
            return SeededSplit.Of(name, Read(folder, train, fit, threads, notes), seed, fit.Whole) with { Notes = notes };
        var first = Read(folder, train, fit, threads, notes);
        var second = Read(folder, test, fit with { Format = first.Format, Size = null }, threads, notes);
        if (!(first.LabelNames ?? []).SequenceEqual(second.LabelNames ?? []))
            throw new DataException($"The folders \"{train}\" and \"{test}\" have different classes; both need the same sub-folders.");
        return new DataSplit(name, first, second) { Notes = notes };
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
            throw new DataException($"The folder \"{beside}\" lies beside folders called {TrainPart}, {TestPart} or {ValidationParts[0]}, so it is neither a class nor a part of the data; move it into one of them, or elsewhere.");
        string? train = parts[TrainPart].SingleOrDefault(), test = parts[TestPart].SingleOrDefault(),
            validation = parts[ValidationParts[0]].SingleOrDefault();
        if (train is null)
            throw new DataException($"The data folder \"{folder}\" has \"{Path.GetFileName(test ?? validation)}\" and no \"{TrainPart}\"; add it, or name the inner folder.");
        if (Directory.EnumerateFiles(folder).FirstOrDefault(PictureWalk.IsPicture) is { } loose)
            throw new DataException($"The picture \"{loose}\" lies beside the folder \"{TrainPart}\"; move it into a part, or elsewhere.");
        if (test is null && validation is null)
            notes.Add($"\"{train}\" has no \"{TestPart}\" beside it: a seventh of it is held out");
        if (test is not null && validation is not null)
            notes.Add($"\"{test}\" is held out; \"{validation}\" is not used, and can be named with --data when the model is evaluated");
        return (train, test ?? validation);
    }

    private static ExampleSet Read(string root, string folder, DataFit fit, int threads, List<string> notes)
    {
        var files = PictureWalk.Find(folder, notes);
        var images = new RasterImage?[files.Length];
        var damaged = new ConcurrentDictionary<int, DataException>();
        Parallel.For(0, files.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            try
            {
                images[i] = Fit(files[i], PictureFile.Read(files[i], DataFile.ReadAllBytes(files[i])), fit);
            }
            catch (DataException error)
            {
                damaged[i] = error;
            }
        });
        if (!damaged.IsEmpty)
        {
            var first = damaged[damaged.Keys.Min()];
            if (!fit.Options.SkipDamaged || damaged.Count == files.Length)
            {
                string remedy = damaged.Count == files.Length ? "" : " To continue without it, give --skip-damaged.";
                throw new DataException(first.Message + remedy, first);
            }
            notes.Add($"skipped {damaged.Count} of {files.Length} pictures in \"{folder}\" that cannot be read; the first: {first.Message}");
            files = [.. files.Where((_, i) => images[i] is not null)];
        }
        var (labels, classes) = Labels(folder, files);
        return Join(files, [.. images.OfType<RasterImage>()], labels, classes)
            .WithSources(ExampleSources.Files(Array.ConvertAll(files, file => Relative(root, file))));
    }

    /// <summary>The path of a file from a folder on, with slashes on every system.</summary>
    private static string Relative(string folder, string file) =>
        Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/');

    private static (byte[]? Labels, string[]? Classes) Labels(string folder, string[] files)
    {
        string[] classes = [.. files.Select(file => Class(folder, file)).Distinct().Order(StringComparer.Ordinal)];
        if (classes.Length > 1 && classes[0].Length == 0)
            throw new DataException($"The data folder \"{folder}\" has pictures beside sub-folders with pictures; move them into sub-folders, one for each class.");
        if (classes.Length > 256)
            throw new DataException($"The data folder \"{folder}\" has {classes.Length} sub-folders with pictures; at most 256 classes are supported.");
        return classes[0].Length == 0
            ? (null, null)
            : (Array.ConvertAll(files, file => (byte)Array.IndexOf(classes, Class(folder, file))), classes);
    }

    private static ImageSet Join(string[] files, RasterImage[] images, byte[]? labels, string[]? names)
    {
        var (width, height) = (images[0].Width, images[0].Height);
        var odd = Array.FindIndex(images, image => (image.Width, image.Height) != (width, height));
        if (odd >= 0)
        {
            throw new DataException($"{files[0]} has {width}×{height} pixels but {files[odd]} {images[odd].Width}×{images[odd].Height}; "
                + "resize all to one size with --size WIDTHxHEIGHT.");
        }
        var channels = images.Max(image => image.Channels);
        var size = (long)channels * width * height;
        if (size * images.Length > Array.MaxLength)
            throw new DataException($"{images.Length} pictures of {width}×{height} pixels do not fit in one array; make them smaller with --size WIDTHxHEIGHT.");
        var pixels = GC.AllocateUninitializedArray<byte>((int)size * images.Length);
        for (var i = 0; i < images.Length; i++)
            images[i].WithChannels(channels).Levels.CopyTo(pixels, i * (int)size);
        return new ImageSet(pixels, labels, width, height, channels) { LabelNames = names };
    }

    private static RasterImage Fit(string file, RasterImage image, DataFit fit)
    {
        var model = fit.Format as ImageFormat;
        var (width, height) = fit.Size ?? (model?.Width ?? image.Width, model?.Height ?? image.Height);
        if ((long)width * Math.Max(height, image.Height) > PictureFile.MostPixels)
            throw new DataException($"{file} has {image.Width}×{image.Height} pixels, too many rows to be resized to {width}×{height}; make it smaller, or give a smaller --size.");
        return image.WithChannels(model?.Channels ?? image.Channels).Resized(width, height);
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
