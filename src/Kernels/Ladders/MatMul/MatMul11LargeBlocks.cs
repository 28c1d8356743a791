using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Ladders.MatMul;

/// <summary>Blocks of 128×128, 64 sums in each of 256 threads: the layers' kernel for large products on GPUs.</summary>
/// <remarks>
/// A thread takes 16 shared floats for 64 fused multiply-adds, where <see cref="MatMul10WideAccesses"/> takes 8 for 16, and a group reads a
/// quarter as much of global memory for each result: 32 operations for each byte. It needs registers for 64 sums, and a product with blocks
/// enough for all processors. Predecessor: <see cref="MatMul10WideAccesses"/>. Tests: LadderTests, MatMulTests.
/// </remarks>
internal static class MatMul11LargeBlocks
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes) =>
        MatMul9DoubleBuffered.LoadWide<Block128x128>(accelerator, sizes);
}
