namespace VaeGpu.Training.Data;

/// <summary>Labels as what a model is conditioned on.</summary>
public static class Conditioning
{
    /// <summary>The number of classes of the data: one more than the largest label.</summary>
    /// <exception cref="DataException">The examples have no labels.</exception>
    public static int ClassesOf(DataSplit data) => 1 + Math.Max(Required(data.Train).Max(), Required(data.Test).Max());

    /// <summary>The labels of <paramref name="examples"/>.</summary>
    /// <exception cref="DataException">They are missing or not all below <paramref name="classes"/>.</exception>
    public static byte[] LabelsOf(ExampleSet examples, int classes)
    {
        var labels = Required(examples);
        var largest = labels.DefaultIfEmpty().Max();
        return largest < classes
            ? labels
            : throw new DataException(FormattableString.Invariant($"The data has the label {largest}; the model knows labels from 0 to ")
                + FormattableString.Invariant($"{classes - 1}."));
    }

    /// <summary>
    /// <paramref name="examples"/> with their classes numbered as <paramref name="names"/> are, a model's; data whose classes are numbers
    /// stays as it is.
    /// </summary>
    /// <exception cref="DataException">A class has none of the names.</exception>
    internal static ExampleSet Renumbered(ExampleSet examples, IReadOnlyList<string> names)
    {
        if (examples.LabelNames is null || examples.Labels is null || examples.LabelNames.SequenceEqual(names))
            return examples;
        var numbers = examples.Labels.Distinct().ToDictionary(label => label, label => (byte)NumberOf(examples.NameOf(label), names));
        return examples.WithLabels(Array.ConvertAll(examples.Labels, label => numbers[label]), names);
    }

    private static int NumberOf(string name, IReadOnlyList<string> names)
    {
        for (var number = 0; number < names.Count; number++)
        {
            if (names[number] == name)
                return number;
        }
        throw new DataException($"The data has the class \"{name}\"; the classes of the model are {string.Join(", ", names)}.");
    }

    private static byte[] Required(ExampleSet examples) => examples.Labels
        ?? throw new DataException("The model is conditioned on labels and the data has none; use labeled data, or train without "
            + "--condition.");
}
