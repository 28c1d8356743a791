namespace VaeGpu.Training.Data;

/// <summary>The part of a run's data that an example is in.</summary>
public enum DataPart : byte
{
    /// <summary>Neither: the run does not know the data.</summary>
    Other,

    /// <summary>The part that is trained on.</summary>
    Train,

    /// <summary>The part that is held out.</summary>
    HeldOut,
}

/// <summary>
/// Where the examples of a set come from: files of a folder, lines of a text file counted from 1 as an editor counts them, or the
/// indices of an array counted from 0; and which part of a run's data each is in.
/// </summary>
public sealed class ExampleSources
{
    private readonly string[]? files;
    private readonly int[]? numbers;
    private readonly DataPart[]? parts;

    private ExampleSources(string kind, string[]? files, int[]? numbers, DataPart[]? parts = null) =>
        (Kind, this.files, this.numbers, this.parts) = (kind, files, numbers, parts);

    /// <summary>Examples that are numbered from 0 on in their own order.</summary>
    public static ExampleSources Indices { get; } = new("index", null, null);

    /// <summary>What a source is: "file", "line" or "index".</summary>
    public string Kind { get; }

    /// <summary>The source of example <paramref name="example"/>: the path of a file, or a number.</summary>
    public string this[int example]
    {
        get
        {
            int number = numbers?[example] ?? example;
            return files?[number] ?? number.ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Examples of the indices <paramref name="first"/> and on of an array.</summary>
    public static ExampleSources IndicesFrom(int first, int count) => new("index", null, [.. Enumerable.Range(first, count)]);

    /// <summary>Examples that each lie in a file.</summary>
    public static ExampleSources Files(string[] paths) => new("file", paths, null);

    /// <summary>Examples that each begin at a line of a file of text; the first is 1.</summary>
    public static ExampleSources Lines(int[] lines) => new("line", null, lines);

    /// <summary>The part of example <paramref name="example"/>.</summary>
    public DataPart PartOf(int example) => parts switch
    {
        null => DataPart.Other,
        [var all] => all,
        _ => parts[example],
    };

    /// <summary>The sources of the examples of these numbers, in their order.</summary>
    internal ExampleSources Select(ReadOnlySpan<int> indices)
    {
        var selected = new int[indices.Length];
        var inParts = new DataPart[indices.Length];
        for (var i = 0; i < indices.Length; i++)
            (selected[i], inParts[i]) = (numbers?[indices[i]] ?? indices[i], PartOf(indices[i]));
        return new(Kind, files, selected, parts is null ? null : inParts);
    }

    /// <summary>The same, all in <paramref name="part"/>.</summary>
    internal ExampleSources In(DataPart part) => new(Kind, files, numbers, [part]);

    /// <summary>The same, in the parts of two lists of examples.</summary>
    internal ExampleSources In(ReadOnlySpan<int> train, ReadOnlySpan<int> heldOut)
    {
        var each = new DataPart[train.Length + heldOut.Length];
        foreach (int example in train)
            each[example] = DataPart.Train;
        foreach (int example in heldOut)
            each[example] = DataPart.HeldOut;
        return new(Kind, files, numbers, each);
    }
}
