namespace VaeGpu.Kernels.Step;

/// <summary>A flat range of elements: groups take neighboring chunks, a thread some elements of its group's chunk.</summary>
public struct FlatShape
{
    /// <summary>Elements in all.</summary>
    public int Length;
    /// <summary>Elements of each thread, a group's width apart.</summary>
    public int PerThread;
}
