namespace VaeGpu.Gpu.Inspection;

/// <summary>
/// What a multiprocessor of an NVIDIA GPU holds at once. The figures are those of the table of technical specifications per compute
/// capability in NVIDIA's CUDA C++ Programming Guide; the units of allocation are those of its occupancy calculator (cuda_occupancy.h).
/// </summary>
/// <param name="Name">A short name to choose it by.</param>
/// <param name="FullName">The name by which it is sold.</param>
/// <param name="Capability">Its compute capability, such as 9.0.</param>
/// <param name="Threads">Resident threads of a multiprocessor.</param>
/// <param name="Groups">Resident groups of a multiprocessor.</param>
/// <param name="SharedBytes">Shared memory of a multiprocessor.</param>
public sealed record GpuLimits(string Name, string FullName, Version Capability, int Threads, int Groups, int SharedBytes)
{
    /// <summary>The same for every compute capability from 8.0 to 9.0.</summary>
    public const int WarpSize = 32, GroupThreads = 1024, Registers = 65_536, ThreadRegisters = 255;

    /// <summary>Registers are allocated for a warp, in such units, by one of the schedulers, each of which has its part of them.</summary>
    public const int RegisterUnit = 256, Schedulers = 4;

    /// <summary>Shared memory is allocated in such units; each group takes this much more for the system.</summary>
    public const int SharedUnit = 128, SystemSharedBytes = 1024;

    private static readonly Version ampere = new(8, 0), smallAmpere = new(8, 6), ada = new(8, 9), hopper = new(9, 0);

    /// <summary>The GPUs that are known by name.</summary>
    public static IReadOnlyList<GpuLimits> All { get; } =
    [
        new("a100", "NVIDIA A100", ampere, 2048, 32, 164 << 10),
        new("rtx3090", "NVIDIA GeForce RTX 3090", smallAmpere, 1536, 16, 100 << 10),
        new("rtx4090", "NVIDIA GeForce RTX 4090", ada, 1536, 24, 100 << 10),
        new("h100", "NVIDIA H100", hopper, 2048, 32, 228 << 10),
        new("h200", "NVIDIA H200", hopper, 2048, 32, 228 << 10),
    ];

    /// <summary>Resident warps of a multiprocessor.</summary>
    public int Warps => Threads / WarpSize;

    /// <summary>Shared memory of a group at most: all but what the system takes.</summary>
    public int GroupSharedBytes => SharedBytes - SystemSharedBytes;

    /// <summary>The name by which NVIDIA's assembler knows the architecture, such as sm_90.</summary>
    public string Architecture => string.Create(CultureInfo.InvariantCulture, $"sm_{Capability.Major}{Capability.Minor}");
}
