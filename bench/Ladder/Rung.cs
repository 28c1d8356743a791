using VaeGpu.Kernels.Products;

namespace VaeGpu.Bench.Ladder;

/// <summary>A launch of a rung: left (M, K), right (K, N), output (M, N).</summary>
internal delegate void Product(ArrayView<float> left, ArrayView<float> right, ArrayView<float> output);

/// <summary>A step of the ladder.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Idea">What it changes.</param>
/// <param name="Predecessor">The rung that it changes; 0 for the first.</param>
/// <param name="Load">Loads it on a device for square matrices of a multiple of 384 rows.</param>
/// <param name="Precision">What it multiplies; all in fp32 have the same results, bit for bit.</param>
internal sealed record Rung(
    int Number, string Idea, int Predecessor, Func<Accelerator, MatMulShape, Product> Load, Precision Precision = Precision.Fp32)
{
    /// <summary>The ladder, from the definition to the kernels that the layers use.</summary>
    public static readonly IReadOnlyList<Rung> All =
    [
        new(1, "one thread for each result, neighbors on neighboring rows", 0, Rung1Rows.Load),
        new(2, "neighbors on neighboring columns", 1, Rung2Columns.Load),
        new(3, "tiles of both operands in shared memory", 2, Rung3SharedTiles.Load),
        new(4, "several rows for each thread, sums in registers", 2, Rung4RowsPerThread.Load),
        new(5, "two columns for each thread", 4, Rung5ColumnsPerThread.Load),
        new(6, "groups in the order that keeps a panel in the cache", 5, Rung6GroupOrder.Load),
        new(7, "any size, layouts and epilogues: the layers' kernel on CPUs", 6, Rung7Product.Load),
        new(8, "shared tiles and registers at once, the next tiles on their way", 3, Rung8SharedSlabs.Load),
        new(9, "four floats in an access to global memory", 8, Rung9WideAccesses.Load),
        new(10, "blocks of 128×128, 64 sums in each thread: the layers' kernel on GPUs", 9, Rung10LargeBlocks.Load),
        new(11, "tensor cores, factors rounded to tf32", 10, Rung11TensorCores.Loader(Precision.Tf32), Precision.Tf32),
        new(12, "tensor cores, factors rounded to bf16", 11, Rung11TensorCores.Loader(Precision.Bf16), Precision.Bf16),
    ];
}
