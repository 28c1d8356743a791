using VaeGpu.Kernels.Products;

namespace VaeGpu.Bench.Ladder;

/// <summary>Rung 9: rung 8 with global memory read four floats at a time.</summary>
/// <remarks>
/// A quarter of the load instructions for the same bytes; it needs rows of a multiple of four floats. Nothing else changes, the sums and
/// their order least of all. Predecessor: rung 8. Held by MatMulTests, besides the checks of the ladder.
/// </remarks>
internal static class Rung9WideAccesses
{
    public static Product Load(Accelerator accelerator, MatMulShape shape) => Rung8SharedSlabs.Load<Block32x32>(accelerator, shape);
}
