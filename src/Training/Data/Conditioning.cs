namespace VaeGpu.Training.Data;

/// <summary>Labels as what a model is conditioned on.</summary>
public static class Conditioning
{
    /// <summary>The number of classes of the data: one more than the largest label.</summary>
    /// <exception cref="DataException">The images have no labels.</exception>
    public static int ClassesOf(DataSplit data) => 1 + Math.Max(Required(data.Train).Max(), Required(data.Test).Max());

    /// <summary>The labels of <paramref name="images"/>.</summary>
    /// <exception cref="DataException">They are missing or not all below <paramref name="classes"/>.</exception>
    public static byte[] LabelsOf(ImageSet images, int classes)
    {
        var labels = Required(images);
        var largest = labels.DefaultIfEmpty().Max();
        return largest < classes
            ? labels
            : throw new DataException(FormattableString.Invariant($"The data has the label {largest}; the model knows labels from 0 to {classes - 1}."));
    }

    private static byte[] Required(ImageSet images) => images.Labels
        ?? throw new DataException("The model is conditioned on labels and the images have none; use labelled data, or train without --condition.");
}
