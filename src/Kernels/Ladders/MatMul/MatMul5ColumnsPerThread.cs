using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Ladders.MatMul;

/// <summary>Each thread has several columns, too, a group's width apart.</summary>
/// <remarks>
/// <para>Threads: thread g of group (x, y) has rows yR … yR + R − 1 of the columns x·C·G + j·G + g, j in 0 … C − 1, the tile being R×C and
/// the group G wide: neighbors stay neighbors in every load.</para>
/// <para>Costs: 2MNK FLOPs; R + C loads for R·C fused multiply-adds: a broadcast of the left factor serves C columns. With 12×2 the 24
/// sums, 2 columns and a broadcast fill 27 of AVX-512's 32 registers. No shared memory, no barriers. Predecessor:
/// <see cref="MatMul4RowsPerThread"/>. Test: LadderTests.</para>
/// </remarks>
internal static class MatMul5ColumnsPerThread
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
        var grid = new Index3D(Launch.Groups(shape.Columns, TTile.Columns * groupSize), Launch.Groups(shape.Rows, TTile.Rows), 1);
        KernelConfig config = Launch.Config(grid, groupSize);
        return new((left, right, output, _) => launch(config, left, right, output, shape));
    }

    private static void Run<TTile>(ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, MatMulShape shape)
        where TTile : struct, ITile =>
        Block<TTile>(left, right, output, shape, Grid.IdxY * TTile.Rows, Grid.IdxX * (TTile.Columns * Group.DimX));

    /// <summary>The group's block of results from a row and a column on.</summary>
    internal static void Block<TTile>(
        ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, MatMulShape shape, int firstRow, int firstColumn)
        where TTile : struct, ITile
    {
        ArrayView<float> sums = LocalMemory.Allocate<float>(TTile.Rows * TTile.Columns);
        for (int i = 0; i < TTile.Rows * TTile.Columns; i++)
            sums[i] = 0f;
        if (firstColumn + TTile.Columns * Group.DimX <= shape.Columns)
            Accumulate<TTile>(left, right, sums, firstRow, firstColumn + Group.IdxX, shape, guarded: false);
        else
            Accumulate<TTile>(left, right, sums, firstRow, firstColumn + Group.IdxX, shape, guarded: true);
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
        ArrayView<float> left, ArrayView<float> right, ArrayView<float> sums, int firstRow, int column, MatMulShape shape, bool guarded)
        where TTile : struct, ITile
    {
        ArrayView<int> rowStarts = LocalMemory.Allocate<int>(TTile.Rows);
        ArrayView<float> factors = LocalMemory.Allocate<float>(TTile.Columns);
        for (int i = 0; i < TTile.Rows; i++)
            rowStarts[i] = Math.Min(firstRow + i, shape.Rows - 1) * shape.Depth;
        for (int k = 0; k < shape.Depth; k++)
        {
            for (int j = 0; j < TTile.Columns; j++)
            {
                bool inside = !guarded | column + j * Group.DimX < shape.Columns;
                factors[j] = inside ? right[k * shape.Columns + column + j * Group.DimX] : 0f;
            }
            for (int i = 0; i < TTile.Rows; i++)
            {
                float factor = left[rowStarts[i] + k];
                for (int j = 0; j < TTile.Columns; j++)
                    sums[i * TTile.Columns + j] = MathF.FusedMultiplyAdd(factor, factors[j], sums[i * TTile.Columns + j]);
            }
        }
    }
}
