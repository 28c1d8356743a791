namespace VaeGpu.Gpu.Accelerators;

/// <summary>The checking interpreter as a device: slow, and finds faults.</summary>
[DeviceType(AcceleratorTypes.Interpreter)]
public sealed class InterpreterDevice : EngineDevice
{
    private InterpreterDevice(int warpSize)
    {
        Name = $"Interpreter with warps of {warpSize}";
        WarpSize = warpSize;
        // As much shared memory as the largest GPU has, so that every shape of a kernel can be checked.
        Bound(1024, 227 << 10);
        NumMultiprocessors = 1;
        MemorySize = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
    }

    private protected override string Kind => "Interpreter";

    /// <summary>An interpreter.</summary>
    /// <param name="warpSize">Threads of a warp.</param>
    /// <exception cref="ArgumentOutOfRangeException">The warp size is not positive.</exception>
    public static InterpreterDevice Create(int warpSize = 32) => warpSize > 0
        ? new(warpSize)
        : throw new ArgumentOutOfRangeException(nameof(warpSize), $"Warps have at least one thread, not {warpSize}.");

    /// <inheritdoc/>
    public override Accelerator CreateAccelerator(Context context) => CreateInterpreterAccelerator(context);

    public InterpreterAccelerator CreateInterpreterAccelerator(Context context) => new(context, this);
}
