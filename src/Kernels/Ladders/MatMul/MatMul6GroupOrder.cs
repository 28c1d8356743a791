using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Ladders.MatMul;

/// <summary>Groups one after the other go down the rows, so the panel of the right factor stays in the cache.</summary>
/// <remarks>
/// <para>Threads: the grid is turned; thread g of group (x, y) has rows xR … of the columns y·C·G + j·G + g. The work of a thread is that
/// of <see cref="MatMul5ColumnsPerThread"/>.</para>
/// <para>Costs: C·G columns of the right factor, K·C·G floats, are read from the second-level cache M/R times and from memory once; before,
/// the whole factor passed by for each R rows. No shared memory, no barriers. Predecessor: <see cref="MatMul5ColumnsPerThread"/>; the gain
/// grows with the size. Test: LadderTests.</para>
/// </remarks>
internal static class MatMul6GroupOrder
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes) => DeviceTuning.For(accelerator).Tile switch
    {
        TileShape.Rows4 => Load<Tile4x2>(accelerator, sizes),
        TileShape.Rows6 => Load<Tile6x2>(accelerator, sizes),
        TileShape.Rows8 => Load<Tile8x2>(accelerator, sizes),
        _ => Load<Tile12x2>(accelerator, sizes),
    };

    private static LoadedRung Load<TTile>(Accelerator accelerator, LadderSizes sizes) where TTile : struct, ITile
    {
        MatMulShape shape = MatMulLadder.ShapeOf(sizes);
        int groupSize = DeviceTuning.For(accelerator).GroupSize;
        var kernel = Run<TTile>;
        var launch = accelerator.LoadStreamKernel(kernel);
        var grid = new Index3D(Launch.Groups(shape.Rows, TTile.Rows), Launch.Groups(shape.Columns, TTile.Columns * groupSize), 1);
        KernelConfig config = Launch.Config(grid, groupSize);
        return new((left, right, output, _) => launch(config, left, right, output, shape));
    }

    private static void Run<TTile>(ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, MatMulShape shape)
        where TTile : struct, ITile =>
        MatMul5ColumnsPerThread.Block<TTile>(
            left, right, output, shape, Grid.IdxX * TTile.Rows, Grid.IdxY * (TTile.Columns * Group.DimX));
}
