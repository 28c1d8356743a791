using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Ladders.Pairwise;

/// <summary>A group stages 16 points of each side in shared memory, 16 dimensions at a time.</summary>
/// <remarks>
/// <para>Threads: a group is 16×16; thread (g, h) of group (x, y) has the pair of the points 16y + h of x and 16x + g of y. Neighbors load
/// neighboring dimensions of a point, so y need not be transposed; the tile of y is, by how it is read: its rows are 17 long, so that a
/// column lies in different banks.</para>
/// <para>Costs: 2.1 KiB of shared memory; each number is loaded from global memory by a sixteenth of the threads. Barriers as in
/// <see cref="MatMul.MatMul3SharedTiles"/>. Predecessor: <see cref="Pairwise2Coalesced"/>. Test: LadderTests.</para>
/// </remarks>
internal static class Pairwise3SharedTiles
{
    private const int Tile = 16, Pitch = Tile + 1;

    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes)
    {
        MatMulShape shape = PairwiseLadder.ShapeOf(sizes);
        var kernel = Run;
        var launch = accelerator.LoadStreamKernel(kernel);
        var grid = new Index3D(Launch.Groups(shape.Columns, Tile), Launch.Groups(shape.Rows, Tile), 1);
        var config = new KernelConfig(grid, new Index3D(Tile, Tile, 1));
        return new((left, right, output, _) => launch(config, left, right, output, shape));
    }

    private static void Run(ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, MatMulShape shape)
    {
        ArrayView<float> leftTile = SharedMemory.Allocate<float>(Tile * Tile);
        ArrayView<float> rightTile = SharedMemory.Allocate<float>(Tile * Pitch);
        int row = Grid.IdxY * Tile + Group.IdxY;
        int column = Grid.IdxX * Tile + Group.IdxX, loaded = Grid.IdxX * Tile + Group.IdxY;
        float sum = 0f;
        for (int first = 0; first < shape.Depth; first += Tile)
        {
            int d = first + Group.IdxX;
            leftTile[Group.IdxY * Tile + Group.IdxX] = (row < shape.Rows) & (d < shape.Depth) ? left[row * shape.Depth + d] : 0f;
            rightTile[Group.IdxY * Pitch + Group.IdxX] =
                (loaded < shape.Columns) & (d < shape.Depth) ? right[loaded * shape.Depth + d] : 0f;
            Group.Barrier();
            int last = Math.Min(Tile, shape.Depth - first);
            for (int k = 0; k < last; k++)
            {
                float difference = leftTile[Group.IdxY * Tile + k] - rightTile[Group.IdxX * Pitch + k];
                sum = MathF.FusedMultiplyAdd(difference, difference, sum);
            }
            Group.Barrier();
        }
        if ((row < shape.Rows) & (column < shape.Columns))
            output[row * shape.Columns + column] = sum;
    }
}
