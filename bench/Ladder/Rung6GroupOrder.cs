using VaeGpu.Kernels;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Bench.Ladder;

/// <summary>Rung 6: groups one after the other go down the rows, so the panel of the right operand stays in the cache.</summary>
/// <remarks>
/// <para>Mathematics, layouts and the work of a thread: as rung 5.</para>
/// <para>Threads: the grid is turned; thread g of group (x, y) has rows xR … of the columns y·C·G + j·G + g.</para>
/// <para>Costs: as rung 5, but C·G columns of the right operand, K·C·G floats, are read from the second-level cache M/R times
/// and from memory once; in rung 5 the whole operand passes by for each R rows. No shared memory, no barriers.</para>
/// <para>Predecessor: rung 5; the gain stands in the generated table, and grows with the size. Held by the check against float64.</para>
/// </remarks>
internal static class Rung6GroupOrder
{
    public static Product Load(Accelerator accelerator, MatMulShape shape) => DeviceTuning.For(accelerator).Tile switch
    {
        TileShape.Rows4 => Load<Tile4x2>(accelerator, shape),
        TileShape.Rows6 => Load<Tile6x2>(accelerator, shape),
        TileShape.Rows8 => Load<Tile8x2>(accelerator, shape),
        _ => Load<Tile12x2>(accelerator, shape),
    };

    private static Product Load<TTile>(Accelerator accelerator, MatMulShape shape) where TTile : struct, ITile
    {
        int groupSize = DeviceTuning.For(accelerator).GroupSize;
        var kernel = Run<TTile>;
        var launch = accelerator.LoadStreamKernel(kernel);
        var grid = new Index3D(shape.Rows / TTile.Rows, shape.Columns / (TTile.Columns * groupSize), 1);
        KernelConfig config = Launch.Config(grid, groupSize);
        return (left, right, output) => launch(config, left, right, output, shape);
    }

    private static void Run<TTile>(ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, MatMulShape shape)
        where TTile : struct, ITile =>
        Rung5ColumnsPerThread.Block<TTile>(
            left, right, output, shape, Grid.IdxX * TTile.Rows, Grid.IdxY * (TTile.Columns * Group.DimX) + Group.IdxX);
}
