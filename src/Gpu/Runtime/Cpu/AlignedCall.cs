using VaeGpu.Gpu.Targets.Simd;

namespace VaeGpu.Gpu.Runtime.Cpu;

/// <summary>Calls kernels with a stack pointer that is a multiple of a cache line.</summary>
/// <remarks>
/// The JIT places spilled vectors at multiples of their size from the caller's stack pointer, which is a multiple of 16 only: in three of
/// four processes each spilled vector of 512 bits would lie in two cache lines, and a kernel with many of them would take up to 1.6 times
/// as long.
/// </remarks>
internal static unsafe class AlignedCall
{
    private const int Line = 64;

    /// <summary>Runs groups of a kernel.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Run(GroupRunner kernel, WorkerFrame* frame, int first, int last)
    {
        // Of a size that the JIT does not know, so that the stack pointer moves to where the memory begins.
        byte* stack = stackalloc byte[(first & 1) + 1];
        byte* padding = stackalloc byte[(int)((nuint)stack % Line) + Line];
        // What is not used is not allocated.
        *padding = 0;
        kernel(frame, first, last);
    }
}
