using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Ladders.MatMul;

/// <summary>Global memory is read four floats at a time.</summary>
/// <remarks>
/// A quarter of the load instructions for the same bytes; it needs rows of a multiple of four floats. Nothing else changes, the sums and
/// their order least of all. Predecessor: <see cref="MatMul9DoubleBuffered"/>. Tests: LadderTests, MatMulTests.
/// </remarks>
internal static class MatMul10WideAccesses
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes) =>
        MatMul9DoubleBuffered.LoadWide<Block32x32>(accelerator, sizes);
}
