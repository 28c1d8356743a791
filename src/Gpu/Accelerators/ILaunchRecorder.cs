namespace VaeGpu.Gpu.Accelerators;

/// <summary>An accelerator that records launches and replays them as a whole: as a CUDA graph or an OpenCL command buffer.</summary>
public interface ILaunchRecorder
{
    /// <summary>
    /// Runs <paramref name="launches"/> once without making any of its launches: they become a graph, to be replayed. Kernels are
    /// compiled where they are not yet. Memory may be set to a value; it must not be copied.
    /// </summary>
    /// <param name="launches">Makes the launches, on one thread.</param>
    /// <param name="inOrder">
    /// Whether each launch waits for the one before, also where a CUDA graph could run them side by side since they use different memory.
    /// </param>
    /// <exception cref="InvalidOperationException">It copies memory, replays a graph or records one itself.</exception>
    LaunchGraph Record(Action launches, bool inOrder = false);
}

/// <summary>An accelerator that tells what a compiled kernel takes of the device.</summary>
public interface IKernelReporter
{
    /// <summary>What a kernel takes of the device, compiled for groups of one shape; null where the driver does not tell.</summary>
    /// <exception cref="KernelLaunchException">Groups of this shape do not fit the device.</exception>
    KernelReport? Report(MethodInfo kernel, KernelSpecialization specialization, Index3D groupDim);
}
