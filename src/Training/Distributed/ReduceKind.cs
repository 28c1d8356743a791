namespace VaeGpu.Training.Distributed;

/// <summary>How the gradients of the ranks are added up.</summary>
public enum ReduceKind
{
    /// <summary>In the order of the shards' tree: the same bits with any number of ranks.</summary>
    Exact,

    /// <summary>In whatever order is the fastest: by NCCL's own reduction. Not reproducible.</summary>
    Fast,
}
