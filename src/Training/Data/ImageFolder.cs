namespace VaeGpu.Training.Data;

/// <summary>
/// A folder of pictures. Pictures in sub-folders are of the class that the sub-folder names. Sub-folders "train" and
/// "test" are the parts to train on and to hold out; else a seventh is held out.
/// </summary>
public static class ImageFolder
{
    private static readonly string[] Known =
        [".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".tga", ".pbm", ".pgm", ".ppm"];

    private static readonly string[] Foreign = [".pam", ".avif", ".heic", ".jxl"];

    /// <summary>Loads the pictures of <paramref name="folder"/>, brought to <paramref name="fit"/>.</summary>
    /// <exception cref="DataException">There are none, one is damaged or of another format, or their sizes differ and none was asked
    /// for.</exception>
    public static DataSplit Load(string folder, DataFit fit, ulong seed, int threads)
    {
        var name = new DirectoryInfo(folder).Name;
        string train = Path.Combine(folder, "train"), test = Path.Combine(folder, "test");
        if (!Directory.Exists(train) || !Directory.Exists(test))
            return SeededSplit.Of(name, Read(folder, fit, threads), seed, fit.Whole);
        var first = Read(train, fit, threads);
        var second = Read(test, new DataFit { Format = first.Format }, threads);
        if (!(first.LabelNames ?? []).SequenceEqual(second.LabelNames ?? []))
            throw new DataException($"The folders \"{train}\" and \"{test}\" have other classes; both need the same sub-folders.");
        return new DataSplit(name, first, second);
    }

    private static ImageSet Read(string folder, DataFit fit, int threads)
    {
        var files = Files(folder);
        string[] classes = [.. files.Select(file => Class(folder, file)).Distinct().Order(StringComparer.Ordinal)];
        if (classes.Length > 1 && classes[0].Length == 0)
            throw new DataException($"The data folder \"{folder}\" has pictures beside sub-folders with pictures; move them into sub-folders, one for each class.");
        if (classes.Length > 256)
            throw new DataException($"The data folder \"{folder}\" has {classes.Length} sub-folders with pictures; 256 classes are the most.");
        var images = new RasterImage[files.Length];
        try
        {
            Parallel.For(0, files.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
                images[i] = Fit(PictureFile.Read(files[i], DataFile.ReadAllBytes(files[i])), fit));
        }
        catch (AggregateException error) when (error.InnerExceptions[0] is DataException cause)
        {
            throw new DataException(cause.Message, cause);
        }
        var labels = classes[0].Length == 0 ? null : Array.ConvertAll(files, file => (byte)Array.IndexOf(classes, Class(folder, file)));
        return Join(files, images, labels, labels is null ? null : classes);
    }

    private static ImageSet Join(string[] files, RasterImage[] images, byte[]? labels, string[]? names)
    {
        var (width, height) = (images[0].Width, images[0].Height);
        var odd = Array.FindIndex(images, image => (image.Width, image.Height) != (width, height));
        if (odd >= 0)
        {
            throw new DataException($"{files[0]} has {width}×{height} pixels but {files[odd]} {images[odd].Width}×{images[odd].Height}; "
                + "bring all to one size with --size WIDTHxHEIGHT.");
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

    private static string[] Files(string folder)
    {
        string[] all = DataFile.Read($"The data folder \"{folder}\"", () => Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
        Array.Sort(all, StringComparer.Ordinal);
        if (Array.Find(all, file => Foreign.Contains(Extension(file))) is { } foreign)
            throw new DataException($"{foreign} is of a format that is not read; convert the pictures to PNG, for example with \"magick mogrify -format png\", and take the others away.");
        string[] files = [.. all.Where(file => Known.Contains(Extension(file)))];
        return files.Length > 0
            ? files
            : throw new DataException($"The data folder \"{folder}\" has neither MNIST-style IDX files (train-images-idx3-ubyte, …) nor pictures ({string.Join(", ", Known)}).");
    }

    private static RasterImage Fit(RasterImage image, DataFit fit)
    {
        var model = fit.Format as ImageFormat;
        var (width, height) = fit.Size ?? (model?.Width ?? image.Width, model?.Height ?? image.Height);
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

    private static string Extension(string file) => Path.GetExtension(file).ToLowerInvariant();
}
