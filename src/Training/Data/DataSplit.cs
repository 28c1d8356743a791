namespace VaeGpu.Training.Data;

/// <summary>A named data set: the examples to train on and those held out. Both have the same format and are labeled alike.</summary>
public sealed record DataSplit(string Name, ExampleSet Train, ExampleSet Test)
{
    /// <summary>What each example is.</summary>
    public ExampleFormat Format => Train.Format;

    /// <summary>Whether the held-out part was drawn by the seed, and does not come with the data.</summary>
    public bool IsSeeded { get; init; }

    /// <summary>What the data is known by; null where it was not computed.</summary>
    public DataFingerprint? Fingerprint { get; init; }

    /// <summary>What was skipped, converted or assumed when the data was read, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
