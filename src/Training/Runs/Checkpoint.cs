using System.Text.Json.Serialization;
using VaeGpu.Training.Configuration;

namespace VaeGpu.Training.Runs;

/// <summary>All that a run needs to go on as if it had never stopped, bit for bit; and all that generation needs.</summary>
/// <remarks>The arrays have one number for each parameter, in the order in which the model lays its parameters out.</remarks>
public sealed record Checkpoint
{
    /// <summary>What is small: configuration, counters and history.</summary>
    public required CheckpointHeader Header { get; init; }

    /// <summary>The model's parameters θ.</summary>
    public required float[] Parameters { get; init; }

    /// <summary>Adam's running means of the gradient, m.</summary>
    public required float[] FirstMoments { get; init; }

    /// <summary>Adam's running means of the squared gradient, v.</summary>
    public required float[] SecondMoments { get; init; }
}

/// <summary>What a checkpoint holds apart from the large arrays.</summary>
public sealed record CheckpointHeader
{
    /// <summary>The run's configuration; its seed and <see cref="Position"/> are the whole state of the random numbers.</summary>
    public required RunConfiguration Configuration { get; init; }

    /// <summary>Where training stands.</summary>
    public required TrainingPosition Position { get; init; }

    /// <summary>The epochs that are done.</summary>
    public required IReadOnlyList<EpochMetrics> History { get; init; }
}

/// <summary>Where training stands, as the device counts it.</summary>
public sealed record TrainingPosition
{
    /// <summary>The number of the next step; the first is 1.</summary>
    public required int Step { get; init; }

    /// <summary>The epoch of the next step; the first is 0.</summary>
    public required int Epoch { get; init; }

    /// <summary>Images of that epoch that are done.</summary>
    public required int Image { get; init; }

    /// <summary>Time spent training, evaluating and writing earlier checkpoints so far, in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>The epoch's sums so far.</summary>
    public required EpochSums Sums { get; init; }
}

/// <summary>Sums over the images of an epoch under way, in nats, each with what its rounding lost.</summary>
public sealed record EpochSums(float Reconstruction, float ReconstructionLost, float Kl, float KlLost, int Images)
{
    /// <summary>The sum of the bound, where it is what is minimized; else null, and in runs of earlier versions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BoundSum? Bound { get; init; }
}

/// <summary>The sum of a bound over images of an epoch under way, in nats, with what its rounding lost.</summary>
public sealed record BoundSum(float Sum, float Lost, int Images);
