using VaeGpu.Kernels;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Bench.Ladder;

/// <summary>Rung 8: <see cref="BlockedMatMul"/> in blocks of 32×32: shared tiles, and a block of registers for each thread.</summary>
/// <remarks>
/// Rung 3's reuse between threads and rung 5's within one: each shared float that a thread takes goes into four sums, and the next slab
/// is on its way while a group computes with this one. Global memory is read one float at a time. The kernel's remarks have layouts, costs
/// and barriers. On a CPU it is here for comparison only. Predecessor: rung 3. Held by MatMulTests, besides the checks of the ladder.
/// </remarks>
internal static class Rung8SharedSlabs
{
    public static Product Load(Accelerator accelerator, MatMulShape shape) => Load<Single<Block32x32>>(accelerator, shape);

    /// <summary>The kernel in any block.</summary>
    internal static Product Load<TBlock>(Accelerator accelerator, MatMulShape shape) where TBlock : struct, IBlock
    {
        var kernel = BlockedMatMul.Multiply<TBlock, DepthFastest, DepthSlowest, Plain>;
        int groupSize = BlockedMatMul.GroupSize<TBlock>();
        var launch = accelerator.LoadStreamKernel(kernel, new KernelSpecialization(groupSize, TBlock.MinGroupsPerMultiprocessor));
        KernelConfig config = Launch.Config(BlockedMatMul.GridFor<TBlock>(shape.Rows, shape.Columns), groupSize);
        return (left, right, output) => launch(config, left, right, output, default, default, shape);
    }
}
