namespace VaeGpu.Gpu.Inspection;

/// <summary>A launch of a kernel, and what its threads did together; counts are zero where it was only noted, or for raw PTX.</summary>
/// <param name="Name">The kernel with its type arguments.</param>
/// <param name="Method">The kernel.</param>
/// <param name="Specialization">What it was loaded with.</param>
/// <param name="GroupDim">Threads of a group.</param>
/// <param name="GridDim">Groups.</param>
/// <param name="GroupSharedBytes">Shared memory of a group; the kernel is compiled when somebody asks.</param>
/// <param name="Flops">Floating-point operations; a fused multiply-add is two.</param>
/// <param name="Bytes">Bytes of device memory that were read, each once, and written, each once: what a perfect cache leaves.</param>
/// <param name="AccessedBytes">Bytes of device memory that the threads' loads and stores moved.</param>
public sealed record KernelLaunch(
    string Name, MethodInfo Method, KernelSpecialization Specialization, Index3D GroupDim, Index3D GridDim, Lazy<long> GroupSharedBytes,
    long Flops, long Bytes, long AccessedBytes)
{
    /// <summary>
    /// Arithmetic of all kinds whose result differs between the threads that a vector holds; a fused multiply-add is one, an operation on
    /// 64 bits two. Counted by <see cref="LaunchCounting.Sample"/> alone.
    /// </summary>
    public long Operations { get; init; }

    /// <summary>The divisions and square roots of floating-point numbers among <see cref="Operations"/>.</summary>
    public long Divisions { get; init; }

    /// <summary>Bytes of device memory that were read or written: each once, also where it was both.</summary>
    public long Footprint { get; init; }

    /// <summary>What its warps do on a GPU; null where that was not emulated.</summary>
    public WarpProfile? Warps { get; init; }

    /// <summary>Operations for each byte of device memory.</summary>
    public double Intensity => (double)Flops / Bytes;
}
