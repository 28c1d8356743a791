namespace VaeGpu.Gpu;

/// <summary>The threads that run together, share memory and wait for each other (a CUDA block, an OpenCL work-group).</summary>
public static class Group
{
    /// <summary>The thread's index in its group along X.</summary>
    public static int IdxX => HostThread.GroupIndex.X;
    /// <summary>The thread's index in its group along Y.</summary>
    public static int IdxY => HostThread.GroupIndex.Y;
    /// <summary>The thread's index in its group along Z.</summary>
    public static int IdxZ => HostThread.GroupIndex.Z;
    /// <summary>The group's extent along X.</summary>
    public static int DimX => HostThread.GroupDim.X;
    /// <summary>The group's extent along Y.</summary>
    public static int DimY => HostThread.GroupDim.Y;
    /// <summary>The group's extent along Z.</summary>
    public static int DimZ => HostThread.GroupDim.Z;

    /// <summary>The thread's index in its group, X running fastest.</summary>
    public static int LinearIndex => (IdxZ * DimY + IdxY) * DimX + IdxX;

    /// <summary>Waits until every thread of the group is here; what they wrote before is seen after.</summary>
    public static void Barrier() => throw HostThread.DeviceOnly("Group.Barrier");
    /// <summary>A barrier that tells whether the predicate held in every thread.</summary>
    public static bool BarrierAnd(bool predicate) => throw HostThread.DeviceOnly("Group.BarrierAnd");
    /// <summary>A barrier that tells whether the predicate held in any thread.</summary>
    public static bool BarrierOr(bool predicate) => throw HostThread.DeviceOnly("Group.BarrierOr");
    /// <summary>A barrier that counts the threads in which the predicate held.</summary>
    public static int BarrierPopCount(bool predicate) => throw HostThread.DeviceOnly("Group.BarrierPopCount");
    /// <summary>
    /// The value that the thread of linear index <paramref name="groupIndex"/> passed; the index is the same in all threads.
    /// </summary>
    public static T Broadcast<T>(T value, int groupIndex) where T : unmanaged => throw HostThread.DeviceOnly("Group.Broadcast");
}

/// <summary>All groups of one launch.</summary>
public static class Grid
{
    /// <summary>The group's index along X.</summary>
    public static int IdxX => HostThread.GridIndex.X;
    /// <summary>The group's index along Y.</summary>
    public static int IdxY => HostThread.GridIndex.Y;
    /// <summary>The group's index along Z.</summary>
    public static int IdxZ => HostThread.GridIndex.Z;
    /// <summary>The number of groups along X.</summary>
    public static int DimX => HostThread.GridDim.X;
    /// <summary>The number of groups along Y.</summary>
    public static int DimY => HostThread.GridDim.Y;
    /// <summary>The number of groups along Z.</summary>
    public static int DimZ => HostThread.GridDim.Z;

    /// <summary>The thread's index in the whole launch, along each axis.</summary>
    public static Index3D GlobalIndex =>
        new(IdxX * Group.DimX + Group.IdxX, IdxY * Group.DimY + Group.IdxY, IdxZ * Group.DimZ + Group.IdxZ);

    /// <summary>The thread's index in the whole launch, X running fastest.</summary>
    public static long GlobalLinearIndex
    {
        get
        {
            Index3D i = GlobalIndex;
            return ((long)i.Z * (DimY * Group.DimY) + i.Y) * (DimX * Group.DimX) + i.X;
        }
    }
}

/// <summary>The threads of a group that run in step; as many as the accelerator's <c>WarpSize</c>.</summary>
public static class Warp
{
    /// <summary>The thread's index in its warp.</summary>
    public static int LaneIdx => throw HostThread.DeviceOnly("Warp.LaneIdx");
    /// <summary>The warp's index in its group.</summary>
    public static int WarpIdx => throw HostThread.DeviceOnly("Warp.WarpIdx");
    /// <summary>Threads in a warp.</summary>
    public static int WarpSize => throw HostThread.DeviceOnly("Warp.WarpSize");

    /// <summary>Waits until every thread of the warp is here.</summary>
    public static void Barrier() => throw HostThread.DeviceOnly("Warp.Barrier");
    /// <summary>The value of lane <paramref name="sourceLane"/>.</summary>
    public static T Shuffle<T>(T variable, int sourceLane) where T : unmanaged => throw HostThread.DeviceOnly("Warp.Shuffle");
    /// <summary>The value of the lane <paramref name="delta"/> above; the thread's own where there is none.</summary>
    public static T ShuffleDown<T>(T variable, int delta) where T : unmanaged => throw HostThread.DeviceOnly("Warp.ShuffleDown");
    /// <summary>The value of the lane <paramref name="delta"/> below; the thread's own where there is none.</summary>
    public static T ShuffleUp<T>(T variable, int delta) where T : unmanaged => throw HostThread.DeviceOnly("Warp.ShuffleUp");
    /// <summary>The value of the lane whose index differs by the bits of <paramref name="mask"/>.</summary>
    public static T ShuffleXor<T>(T variable, int mask) where T : unmanaged => throw HostThread.DeviceOnly("Warp.ShuffleXor");
    /// <summary>The value of lane <paramref name="laneIndex"/>, the same in all threads.</summary>
    public static T Broadcast<T>(T value, int laneIndex) where T : unmanaged => throw HostThread.DeviceOnly("Warp.Broadcast");
}

/// <summary>Orders a thread's memory accesses for the others, without waiting.</summary>
public static class MemoryFence
{
    /// <summary>Makes earlier writes visible to the group.</summary>
    public static void GroupLevel() => Thread.MemoryBarrier();
    /// <summary>Makes earlier writes visible to the device.</summary>
    public static void DeviceLevel() => Thread.MemoryBarrier();
}
