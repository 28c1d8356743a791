namespace VaeGpu.Kernels.Step;

/// <summary>The sizes of an addition of <see cref="ShardTree"/>.</summary>
public struct ShardTreeShape
{
    /// <summary>Numbers of the shard's gradient.</summary>
    public int Length;
    /// <summary>Numbers of each thread, a group's width apart.</summary>
    public int PerThread;
    /// <summary>Numbers from one level of the partial sums to the next.</summary>
    public int Stride;
    /// <summary>Levels that are added: those that hold a sum of as many shards as the shard's own sum has by then.</summary>
    public int Levels;
}

/// <summary>
/// Adds up gradients in a binary tree, ((g₀ + g₁) + (g₂ + g₃)) + …, as the shards come one after the other: pairwise summation
/// (Higham, "The accuracy of floating point summation", 1993).
/// </summary>
/// <remarks>
/// <para>Level l of the partial sums has that of 2ˡ shards, as a bit of a binary counter: shard i is added to the levels of the ones at the
/// end of i, from level 0 on, and the sum goes to the level behind them. Of n = 2ᵏ shards the last one completes the sum.</para>
/// <para>gradient (length) and partial (levels, stride), row-major, of which the first length columns; target (length), the level that the
/// sum goes to, or the gradient itself. What has the place of the left operand came first.</para>
/// <para>Thread g of group x has elements (x·E + e)·G + g, e in 0 … E−1. An element is read before it is written, by one thread. Levels
/// additions for 4·(levels + 2) bytes, on average 12: memory-bound. No barriers. Test: ShardTreeTests.</para>
/// </remarks>
public static class ShardTree
{
    /// <summary>target = partial[levels − 1] + (… + (partial[1] + (partial[0] + gradient))).</summary>
    public static void Add(ArrayView<float> gradient, ArrayView<float> partial, ArrayView<float> target, ShardTreeShape shape)
    {
        int start = Grid.IdxX * (Group.DimX * shape.PerThread);
        for (int element = 0; element < shape.PerThread; element++)
        {
            int index = start + element * Group.DimX + Group.IdxX;
            if (index < shape.Length)
            {
                float sum = gradient[index];
                for (int level = 0; level < shape.Levels; level++)
                    sum = partial[(long)level * shape.Stride + index] + sum;
                target[index] = sum;
            }
        }
    }
}
