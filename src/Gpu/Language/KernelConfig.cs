namespace VaeGpu.Gpu;

/// <summary>How much dynamic shared memory a launch asks for.</summary>
public readonly record struct SharedMemoryConfig(int NumBytes)
{
    /// <summary>Room for <paramref name="numElements"/> elements.</summary>
    public static unsafe SharedMemoryConfig RequestDynamic<T>(int numElements) where T : unmanaged => new(numElements * sizeof(T));
}

/// <summary>The shape of a launch: groups in the grid, threads in a group, dynamic shared memory.</summary>
public readonly struct KernelConfig
{
    public KernelConfig(Index3D gridDim, Index3D groupDim) : this(gridDim, groupDim, default) { }

    public KernelConfig(Index3D gridDim, Index3D groupDim, SharedMemoryConfig sharedMemoryConfig)
    {
        GridDim = gridDim;
        GroupDim = groupDim;
        SharedMemoryConfig = sharedMemoryConfig;
    }

    /// <summary>Groups along each axis.</summary>
    public Index3D GridDim { get; }
    /// <summary>Threads of a group along each axis.</summary>
    public Index3D GroupDim { get; }
    /// <summary>Dynamic shared memory.</summary>
    public SharedMemoryConfig SharedMemoryConfig { get; }

    public static implicit operator KernelConfig((int GridDim, int GroupDim) config) => new(config.GridDim, config.GroupDim);
    public static implicit operator KernelConfig((Index3D GridDim, Index3D GroupDim) config) => new(config.GridDim, config.GroupDim);
}
