using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;

namespace VaeGpu.Host.Commands;

/// <summary>What "train" was asked to do.</summary>
internal sealed record TrainRequest
{
    /// <summary>The data as <see cref="DataSource"/> takes it; null for the built-in digits.</summary>
    public required string? Data { get; init; }

    /// <summary>What pictures are brought to; null for their own size.</summary>
    public required DataFit? Size { get; init; }

    /// <summary>When grey pixels become black or white.</summary>
    public required Binarization Binarization { get; init; }

    /// <summary>The run's folder; null for a new one.</summary>
    public required string? Out { get; init; }

    public required bool Overwrite { get; init; }

    /// <summary>The model, as far as it does not follow from the data.</summary>
    public required ModelConfiguration Model { get; init; }

    /// <summary>p(x∣z); null for what suits the data.</summary>
    public required Likelihood? Likelihood { get; init; }

    /// <summary>Whether the number of classes was asked for.</summary>
    public required bool GaveClasses { get; init; }

    /// <summary>Whether the model is conditioned on the labels.</summary>
    public required bool Conditional { get; init; }

    public required TrainingConfiguration Training { get; init; }

    /// <summary>The device as <see cref="Kernels.Devices.DeviceSpec"/> reads it.</summary>
    public required string Device { get; init; }

    /// <summary>Threads of the CPU device and of loading; 0 for one for each core.</summary>
    public required int Threads { get; init; }
}

/// <summary>What "train --resume" was asked to do: everything else is the run's own.</summary>
internal sealed record ResumeRequest(string Folder, string? Data, int? Epochs, string Device, int Threads);
