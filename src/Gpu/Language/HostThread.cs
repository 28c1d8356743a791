namespace VaeGpu.Gpu;

/// <summary>
/// Where a kernel method stands when the host runs it as plain C#: the indices that <see cref="Group"/> and
/// <see cref="Grid"/> answer with. Kernels without barriers, shared memory and warp operations can be run so, one thread
/// after the other; it is the simplest oracle that there is.
/// </summary>
public static class HostThread
{
    [ThreadStatic] private static Index3D gridIndex, gridDim, groupIndex, groupDim;

    internal static Index3D GridIndex => gridIndex;
    internal static Index3D GridDim => gridDim;
    internal static Index3D GroupIndex => groupIndex;
    internal static Index3D GroupDim => groupDim;

    /// <summary>Calls <paramref name="thread"/> once for each thread of the launch, in order.</summary>
    public static void ForEach(KernelConfig config, Action thread)
    {
        (gridDim, groupDim) = (config.GridDim, config.GroupDim);
        for (int group = 0; group < gridDim.Size; group++)
        {
            gridIndex = Unflatten(group, gridDim);
            for (int lane = 0; lane < groupDim.Size; lane++)
            {
                groupIndex = Unflatten(lane, groupDim);
                thread();
            }
        }
    }

    internal static Index3D Unflatten(int linear, Index3D extent) =>
        new(linear % extent.X, linear / extent.X % extent.Y, linear / extent.X / extent.Y);

    internal static NotSupportedException DeviceOnly(string what) =>
        new($"{what} works only in a kernel that runs on a device; load the kernel with an accelerator instead of calling it.");
}
