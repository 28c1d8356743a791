namespace VaeGpu.Gpu.Runtime;

/// <summary>The checking interpreter as a device: slow, and finds faults.</summary>
public sealed class InterpreterDevice : Device
{
    /// <inheritdoc/>
    public override AcceleratorType AcceleratorType => AcceleratorType.CPU;

    // As much shared memory as the largest GPU has, so that every shape of a kernel can be checked.
    internal static InterpreterDevice Create(int warpSize) => new()
    {
        Name = $"Interpreter with warps of {warpSize}",
        WarpSize = warpSize > 0 ? warpSize : throw new ArgumentOutOfRangeException(nameof(warpSize), $"Warps of {warpSize} threads."),
        MaxNumThreadsPerGroup = 1024,
        MaxSharedMemoryPerGroup = 227 << 10,
        NumMultiprocessors = 1,
        MemorySize = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
    };

    /// <inheritdoc/>
    public override Accelerator CreateAccelerator(Context context) => new InterpreterAccelerator(this);
}
