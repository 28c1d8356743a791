using System.Text.Json.Serialization;
using VaeGpu.Kernels;
using VaeGpu.Training.Data;

namespace VaeGpu.Training.Configuration;

/// <summary>Which images a run was trained on.</summary>
public sealed record DataConfiguration
{
    /// <summary>The folder or the name, as <see cref="DataSource"/> takes it; null for the built-in digits.</summary>
    public required string? Folder { get; init; }

    /// <summary>The set's name.</summary>
    public required string Name { get; init; }

    /// <summary>Images to train on.</summary>
    public required int Train { get; init; }

    /// <summary>Images held out.</summary>
    public required int Test { get; init; }

    /// <summary>How the columns of a table were standardized; null where the data is no table.</summary>
    public ValueList<ColumnScale>? Columns { get; init; }

    /// <summary>The symbols of text; null where the data is no text.</summary>
    public string? Alphabet { get; init; }

    /// <summary>What the classes are called; null where they are numbers, or there are none.</summary>
    public ValueList<string>? LabelNames { get; init; }

    /// <summary>When gray pixels become black or white.</summary>
    public Binarization Binarization { get; init; }

    /// <summary>What earlier versions wrote in its place: whether pixels were drawn once.</summary>
    public bool Binarised { init => Binarization = value ? Binarization.Static : Binarization; }

    /// <summary>What the examples are called.</summary>
    [JsonIgnore]
    public string Examples => Columns is not null ? "rows" : Alphabet is not null ? "lines" : "images";

    /// <summary>The size of an example in words, such as "3 columns", "28×28 pixels" or "32×32 pixels in color".</summary>
    public string SizeInWords(int width, int height, int channels) => FormattableString.Invariant(
        Columns is not null ? $"{width} columns"
        : Alphabet is not null ? $"{width} characters"
        : (FormattableString)$"{width}×{height} pixels{(channels == 1 ? "" : " in color")}");

    /// <summary>Refuses other data that is of another kind: pictures, a table or text.</summary>
    /// <exception cref="RunException">It is.</exception>
    public void ThrowIfOtherKind(DataSplit data)
    {
        var other = Of(null, data);
        if (other.Examples != Examples)
            throw new RunException($"The data \"{data.Name}\" is {other.Kind}, and the run is of {Kind}; name data of that kind with --data.");
    }

    private string Kind => Columns is not null ? "a table" : Alphabet is not null ? "text" : "images";

    /// <summary>Describes <paramref name="data"/>, loaded from <paramref name="folder"/>, or built in where that is null.</summary>
    public static DataConfiguration Of(string? folder, DataSplit data, Binarization binarization = Binarization.None) => new()
    {
        Folder = folder is null || DataSource.IsName(folder) ? folder : Path.GetFullPath(folder),
        Name = data.Name,
        Train = data.Train.Count,
        Test = data.Test.Count,
        Columns = data.Columns is null ? null : [.. data.Columns],
        Alphabet = data.Alphabet,
        LabelNames = data.Train.LabelNames is null ? null : [.. data.Train.LabelNames],
        Binarization = binarization,
    };
}
