using VaeGpu.Gpu.Targets.Simd;

namespace VaeGpu.Gpu.Runtime.Cpu;

/// <summary>Calls kernels with a stack pointer that is a multiple of a cache line.</summary>
/// <remarks>
/// The JIT places vector variables that have no register at multiples of their size from the caller's stack pointer, which is a multiple of
/// 16 only. In three of four processes each such variable of 512 bits would lie in two cache lines, and kernels with many of them would be
/// slower there.
/// </remarks>
internal static unsafe class AlignedCall
{
    private const int Line = 64;

    /// <summary>Runs groups of a kernel.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run(GroupRunner kernel, WorkerFrame* frame, int first, int last)
    {
        // Windows has an area for arguments below what is allocated on the stack.
        nuint area = OperatingSystem.IsWindows() ? 32u : 0u;
        // Memory of a constant size would be a local variable, and leave the stack pointer where it is.
        byte* stack = stackalloc byte[(first & 1) + 1];
        byte* padding = stackalloc byte[(int)(((nuint)stack - area) % Line) + Line];
        // The JIT removes an allocation that is never used.
        *padding = 0;
        kernel(frame, first, last);
    }
}
