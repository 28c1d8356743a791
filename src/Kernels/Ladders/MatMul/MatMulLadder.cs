namespace VaeGpu.Kernels.Ladders.MatMul;

/// <summary>
/// The ladder of matrix products: left is (M, K), right (K, N), output (M, N), all dense and row-major; sizes are (M, N, K).
/// </summary>
internal sealed class MatMulLadder() : Ladder(nameof(Matmul))
{
    private const string InOrder = "k in order";

    public override string Task => "C = A·B";

    public override IReadOnlyList<Rung> Rungs { get; } =
    [
        new("one thread for each result, neighbors on neighboring rows", typeof(MatMul1Naive), MatMul1Naive.Load) { Order = InOrder },
        new("neighbors on neighboring columns: their reads coalesce", typeof(MatMul2Coalesced), MatMul2Coalesced.Load)
        {
            After = typeof(MatMul1Naive), Order = InOrder,
        },
        new("tiles of both factors in shared memory", typeof(MatMul3SharedTiles), MatMul3SharedTiles.Load)
        {
            After = typeof(MatMul2Coalesced), Order = InOrder, GroupThreads = 256,
        },
        new("several rows for each thread, sums in registers", typeof(MatMul4RowsPerThread), MatMul4RowsPerThread.Load)
        {
            After = typeof(MatMul2Coalesced), Order = InOrder,
        },
        new("two columns for each thread as well", typeof(MatMul5ColumnsPerThread), MatMul5ColumnsPerThread.Load)
        {
            After = typeof(MatMul4RowsPerThread), Order = InOrder,
        },
        new("groups in the order that keeps a panel in the cache", typeof(MatMul6GroupOrder), MatMul6GroupOrder.Load)
        {
            After = typeof(MatMul5ColumnsPerThread), Order = InOrder,
        },
        new("any layout and epilogue: the layers' kernel", typeof(MatMul7AnyLayout), MatMul7AnyLayout.Load)
        {
            After = typeof(MatMul6GroupOrder), Order = InOrder, Devices = RungDevices.Cpu,
        },
        new("factors packed in panels: the layers' kernel for large products", typeof(MatMul8PackedPanels), MatMul8PackedPanels.Load)
        {
            After = typeof(MatMul7AnyLayout), Order = InOrder, Devices = RungDevices.Cpu,
        },
        new("shared tiles and registers, the next tiles on their way", typeof(MatMul9DoubleBuffered), MatMul9DoubleBuffered.Load)
        {
            After = typeof(MatMul3SharedTiles), Order = InOrder, Devices = RungDevices.Gpu,
        },
        new("four floats in each access to global memory", typeof(MatMul10WideAccesses), MatMul10WideAccesses.Load)
        {
            After = typeof(MatMul9DoubleBuffered), Order = InOrder, Devices = RungDevices.Gpu,
        },
        new("blocks of 128×128, 64 sums in each thread: the layers' kernel", typeof(MatMul11LargeBlocks), MatMul11LargeBlocks.Load)
        {
            After = typeof(MatMul10WideAccesses), Order = InOrder, Devices = RungDevices.Gpu,
        },
        new("tensor cores, factors rounded to tf32", typeof(MatMul12TensorCores), MatMul12TensorCores.Load)
        {
            After = typeof(MatMul11LargeBlocks), Order = "tensor cores, tf32", Devices = RungDevices.TensorCores,
        },
        new("tensor cores, factors rounded to bf16", typeof(MatMul13Bf16), MatMul13Bf16.Load)
        {
            After = typeof(MatMul12TensorCores), Order = "tensor cores, bf16", Devices = RungDevices.TensorCores,
        },
    ];

    public override LadderSizes SizesOf(int size) => new(size, size, size);

    /// <summary>Multiples of every tile. On a GPU there are blocks enough for all processors.</summary>
    public override int DefaultSize(LadderScale scale) => scale switch
    {
        LadderScale.Gpu => 3072,
        LadderScale.Processor => 768,
        _ => 32,
    };

    public override string InWords(LadderSizes sizes) => 
        FormattableString.Invariant($"{sizes.Rows}×{sizes.Depth} by {sizes.Depth}×{sizes.Columns}");

    public override (int Left, int Right, int Output) Lengths(LadderSizes sizes) =>
        (sizes.Rows * sizes.Depth, sizes.Depth * sizes.Columns, sizes.Rows * sizes.Columns);

    public override double Flops(LadderSizes sizes) => 2.0 * sizes.Rows * sizes.Columns * sizes.Depth;

    /// <summary>The sizes as the kernels take them.</summary>
    internal static Products.MatMulShape ShapeOf(LadderSizes sizes) =>
        new() { Rows = sizes.Rows, Columns = sizes.Columns, Depth = sizes.Depth };
}
