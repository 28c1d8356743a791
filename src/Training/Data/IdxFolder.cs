using VaeGpu.Training.Files;

namespace VaeGpu.Training.Data;

/// <summary>A folder laid out as MNIST is published: images and labels to train on and to test with, in four IDX files.</summary>
public static class IdxFolder
{
    /// <summary>
    /// Loads train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each also as
    /// ".idx" and with ".gz". Label files may be left out, both together. The set takes the folder's name.
    /// </summary>
    /// <exception cref="DataException">
    /// The folder or a file of images is missing, a file is damaged, or the files do not fit together.
    /// </exception>
    public static DataSplit Load(string folder) => Load(folder, new LoadingOptions());

    /// <summary>The same, loaded by given means.</summary>
    /// <inheritdoc cref="Load(string)"/>
    internal static DataSplit Load(string folder, LoadingOptions how)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!Directory.Exists(folder))
            throw new DataException($"The data folder \"{folder}\" does not exist; name a folder that holds MNIST-style IDX files.");
        var trainImages = Required(folder, "train-images", "idx3-ubyte");
        var testImages = Required(folder, "t10k-images", "idx3-ubyte");
        var trainLabels = Find(folder, "train-labels", "idx1-ubyte");
        var testLabels = Find(folder, "t10k-labels", "idx1-ubyte");
        if (trainLabels is null != testLabels is null)
            throw new DataException(
                $"The data folder \"{folder}\" holds {Path.GetFileName(trainLabels ?? testLabels)} but no "
                + $"{(trainLabels is null ? "train" : "t10k")}-labels-idx1-ubyte; add that file, or remove both to go without labels.");
        return Load(new DirectoryInfo(folder).Name, (trainImages, trainLabels), (testImages, testLabels), RegularFile.OpenRead, how);
    }

    /// <summary>Loads the set from files that are opened by a function.</summary>
    internal static DataSplit Load(
        string name, (string Images, string? Labels) trainFiles, (string Images, string? Labels) testFiles, Func<string, Stream> open,
        LoadingOptions how)
    {
        var train = Read(trainFiles.Images, trainFiles.Labels, open, how);
        var test = Read(testFiles.Images, testFiles.Labels, open, how.Beside(train));
        if (train.Format != test.Format)
            throw new DataException(
                $"{trainFiles.Images} holds images of {train.Format.SizeInWords} but {testFiles.Images} of {test.Format.SizeInWords}; "
                + "both must have the same size.");
        return new DataSplit(name, train, test);
    }

    private static ExampleSet Read(string images, string? labels, Func<string, Stream> open, LoadingOptions how)
    {
        var set = IdxFile.ReadImages(images, open, how);
        if (labels is null)
            return set;
        var classes = IdxFile.ReadLabels(labels, open);
        if (classes.Length != set.Count)
            throw new DataException(
                $"{labels} holds {classes.Length} labels but {images} {set.Count} images; the two files must belong together.");
        return set.WithLabels(classes, names: null);
    }

    private static string Required(string folder, string part, string kind) =>
        Find(folder, part, kind) ?? throw new DataException(
            $"The data folder \"{folder}\" has no {part} file; looked for {string.Join(", ", Names(part, kind))}.");

    private static string? Find(string folder, string part, string kind) =>
        Names(part, kind).Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static string[] Names(string part, string kind) =>
        [$"{part}-{kind}", $"{part}-{kind}.gz", $"{part}.{kind}", $"{part}.{kind}.gz"];
}
