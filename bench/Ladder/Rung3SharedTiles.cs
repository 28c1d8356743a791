using VaeGpu.Kernels.Products;

namespace VaeGpu.Bench.Ladder;

/// <summary>Rung 3: a group stages a tile of each operand in shared memory and reads every element of it 16 times there.</summary>
/// <remarks>
/// <para>Mathematics and layouts: as rung 1; all sizes multiples of 16.</para>
/// <para>Threads: a group is 16×16; thread (g, h) of group (x, y) has column 16x + g of row 16y + h, and loads one element of
/// each tile.</para>
/// <para>Costs: 2MNK FLOPs; 2 KiB of shared memory; a sixteenth of rung 2's loads from global memory, but as many from shared
/// memory. A GPU gains by that. On a CPU shared memory is a copy of what the cache holds anyway, and a group of several
/// vectors must keep its threads' sums in memory across the barriers: a step back, and no part of what follows.</para>
/// <para>The barrier before the sums: the tile must be whole before others read it. The one after: nobody may overwrite the
/// tile while others still read.</para>
/// <para>Predecessor: rung 2; the gain, or loss, stands in the generated table. Held by the check against float64.</para>
/// </remarks>
internal static class Rung3SharedTiles
{
    private const int Tile = 16;

    public static Product Load(Accelerator accelerator, MatMulShape shape)
    {
        var kernel = Run;
        var launch = accelerator.LoadStreamKernel(kernel);
        var config = new KernelConfig(new Index3D(shape.Columns / Tile, shape.Rows / Tile, 1), new Index3D(Tile, Tile, 1));
        return (left, right, output) => launch(config, left, right, output, shape);
    }

    private static void Run(ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, MatMulShape shape)
    {
        ArrayView<float> leftTile = SharedMemory.Allocate<float>(Tile * Tile);
        ArrayView<float> rightTile = SharedMemory.Allocate<float>(Tile * Tile);
        int row = Grid.IdxY * Tile + Group.IdxY;
        int column = Grid.IdxX * Tile + Group.IdxX;
        int own = Group.IdxY * Tile + Group.IdxX;
        float sum = 0f;
        for (int first = 0; first < shape.Depth; first += Tile)
        {
            leftTile[own] = left[row * shape.Depth + first + Group.IdxX];
            rightTile[own] = right[(first + Group.IdxY) * shape.Columns + column];
            Group.Barrier();
            for (int k = 0; k < Tile; k++)
                sum = MathF.FusedMultiplyAdd(leftTile[Group.IdxY * Tile + k], rightTile[k * Tile + Group.IdxX], sum);
            Group.Barrier();
        }
        output[row * shape.Columns + column] = sum;
    }
}
