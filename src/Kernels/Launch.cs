namespace VaeGpu.Kernels;

/// <summary>Arithmetic of launches.</summary>
public static class Launch
{
    /// <summary>How many groups of <paramref name="perGroup"/> cover <paramref name="count"/>, rounded up.</summary>
    public static int Groups(int count, int perGroup) => (int)(((long)count + perGroup - 1) / perGroup);
}
