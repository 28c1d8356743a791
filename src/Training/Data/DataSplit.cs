namespace VaeGpu.Training.Data;

/// <summary>A named data set: the examples to train on and those held out. Both have the same size and are labeled alike.</summary>
public sealed record DataSplit(string Name, ImageSet Train, ImageSet Test)
{
    /// <summary>How the columns of a table were standardized; null where the data is no table.</summary>
    public IReadOnlyList<ColumnScale>? Columns { get; init; }

    /// <summary>The symbols of text, whose numbers the pixels are; null where the data is no text.</summary>
    public string? Alphabet { get; init; }

    /// <summary>Whether the bytes are gray levels.</summary>
    public bool HasPixels => Columns is null && Alphabet is null;
}
