namespace VaeGpu.Gpu;

/// <summary>
/// What a kernel tells the processor about memory that it reads or writes soon. It changes how fast the kernel runs, not what it computes.
/// </summary>
public static class Prefetch
{
    /// <summary>
    /// Starts to bring the cache line of a view's element into the second cache. For lines that lie so far apart that the processor does
    /// not foresee them: rows in random order, planes of a matrix. The element may lie outside the view.
    /// </summary>
    /// <remarks>
    /// On processors one line is fetched for a vector of threads, that of the first one's element; none if the elements have no constant
    /// distance from one another. On GPUs other warps run meanwhile, and nothing is fetched; a kernel should not call it there, by the
    /// group's size, since it keeps branches and accesses around it from being merged. ILGPU's own compilers inline it as nothing.
    /// </remarks>
    public static void Line<T>(ArrayView<T> view, long index) where T : unmanaged
    {
    }
}
