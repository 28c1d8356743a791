using System.Text.Json;
using System.Text.Json.Serialization;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Files;

namespace VaeGpu.Training.Runs;

/// <summary>Everything that a training run follows from; the run folder keeps it as JSON.</summary>
public sealed record RunConfiguration
{
    public required ModelConfiguration Model { get; init; }

    public required TrainingConfiguration Training { get; init; }

    public required DataConfiguration Data { get; init; }

    /// <summary>The device. Results do not depend on it.</summary>
    public required DeviceConfiguration Device { get; init; }

    /// <summary>The checkpoints that the run's folder keeps beside the last one.</summary>
    public KeptCheckpoints Keep { get; init; } = new();

    /// <summary>What an example is.</summary>
    [JsonIgnore]
    public ExampleFormat Format => Data switch
    {
        { Columns: { } columns } => new TableFormat(columns, Data.Categorical ?? []) { ClassColumn = Data.ClassColumn },
        { Alphabet: { } alphabet } => new TextFormat(alphabet, Model.Width),
        _ => new ImageFormat(Model.Width, Model.Height, Model.Channels),
    };

    /// <summary>What other data is brought to, to be the model's.</summary>
    [JsonIgnore]
    public DataFit Fit => new()
    {
        Format = Format, LabelNames = Model.Classes > 0 ? Data.LabelNames : null, Binarization = Data.Binarization,
        Options = Data.Options,
    };

    /// <summary>What losses are measured in, such as "nats per image": nats where they are those of a distribution.</summary>
    [JsonIgnore]
    public string LossUnit => $"{(Model.HasLikelihood ? "nats" : "loss")} per {Format.Example}";

    /// <summary>Writes the configuration to <paramref name="path"/>.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(string path) =>
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, ConfigurationJson.Default.RunConfiguration));

    /// <summary>Reads what <see cref="Write"/> wrote. A run has it before its first checkpoint.</summary>
    /// <exception cref="RunException">There is no such file, or it is not the configuration of a run.</exception>
    public static RunConfiguration Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<RunConfiguration>(RegularFile.ReadAllBytes(path), ConfigurationReading.Options)
                ?? throw new RunException($"\"{path}\" is empty.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new RunException($"The configuration \"{path}\" cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Whether the file at <paramref name="path"/> is a run's configuration, and not another program's of the same name.</summary>
    internal static bool IsIn(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(RegularFile.ReadAllBytes(path), ConfigurationJson.Default.RunConfiguration) is not null;
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            return false;
        }
    }
}
