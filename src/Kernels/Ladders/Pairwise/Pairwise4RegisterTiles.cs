using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Ladders.Pairwise;

/// <summary>Each thread has a block of R×C pairs, and keeps their sums in registers.</summary>
/// <remarks>
/// The tile of <see cref="MatMul.MatMul6GroupOrder"/> with a difference before each fused multiply-add: R + C loads for R·C pairs. y is
/// transposed before. Predecessor: <see cref="Pairwise2Coalesced"/>. Test: LadderTests.
/// </remarks>
internal static class Pairwise4RegisterTiles
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
        MatMulShape shape = PairwiseLadder.ShapeOf(sizes);
        int groupSize = DeviceTuning.For(accelerator).GroupSize;
        var matrices = new MatrixLauncher(accelerator);
        var kernel = Run<TTile>;
        var launch = accelerator.LoadStreamKernel(kernel);
        var grid = new Index3D(Launch.Groups(shape.Rows, TTile.Rows), Launch.Groups(shape.Columns, TTile.Columns * groupSize), 1);
        KernelConfig config = Launch.Config(grid, groupSize);
        return new((left, right, output, scratch) =>
        {
            matrices.Transpose(right, scratch, new() { Rows = shape.Columns, Columns = shape.Depth });
            launch(config, left, scratch, output, shape);
        }, (long)shape.Columns * shape.Depth);
    }

    private static void Run<TTile>(ArrayView<float> left, ArrayView<float> turned, ArrayView<float> output, MatMulShape shape)
        where TTile : struct, ITile
    {
        int firstRow = Grid.IdxX * TTile.Rows, firstColumn = Grid.IdxY * (TTile.Columns * Group.DimX);
        ArrayView<float> sums = LocalMemory.Allocate<float>(TTile.Rows * TTile.Columns);
        for (int i = 0; i < TTile.Rows * TTile.Columns; i++)
            sums[i] = 0f;
        if (firstColumn + TTile.Columns * Group.DimX <= shape.Columns)
            Accumulate<TTile>(left, turned, sums, firstRow, firstColumn + Group.IdxX, shape, guarded: false);
        else
            Accumulate<TTile>(left, turned, sums, firstRow, firstColumn + Group.IdxX, shape, guarded: true);
        for (int i = 0; i < TTile.Rows; i++)
        {
            for (int j = 0; j < TTile.Columns; j++)
            {
                int column = firstColumn + j * Group.DimX + Group.IdxX;
                if ((firstRow + i < shape.Rows) & (column < shape.Columns))
                    output[(firstRow + i) * shape.Columns + column] = sums[i * TTile.Columns + j];
            }
        }
    }

    private static void Accumulate<TTile>(
        ArrayView<float> left, ArrayView<float> turned, ArrayView<float> sums, int firstRow, int column, MatMulShape shape, bool guarded)
        where TTile : struct, ITile
    {
        ArrayView<int> rowStarts = LocalMemory.Allocate<int>(TTile.Rows);
        ArrayView<float> points = LocalMemory.Allocate<float>(TTile.Columns);
        for (int i = 0; i < TTile.Rows; i++)
            rowStarts[i] = Math.Min(firstRow + i, shape.Rows - 1) * shape.Depth;
        for (int d = 0; d < shape.Depth; d++)
        {
            for (int j = 0; j < TTile.Columns; j++)
            {
                bool inside = !guarded | column + j * Group.DimX < shape.Columns;
                points[j] = inside ? turned[d * shape.Columns + column + j * Group.DimX] : 0f;
            }
            for (int i = 0; i < TTile.Rows; i++)
            {
                float point = left[rowStarts[i] + d];
                for (int j = 0; j < TTile.Columns; j++)
                {
                    float difference = point - points[j];
                    sums[i * TTile.Columns + j] = MathF.FusedMultiplyAdd(difference, difference, sums[i * TTile.Columns + j]);
                }
            }
        }
    }
}
