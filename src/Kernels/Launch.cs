namespace VaeGpu.Kernels;

/// <summary>Arithmetic of launches.</summary>
public static class Launch
{
    /// <summary>The most lanes of a processor's vector, and so the most threads of its groups; a larger group is a GPU's.</summary>
    internal const int MostLanes = 16;

    /// <summary>How many groups of <paramref name="perGroup"/> cover <paramref name="count"/>, rounded up.</summary>
    public static int Groups(int count, int perGroup) => (int)(((long)count + perGroup - 1) / perGroup);

    /// <summary>A launch of so many groups of so many threads.</summary>
    public static KernelConfig Config(int groups, int groupSize) => Config(new Index3D(groups, 1, 1), groupSize);

    /// <summary>A launch over a grid of groups of so many threads.</summary>
    public static KernelConfig Config(Index3D grid, int groupSize) => new(grid, new Index3D(groupSize, 1, 1));
}
