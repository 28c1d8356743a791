using VaeGpu.Kernels.Likelihoods;

namespace VaeGpu.Layers.Models;

/// <summary>
/// Sums over each shard of a batch that the gradient of every row depends on: <see cref="Vae.Measure"/> writes those of a shard, and
/// <see cref="Vae.Backward"/> takes those of all.
/// </summary>
public sealed class BatchStatistics : IDisposable
{
    private readonly MemoryBuffer1D<float, Stride1D.Dense> sums;
    private readonly int shards, dimensions;

    /// <summary>Allocates room for a model's sums of so many shards.</summary>
    public BatchStatistics(Accelerator accelerator, VaeShape shape, int shards)
    {
        (this.shards, dimensions) = (shards, shape.LatentDimensions);
        sums = accelerator.Allocate1D<float>((long)shards * (1 + dimensions));
        sums.MemSetToZero();
    }

    /// <summary>Whether a model's gradients depend on any: free bits do, and a variance that is fitted to the batch.</summary>
    public static bool AreTaken(VaeShape shape) => shape.FreeBits > 0 || shape.Likelihood.Variance == VarianceSource.BatchOptimal;

    /// <summary>All of them; those of shards without rows are 0.</summary>
    public Floats All => sums.View;

    /// <summary>Σ(x − μ)² of each shard, (shards).</summary>
    internal Floats SquaredErrors => sums.View.SubView(0, shards);

    /// <summary>Σ KL of each latent dimension, (shards, d).</summary>
    internal Floats Divergences => sums.View.SubView(shards, shards * dimensions);

    /// <summary>Σ(x − μ)² of one shard, (1).</summary>
    internal Floats SquaredErrorOf(int shard) => sums.View.SubView(shard, 1);

    /// <summary>Σ KL of each latent dimension over one shard, (d).</summary>
    internal Floats DivergencesOf(int shard) => Divergences.SubView(shard * dimensions, dimensions);

    /// <summary>How many shards there are.</summary>
    internal int Shards => shards;

    /// <inheritdoc/>
    public void Dispose() => sums.Dispose();
}
