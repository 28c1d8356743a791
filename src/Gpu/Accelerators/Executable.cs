namespace VaeGpu.Gpu.Accelerators;

/// <summary>Machine code, or its like, of a kernel for one group shape.</summary>
internal abstract class Executable
{
    /// <summary>Runs the kernel over a grid; the argument block is read before this returns.</summary>
    public abstract unsafe void Launch(EngineStream stream, Index3D gridDim, byte* arguments, int dynamicSharedBytes);

    /// <summary>Waits until the compilation is done.</summary>
    /// <exception cref="KernelLaunchException">It does not fit the device.</exception>
    public virtual void Finish() { }

    /// <summary>The generated code, for people to read.</summary>
    public abstract string Text { get; }

    /// <summary>What the kernel takes of the device; null where the driver does not tell.</summary>
    public virtual KernelReport? Report => null;
}
