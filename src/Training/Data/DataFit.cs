namespace VaeGpu.Training.Data;

/// <summary>What data of files is brought to.</summary>
public sealed record DataFit
{
    /// <summary>The format of a model's examples; null for that of the files.</summary>
    public ExampleFormat? Format { get; init; }

    /// <summary>Columns and rows that pictures are resized to; null for their own, or those of <see cref="Format"/>.</summary>
    public (int Width, int Height)? Size { get; init; }

    /// <summary>How files are read.</summary>
    public DataOptions Options { get; init; } = new();

    /// <summary>The classes of a conditional model, where they have names.</summary>
    public IReadOnlyList<string>? LabelNames { get; init; }

    /// <summary>When gray pixels become black or white.</summary>
    public Binarization Binarization { get; init; }

    /// <summary>The fingerprint of a run's data, by which its examples are found in data that is used whole; null for none.</summary>
    public DataFingerprint? Known { get; init; }

    /// <summary>Whether data without a held-out part is all held out, in its order, for a model that is trained already.</summary>
    public bool Whole { get; init; }
}
