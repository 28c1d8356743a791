using VaeGpu.Gpu.Accelerators;
using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Devices;

/// <summary>
/// Kernel shapes for a device. They change how fast a kernel runs, never what it computes. <see cref="Tunable"/> lists those whose best
/// value is found by measuring.
/// </summary>
/// <param name="Tile">The block of results of one thread of <see cref="MatMul"/>.</param>
/// <param name="ConvTile">The tile of <see cref="Convolution"/> and <see cref="ConvWeights"/>: not <see cref="TileShape.Blocked"/>.</param>
/// <param name="GroupSize">Threads of a group: as wide as a vector on a CPU. Divides <see cref="RowReduction.Width"/>.</param>
/// <param name="ElementsPerThread">Elements of a thread in flat kernels, so that groups are worth their start.</param>
/// <param name="TransposeGroup">The group of <see cref="Transpose"/>.</param>
/// <param name="Processors">The groups that keep the device busy; on a processor, its threads.</param>
/// <param name="PacksPanels">
/// Whether large products pack their right factor (<see cref="PanelMatMul"/>), and convolutions their weights and unfolded images.
/// </param>
public sealed record DeviceTuning(
    TileShape Tile, TileShape ConvTile, int GroupSize, int ElementsPerThread, Index3D TransposeGroup, int Processors = 1,
    bool PacksPanels = false)
{
    /// <summary>What each open device uses.</summary>
    private static readonly ConditionalWeakTable<Accelerator, DeviceTuning> InUse = [];

    /// <summary>The processors of a Hopper GPU, which the interpreter stands for.</summary>
    private const int HopperProcessors = 132;

    /// <summary>The groups that a product in fp32 must have, or it takes smaller blocks.</summary>
    public int FewestGroups { get; init; } = Processors;

    /// <summary>
    /// The numbers of a right factor read along its columns from which on packing pays: 2 MB, more than the second cache. Fewer where
    /// vectors are narrow, since they take more loads for each multiply-add.
    /// </summary>
    public int PackedFrom { get; init; } = 1 << 19;

    /// <summary>
    /// The numbers of the right factor that are packed at a time for each thread: 512 KB, so that the second cache holds most of them while
    /// they are used.
    /// </summary>
    public int PackedBlock { get; init; } = 1 << 17;

    /// <summary>Whether products stage their operands in shared memory.</summary>
    public bool StagesOperands => Tile == TileShape.Blocked;

    /// <summary>Whether products take a transposed operand as it lies: they stage it, or transpose it while they pack it.</summary>
    public bool TurnsOperands => StagesOperands || PacksPanels;

    /// <summary>
    /// The group of kernels that have one for each row: on a GPU a thread for each column, up to the partial sums of
    /// <see cref="RowReduction"/>, since a thread that has several columns waits for memory as often.
    /// </summary>
    public int RowGroupSize(int columns)
    {
        int size = GroupSize;
        while (StagesOperands && size < Math.Min(columns, RowReduction.Width))
            size *= 2;
        return size;
    }

    /// <summary>A launch with a group for each row.</summary>
    public KernelConfig Rows(int rows, int columns) => Launch.Config(rows, RowGroupSize(columns));

    /// <summary>A launch with a thread for each element: group (x, y) has elements x·G … of row y.</summary>
    public KernelConfig Elements(int rows, int columns) =>
        Launch.Config(new Index3D(Launch.Groups(columns, GroupSize), rows, 1), GroupSize);

    /// <summary>Whether convolutions read <see cref="Fours{TTile}"/> where they can: a GPU's threads have the registers for it.</summary>
    public bool ConvReadsFours => Tile == TileShape.Blocked;

    /// <summary>The group of <see cref="Convolution"/> and <see cref="ConvWeights"/>: on a GPU as wide as half of 64 channels.</summary>
    public int ConvGroupSize => StagesOperands ? GroupSize / 2 : GroupSize;

    /// <summary>What the device uses: the choice of <see cref="TunedDevices.OfUser"/>, read once, or the built-in one.</summary>
    public static DeviceTuning For(Accelerator accelerator) => accelerator is EngineAccelerator { StandsFor: { } other }
        ? For(other)
        : InUse.GetValue(accelerator, opened => TunedDevices.OfUser.Read(opened).Tuning ?? BuiltIn(opened));

    /// <summary>Makes an open device use other shapes, for the kernels that are loaded from now on.</summary>
    public static void Use(Accelerator accelerator, DeviceTuning tuning) => InUse.AddOrUpdate(accelerator, tuning);

    /// <summary>
    /// The built-in table. 12×2 fills the registers of 512-bit vectors, 6×2 those of 256 and 128 bits; the interpreter with 32 threads in
    /// step stands for a GPU. Convolutions have 8 rows where products have 12, since batches and channels are mostly multiples of 8 and 16
    /// sums hide the latency as well.
    /// </summary>
    public static DeviceTuning BuiltIn(Accelerator accelerator) => Backend.IsGpu(accelerator)
        ? new(TileShape.Blocked, TileShape.Rows8, 64, 4, new(32, 8, 1), accelerator.NumMultiprocessors)
        : accelerator switch
        {
            EngineAccelerator { StandsFor: { } other } => BuiltIn(other),
            OpenCL12Accelerator => new(TileShape.Rows8, TileShape.Rows8, 16, 256, new(16, 1, 1)),
            { WarpSize: 16 } => Packing(accelerator, new(TileShape.Rows12, TileShape.Rows8, 16, 64, new(16, 1, 1))),
            { WarpSize: 8 } => Narrow(accelerator, new(TileShape.Rows6, TileShape.Rows6, 8, 128, new(8, 1, 1))),
            { WarpSize: 4 } => Narrow(accelerator, new(TileShape.Rows6, TileShape.Rows6, 4, 256, new(4, 1, 1))),
            { WarpSize: < 32 } => new(TileShape.Rows8, TileShape.Rows8, 16, 64, new(16, 1, 1)),
            _ => new(TileShape.Blocked, TileShape.Rows8, 64, 4, new(32, 8, 1), HopperProcessors),
        };

    private static DeviceTuning Packing(Accelerator accelerator, DeviceTuning tuning) =>
        tuning with { PacksPanels = true, Processors = accelerator.NumMultiprocessors };

    private static DeviceTuning Narrow(Accelerator accelerator, DeviceTuning tuning) =>
        Packing(accelerator, tuning) with { PackedFrom = 1 << 17 };
}
