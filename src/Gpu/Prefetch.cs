namespace VaeGpu.Gpu;

/// <summary>
/// What a kernel tells the processor about memory that it reads or writes soon. It changes how fast the kernel runs, not what it computes.
/// </summary>
public static class Prefetch
{
    /// <summary>
    /// Prefetches the cache line of a view's element into the second-level cache. For lines that the hardware does not prefetch: those of
    /// rows in random order, or of planes of a matrix. The element may lie outside the view.
    /// </summary>
    /// <remarks>
    /// On processors one line is prefetched for a vector of threads, that of the first one's element; none if the elements have no
    /// constant distance from one another. On GPUs nothing is prefetched, since other warps run meanwhile. ILGPU's own compilers inline it
    /// as nothing.
    /// </remarks>
    public static void Line<T>(ArrayView<T> view, long index) where T : unmanaged
    {
    }
}
