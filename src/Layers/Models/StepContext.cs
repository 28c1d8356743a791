using VaeGpu.Kernels.Step;

namespace VaeGpu.Layers.Models;

/// <summary>What belongs to one step.</summary>
/// <param name="Control">The counters: seed and step, which noise is drawn by, and the weights of the objective.</param>
/// <param name="Rows">Rows of the batch.</param>
/// <param name="Purpose">What noise is for: one of <see cref="RandomPurpose"/>.</param>
public readonly record struct StepContext(ArrayView<ControlBlock> Control, int Rows, uint Purpose = RandomPurpose.Latent)
{
    /// <summary>Where the rows belong, if they are a shard of a batch; null where they are all of it.</summary>
    public BatchShard? Shard { get; init; }
}

/// <summary>The place of a shard in its batch. Noise is drawn, and means are taken, as if the batch were computed as a whole.</summary>
/// <param name="Index">Its number, from 0.</param>
/// <param name="First">Its first row.</param>
/// <param name="BatchRows">Rows of the whole batch.</param>
/// <param name="Statistics">What gradients take from all shards; null where they take nothing.</param>
public readonly record struct BatchShard(int Index, int First, int BatchRows, BatchStatistics? Statistics);
