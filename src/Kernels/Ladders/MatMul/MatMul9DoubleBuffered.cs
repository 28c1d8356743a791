using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Ladders.MatMul;

/// <summary><see cref="BlockedMatMul"/> in blocks of 32×32: shared tiles, and a block of registers for each thread.</summary>
/// <remarks>
/// The reuse between threads of <see cref="MatMul3SharedTiles"/> and that within one of <see cref="MatMul5ColumnsPerThread"/>: each shared
/// float that a thread takes goes into four sums, and the next slab is on its way while a group computes with this one. Global memory is
/// read one float at a time. Predecessor: <see cref="MatMul3SharedTiles"/>. Tests: LadderTests, MatMulTests.
/// </remarks>
internal static class MatMul9DoubleBuffered
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes) => Load<Single<Block32x32>>(accelerator, sizes);

    /// <summary>The kernel in any block.</summary>
    internal static LoadedRung Load<TBlock>(Accelerator accelerator, LadderSizes sizes) where TBlock : struct, IBlock
    {
        MatMulShape shape = MatMulLadder.ShapeOf(sizes);
        var kernel = BlockedMatMul.Multiply<TBlock, DepthFastest, DepthSlowest, Plain>;
        int groupSize = BlockedMatMul.GroupSize<TBlock>();
        var launch = accelerator.LoadStreamKernel(kernel, new KernelSpecialization(groupSize, TBlock.MinGroupsPerMultiprocessor));
        KernelConfig config = Launch.Config(BlockedMatMul.GridFor<TBlock>(shape.Rows, shape.Columns), groupSize);
        return new((left, right, output, _) => launch(config, left, right, output, default, default, shape));
    }

    /// <summary>A block that reads four floats at once, or its twin that reads one where rows are no multiples of four.</summary>
    internal static LoadedRung LoadWide<TBlock>(Accelerator accelerator, LadderSizes sizes) where TBlock : struct, IBlock =>
        BlockedMatMul.IsWide<DepthFastest, DepthSlowest>(MatMulLadder.ShapeOf(sizes))
            ? Load<TBlock>(accelerator, sizes)
            : Load<Single<TBlock>>(accelerator, sizes);
}
