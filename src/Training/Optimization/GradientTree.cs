namespace VaeGpu.Training.Optimization;

/// <summary>Adds the gradients of one process's shards, as they come, in the binary tree of <see cref="ShardTree"/>.</summary>
internal sealed class GradientTree : IDisposable
{
    private readonly ShardLauncher launcher;
    private readonly ArrayView<float> gradients;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> partial;
    private readonly int shards;

    /// <summary>Allocates the partial sums of <paramref name="gradients"/> for so many shards, at least 2.</summary>
    /// <exception cref="OutOfMemoryException">The device has no room.</exception>
    public GradientTree(Accelerator accelerator, ArrayView<float> gradients, int shards)
    {
        (this.gradients, this.shards, launcher) = (gradients, shards, new ShardLauncher(accelerator));
        long length = gradients.Length * ShardLauncher.Levels(shards);
        Backend.ThrowIfNoRoom(
            accelerator, FormattableString.Invariant($"The sum of the gradients of {shards} shards"), sizeof(float) * length);
        partial = accelerator.Allocate1D<float>(length);
    }

    /// <summary>Adds the gradient of a shard; that of the last becomes the sum over all.</summary>
    public void Add(int shard) => Add(shard, 0, gradients.IntLength);

    /// <summary>The same for a part of the gradient.</summary>
    public void Add(int shard, int first, int length)
    {
        ArrayView<float> all = partial.View;
        launcher.Add(gradients.SubView(first, length), all.SubView(first), gradients.IntLength, shard, shards);
    }

    /// <inheritdoc/>
    public void Dispose() => partial.Dispose();
}
