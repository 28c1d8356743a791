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

    /// <summary>Describes <paramref name="data"/>, loaded from <paramref name="folder"/>, or built in where that is null.</summary>
    public static DataConfiguration Of(string? folder, DataSplit data) => new()
    {
        Folder = folder is null || DataSource.IsName(folder) ? folder : Path.GetFullPath(folder),
        Name = data.Name,
        Train = data.Train.Count,
        Test = data.Test.Count,
    };
}
