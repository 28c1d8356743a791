using VaeGpu.Kernels.Products;

namespace VaeGpu.Bench.Ladder;

/// <summary>Rung 10: rung 9 in blocks of 128×128, 64 sums in each of 256 threads: the layers' kernel for large products on GPUs.</summary>
/// <remarks>
/// A thread takes 16 shared floats for 64 fused multiply-adds, where rung 9 takes 8 for 16, and a group reads a quarter as much of global
/// memory for each result: 32 operations for each byte. It needs registers for 64 sums, and a product with blocks enough for all
/// processors. Predecessor: rung 9. Held by MatMulTests, besides the checks of the ladder.
/// </remarks>
internal static class Rung10LargeBlocks
{
    public static Product Load(Accelerator accelerator, MatMulShape shape) => Rung8SharedSlabs.Load<Block128x128>(accelerator, shape);
}
