using VaeGpu.Gpu.Accelerators;

namespace VaeGpu.Kernels.Ladders.Reduction;

/// <summary>The threads of a warp, known when a kernel is compiled: it divides registers among them.</summary>
internal interface IWarp
{
    static abstract int Size { get; }

    /// <summary>The threads of a warp on a device and on what it stands for: threads that run in step on both.</summary>
    static int SizeOn(Accelerator accelerator) => accelerator is EngineAccelerator { StandsFor: { } other }
        ? Math.Min(accelerator.WarpSize, other.WarpSize)
        : accelerator.WarpSize;
}

internal struct Warp1 : IWarp
{
    public static int Size => 1;
}

internal struct Warp4 : IWarp
{
    public static int Size => 4;
}

internal struct Warp8 : IWarp
{
    public static int Size => 8;
}

internal struct Warp16 : IWarp
{
    public static int Size => 16;
}

internal struct Warp32 : IWarp
{
    public static int Size => 32;
}
