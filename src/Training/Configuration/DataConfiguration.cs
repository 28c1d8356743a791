using System.Text.Json.Serialization;
using VaeGpu.Training.Data;

namespace VaeGpu.Training.Configuration;

/// <summary>Which data a run was trained on.</summary>
public sealed record DataConfiguration
{
    /// <summary>The folder or the name, as <see cref="DataSource"/> takes it; null for the built-in digits.</summary>
    public required string? Folder { get; init; }

    /// <summary>The set's name.</summary>
    public required string Name { get; init; }

    /// <summary>Examples to train on.</summary>
    public required int Train { get; init; }

    /// <summary>Examples held out.</summary>
    public required int Test { get; init; }

    /// <summary>How the columns of numbers of a table were standardized; null unless the data is a table.</summary>
    public ValueList<ColumnScale>? Columns { get; init; }

    /// <summary>The categorical columns of a table; null where there are none.</summary>
    public ValueList<ColumnCategories>? Categorical { get; init; }

    /// <summary>What the column of a table's classes is called; null where there is none.</summary>
    public string? ClassColumn { get; init; }

    /// <summary>The symbols of text; null unless the data is text.</summary>
    public string? Alphabet { get; init; }

    /// <summary>What the classes are called; null where they are numbers, or there are none.</summary>
    public ValueList<string>? LabelNames { get; init; }

    /// <summary>When gray pixels become black or white.</summary>
    public Binarization Binarization { get; init; }

    /// <summary>How the files were read. Runs of earlier versions do not say so.</summary>
    public DataOptions Options { get; init; } = new() { SinglePrecision = true };

    /// <summary>What the data is known by; null in runs of earlier versions.</summary>
    public DataFingerprint? Fingerprint { get; init; }

    /// <summary>Labels up to the largest of which there is no example to train on; null where there are none.</summary>
    public ValueList<int>? UnseenLabels { get; init; }

    /// <summary>What earlier versions wrote in its place: whether pixels were drawn once.</summary>
    public bool Binarised { init => Binarization = value ? Binarization.Static : Binarization; }

    /// <summary>Describes <paramref name="data"/>, loaded from <paramref name="folder"/>, or built in where that is null.</summary>
    public static DataConfiguration Of(
        string? folder, DataSplit data, Binarization binarization = Binarization.None, DataOptions? options = null) => new()
    {
        Folder = folder is null || DataSource.IsName(folder) ? folder : Path.GetFullPath(folder),
        Name = data.Name,
        Train = data.Train.Count,
        Test = data.Test.Count,
        Columns = data.Format is TableFormat table ? [.. table.Columns] : null,
        Categorical = data.Format is TableFormat { Categorical.Count: > 0 } mixed ? [.. mixed.Categorical] : null,
        ClassColumn = (data.Format as TableFormat)?.ClassColumn,
        Alphabet = (data.Format as TextFormat)?.Alphabet,
        LabelNames = data.Train.LabelNames is null ? null : [.. data.Train.LabelNames],
        Binarization = binarization,
        Options = options ?? new DataOptions(),
        Fingerprint = data.Fingerprint ?? DataFingerprint.Of(data),
        UnseenLabels = Unseen(data.Train.Labels ?? [], data.Test.Labels ?? []) is { Length: > 0 } unseen ? [.. unseen] : null,
    };

    private static int[] Unseen(byte[] train, byte[] test)
    {
        var seen = new HashSet<byte>(train);
        return [.. Enumerable.Range(0, train.Concat(test).Select(label => label + 1).DefaultIfEmpty().Max())
            .Where(label => !seen.Contains((byte)label))];
    }
}
