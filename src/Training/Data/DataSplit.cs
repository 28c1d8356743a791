namespace VaeGpu.Training.Data;

/// <summary>A named data set: the examples to train on and those held out. Both have the same format and are labeled alike.</summary>
public sealed record DataSplit(string Name, ExampleSet Train, ExampleSet Test)
{
    /// <summary>What each example is.</summary>
    public ExampleFormat Format => Train.Format;

    /// <summary>What was skipped, converted or assumed when the data was read, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
