using ILGPU.Runtime.CPU;

namespace VaeGpu.Gpu.Accelerators;

/// <summary>A device whose kernels the compiler of this assembly compiles.</summary>
public abstract class EngineDevice : Device
{
    private protected EngineDevice() => Capabilities = CPUDevice.Default.Capabilities;

    /// <summary>Whether this is a graphics processor, not a processor behind a driver.</summary>
    public virtual bool IsGpu => false;

    /// <summary>Whether the device has instructions that multiply matrices of tf32 and bf16 numbers (compute capability 8.0 on).</summary>
    public virtual bool HasTensorCores => false;

    /// <summary>The peak number of fp32 operations for each byte that memory sends; null where the clocks are not known.</summary>
    public virtual double? OperationsPerByte => null;

    /// <summary>The driver with its version, as far as it tells; empty where there is none.</summary>
    public virtual string DriverName => "";

    /// <summary>Threads of a group of an implicitly grouped kernel.</summary>
    internal virtual int AutoGroupSize => Math.Min(256, MaxNumThreadsPerGroup);

    /// <summary>The kind of device, as people call it.</summary>
    private protected abstract string Kind { get; }

    /// <summary>The device's place among those of its kind.</summary>
    private protected virtual int Ordinal => 0;

    /// <summary>Sets the limits of a device that bounds neither a grid nor an axis of a group, only the threads of a group.</summary>
    private protected void Bound(int threads, int sharedBytes)
    {
        MaxNumThreadsPerGroup = MaxNumThreadsPerMultiprocessor = threads;
        MaxGroupSize = new(threads, threads, threads);
        MaxGridSize = new(int.MaxValue, int.MaxValue, int.MaxValue);
        MaxSharedMemoryPerGroup = sharedBytes;
        MaxConstantMemory = int.MaxValue;
    }

    /// <summary>Devices are equal when they are of one kind and have one place in it: equal names are not enough.</summary>
    public override bool Equals(object? obj) =>
        obj is EngineDevice other && other.Kind == Kind && other.Ordinal == Ordinal && other.Name == Name && other.WarpSize == WarpSize;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Ordinal);

    /// <inheritdoc/>
    public override string ToString() => $"{Kind}: {Name}";

    /// <inheritdoc/>
    protected override void PrintHeader(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteLine($"Device: {Name}");
        writer.WriteLine($"  Accelerator Type:                        {Kind}");
    }
}

/// <summary>A device that was found and cannot be used.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Reason">Why it cannot be used, and what to do.</param>
public sealed record DeviceRefusal(string Name, string Reason);

/// <summary>The devices of one kind on this machine.</summary>
/// <param name="Devices">Those that can be used.</param>
/// <param name="Refusals">Those that cannot, with the reason.</param>
public sealed record DeviceSearch(IReadOnlyList<Device> Devices, IReadOnlyList<DeviceRefusal> Refusals);

/// <summary>
/// The accelerator types of the devices of this assembly. ILGPU casts devices of its own types unchecked, so these have
/// numbers that its enumeration does not use.
/// </summary>
internal static class AcceleratorTypes
{
    public const AcceleratorType Simd = (AcceleratorType)101;
    public const AcceleratorType Ptx = (AcceleratorType)102;
    public const AcceleratorType OpenCL12 = (AcceleratorType)103;
    public const AcceleratorType Interpreter = (AcceleratorType)104;
}
