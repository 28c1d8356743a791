using VaeGpu.Host.Serving;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Training.Distributed;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host.Commands;

/// <summary>What "train" was asked to do, or another command that makes training steps.</summary>
internal sealed record TrainRequest
{
    /// <summary>The data as <see cref="DataSource"/> takes it; null for the built-in digits.</summary>
    public required string? Data { get; init; }

    /// <summary>What pictures are brought to; null for their own size.</summary>
    public required (int Width, int Height)? Size { get; init; }

    /// <summary>How files are read.</summary>
    public required DataOptions DataOptions { get; init; }

    /// <summary>The options for tables that were given.</summary>
    public required IReadOnlyList<string> TableOptions { get; init; }

    /// <summary>When gray pixels become black or white.</summary>
    public required Binarization Binarization { get; init; }

    /// <summary>The run's folder; null for a new one.</summary>
    public string? Out { get; init; }

    /// <summary>Whether a run in that folder is replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>The checkpoints that the folder keeps beside the last one.</summary>
    public KeptCheckpoints Keep { get; init; } = new();

    /// <summary>How it is watched while it trains.</summary>
    public Watch Watch { get; init; } = new();

    /// <summary>The model, as far as it does not follow from the data.</summary>
    public required ModelConfiguration Model { get; init; }

    /// <summary>p(x∣z); null for what suits the data.</summary>
    public required Likelihood? Likelihood { get; init; }

    /// <summary>Whether the number of classes was asked for.</summary>
    public required bool GaveClasses { get; init; }

    /// <summary>Whether the model is conditioned on the labels.</summary>
    public required bool Conditional { get; init; }

    /// <summary>How it is trained.</summary>
    public required TrainingConfiguration Training { get; init; }

    /// <summary>Where it is trained.</summary>
    public required Machine Machine { get; init; }

    /// <summary>How several processes add gradients up.</summary>
    public ReduceKind Reduce { get; init; }
}

/// <summary>What "train --resume" was asked to do: everything else is the run's own.</summary>
internal sealed record ResumeRequest(
    string Folder, string? Data, int? Epochs, int? Patience, Machine Machine, Watch Watch, ReduceKind Reduce);

/// <summary>How a training is watched.</summary>
/// <param name="TensorBoard">Whether its progress is written for TensorBoard.</param>
/// <param name="Serve">Where the run is served; null for nowhere.</param>
internal sealed record Watch(bool TensorBoard = false, Listening? Serve = null);
