namespace VaeGpu.Kernels.Step;

/// <summary>A shard: neighboring rows of a batch whose gradient is computed by itself.</summary>
internal static class Shard
{
    /// <summary>A number of the whole batch; where it is 0, the rows at hand are the whole batch.</summary>
    public static int OrRows(int ofBatch, int rows) => ofBatch == 0 ? rows : ofBatch;
}
