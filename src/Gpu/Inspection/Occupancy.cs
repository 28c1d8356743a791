namespace VaeGpu.Gpu.Inspection;

/// <summary>What a multiprocessor runs out of first when groups are placed on it.</summary>
public enum OccupancyLimit
{
    Threads,
    Groups,
    SharedMemory,
    Registers,
}

/// <summary>How many groups of a kernel a multiprocessor holds at once, by the rules of NVIDIA's occupancy calculator.</summary>
/// <param name="Groups">Resident groups; 0 where a group does not fit.</param>
/// <param name="Share">Resident warps, of the most that the multiprocessor holds.</param>
/// <param name="Limit">What allows no further group; the first of several.</param>
public sealed record Occupancy(int Groups, double Share, OccupancyLimit Limit)
{
    /// <summary>Places groups on a multiprocessor.</summary>
    /// <param name="gpu">The GPU.</param>
    /// <param name="threads">Threads of a group.</param>
    /// <param name="sharedBytes">Shared memory of a group.</param>
    /// <param name="registers">Registers of a thread; null leaves their limit out, which gives an upper bound.</param>
    public static Occupancy Of(GpuLimits gpu, int threads, long sharedBytes, int? registers)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        ArgumentOutOfRangeException.ThrowIfNegative(sharedBytes);
        int warps = (threads + GpuLimits.WarpSize - 1) / GpuLimits.WarpSize;
        (OccupancyLimit Limit, int Groups)[] limits =
        [
            (OccupancyLimit.Threads, threads > GpuLimits.GroupThreads ? 0 : gpu.Warps / warps),
            (OccupancyLimit.Groups, gpu.Groups),
            (OccupancyLimit.SharedMemory, OfShared(gpu, sharedBytes)),
            (OccupancyLimit.Registers, registers is { } each ? OfRegisters(warps, each) : int.MaxValue),
        ];
        (OccupancyLimit limit, int groups) = limits.MinBy(one => one.Groups);
        return new(groups, (double)(groups * warps) / gpu.Warps, limit);
    }

    private static int OfShared(GpuLimits gpu, long bytes) =>
        bytes > gpu.GroupSharedBytes ? 0 : (int)(gpu.SharedBytes / RoundUp(bytes + GpuLimits.SystemSharedBytes, GpuLimits.SharedUnit));

    private static int OfRegisters(int warps, int registers)
    {
        long ofWarp = RoundUp(Math.Max(registers, 1) * GpuLimits.WarpSize, GpuLimits.RegisterUnit);
        bool fits = registers <= GpuLimits.ThreadRegisters && ofWarp * RoundUp(warps, GpuLimits.Schedulers) <= GpuLimits.Registers;
        long ofScheduler = GpuLimits.Registers / GpuLimits.Schedulers / ofWarp;
        return fits ? (int)(ofScheduler * GpuLimits.Schedulers / warps) : 0;
    }

    private static long RoundUp(long number, long unit) => (number + unit - 1) / unit * unit;
}
