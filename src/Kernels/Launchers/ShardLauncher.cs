using System.Numerics;
using VaeGpu.Kernels.Devices;

namespace VaeGpu.Kernels.Launchers;

/// <summary><see cref="ShardTree"/>, loaded on a device.</summary>
public sealed class ShardLauncher(Accelerator accelerator)
{
    private readonly DeviceTuning tuning = DeviceTuning.For(accelerator);
    private readonly Loaded<Floats, Floats, Floats, ShardTreeShape> add = new(accelerator, ShardTree.Add);

    /// <summary>Levels of partial sums for <paramref name="shards"/>, a power of two.</summary>
    public static int Levels(int shards) => BitOperations.Log2((uint)shards);

    /// <summary>
    /// Adds the gradient of shard number <paramref name="shard"/> of so many; of the last, <paramref name="gradient"/> becomes the sum over
    /// all.
    /// </summary>
    /// <param name="gradient">The gradient, (length).</param>
    /// <param name="partial">The partial sums, (levels, <paramref name="stride"/>).</param>
    /// <param name="stride">From one level to the next.</param>
    /// <param name="shard">Its number, from 0; the shards come in order.</param>
    /// <param name="shards">How many there are: a power of two, at least 2.</param>
    public void Add(Floats gradient, Floats partial, int stride, int shard, int shards)
    {
        var shape = new ShardTreeShape
        {
            Length = (int)gradient.Length, PerThread = tuning.ElementsPerThread, Stride = stride,
            Levels = BitOperations.TrailingZeroCount(~shard),
        };
        Floats target = shard == shards - 1 ? gradient : partial.SubView((long)shape.Levels * stride, shape.Length);
        add.Launch(
            Launch.Config(Launch.Groups(shape.Length, tuning.GroupSize * shape.PerThread), tuning.GroupSize), gradient, partial, target,
            shape);
    }
}
