using System.Text.Json;

namespace VaeGpu.Training.Configuration;

/// <summary>Everything that a training run follows from; the run folder keeps it as JSON.</summary>
public sealed record RunConfiguration
{
    /// <summary>The model.</summary>
    public required ModelConfiguration Model { get; init; }

    /// <summary>The training.</summary>
    public required TrainingConfiguration Training { get; init; }

    /// <summary>The images.</summary>
    public required DataConfiguration Data { get; init; }

    /// <summary>The device. Results do not depend on it.</summary>
    public required DeviceConfiguration Device { get; init; }

    /// <summary>Writes the configuration to <paramref name="path"/>.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(string path) =>
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, ConfigurationJson.Default.RunConfiguration));
}
