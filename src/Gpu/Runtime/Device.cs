namespace VaeGpu.Gpu.Runtime;

/// <summary>A device that was found and can be opened.</summary>
public abstract class Device
{
    /// <summary>The name that the driver or the system gives it.</summary>
    public required string Name { get; init; }
    /// <summary>Its kind.</summary>
    public abstract AcceleratorType AcceleratorType { get; }
    /// <summary>Threads that run in step.</summary>
    public required int WarpSize { get; init; }
    /// <summary>The most threads that a group can have.</summary>
    public required int MaxNumThreadsPerGroup { get; init; }
    /// <summary>Shared memory that a group can have, in bytes.</summary>
    public required int MaxSharedMemoryPerGroup { get; init; }
    /// <summary>Processors that run groups side by side.</summary>
    public required int NumMultiprocessors { get; init; }
    /// <summary>Device memory in bytes.</summary>
    public required long MemorySize { get; init; }

    /// <summary>Whether it is a graphics processor, not a processor behind a driver.</summary>
    public virtual bool IsGpu => AcceleratorType == AcceleratorType.Cuda;

    /// <summary>Whether it multiplies matrices of tf32 and bf16 numbers in instructions of their own (compute capability 8.0 on).</summary>
    public virtual bool HasTensorCores => false;

    /// <summary>Operations in fp32 that it does, at most, while its memory sends a byte; null where its clocks are not known.</summary>
    public virtual double? OperationsPerByte => null;

    /// <summary>Threads of a group of an implicitly grouped kernel.</summary>
    internal virtual int AutoGroupSize => 256;

    /// <summary>Opens the device.</summary>
    public abstract Accelerator CreateAccelerator(Context context);

    /// <inheritdoc/>
    public override string ToString() => $"{AcceleratorType}: {Name}";
}

/// <summary>Something that looked like a device and cannot be used, and why.</summary>
public sealed record DeviceRefusal(string Name, string Reason);
