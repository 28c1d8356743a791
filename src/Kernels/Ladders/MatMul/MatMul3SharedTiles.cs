using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Ladders.MatMul;

/// <summary>A group stages a tile of each factor in shared memory and reads every element of it 16 times there.</summary>
/// <remarks>
/// <para>Threads: a group is 16×16; thread (g, h) of group (x, y) has column 16x + g of row 16y + h, and loads one element of each
/// tile.</para>
/// <para>Costs: 2MNK FLOPs; 2 KiB of shared memory; a sixteenth of <see cref="MatMul2Coalesced"/>'s loads from global memory, but as many
/// from shared memory. A GPU gains by that. On a CPU both lie in the same caches: it saves loads that miss the first of them, and costs the
/// copy, and a group of several vectors keeps its threads' sums in memory across the barriers.</para>
/// <para>The barrier before the sums: the tile must be whole before others read it. The one after: nobody may overwrite the tile while
/// others still read. A short last tile ends early, since adding zeros would turn a sum of −0 into +0. Predecessor:
/// <see cref="MatMul2Coalesced"/>. Test: LadderTests.</para>
/// </remarks>
internal static class MatMul3SharedTiles
{
    private const int Tile = 16;

    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes)
    {
        MatMulShape shape = MatMulLadder.ShapeOf(sizes);
        var kernel = Run;
        var launch = accelerator.LoadStreamKernel(kernel);
        var grid = new Index3D(Launch.Groups(shape.Columns, Tile), Launch.Groups(shape.Rows, Tile), 1);
        var config = new KernelConfig(grid, new Index3D(Tile, Tile, 1));
        return new((left, right, output, _) => launch(config, left, right, output, shape));
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
            bool isInLeft = (row < shape.Rows) & (first + Group.IdxX < shape.Depth);
            bool isInRight = (first + Group.IdxY < shape.Depth) & (column < shape.Columns);
            leftTile[own] = isInLeft ? left[row * shape.Depth + first + Group.IdxX] : 0f;
            rightTile[own] = isInRight ? right[(first + Group.IdxY) * shape.Columns + column] : 0f;
            Group.Barrier();
            int last = Math.Min(Tile, shape.Depth - first);
            for (int k = 0; k < last; k++)
                sum = MathF.FusedMultiplyAdd(leftTile[Group.IdxY * Tile + k], rightTile[k * Tile + Group.IdxX], sum);
            Group.Barrier();
        }
        if ((row < shape.Rows) & (column < shape.Columns))
            output[row * shape.Columns + column] = sum;
    }
}
