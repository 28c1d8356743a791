using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Ladders.MatMul;

/// <summary>Each thread has several rows of its column and keeps their sums in registers.</summary>
/// <remarks>
/// <para>Threads: thread g of group (x, y) has rows yR … yR + R − 1 of column x·G + g, R the tile's rows.</para>
/// <para>Costs: 2MNK FLOPs; R + 1 loads for R fused multiply-adds, where <see cref="MatMul2Coalesced"/> has 2 for one: an element of the
/// right factor is loaded once for R rows. The R sums do not depend on each other, so they hide each other's latency. No shared memory, no
/// barriers.</para>
/// <para>Rows behind the last are copies of it and are not stored; only the last group of a row compares columns. Predecessor:
/// <see cref="MatMul2Coalesced"/>. Test: LadderTests.</para>
/// </remarks>
internal static class MatMul4RowsPerThread
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
        var grid = new Index3D(Launch.Groups(shape.Columns, groupSize), Launch.Groups(shape.Rows, TTile.Rows), 1);
        KernelConfig config = Launch.Config(grid, groupSize);
        return new((left, right, output, _) => launch(config, left, right, output, shape));
    }

    private static void Run<TTile>(ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, MatMulShape shape)
        where TTile : struct, ITile
    {
        int firstRow = Grid.IdxY * TTile.Rows;
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        ArrayView<float> sums = LocalMemory.Allocate<float>(TTile.Rows);
        for (int i = 0; i < TTile.Rows; i++)
            sums[i] = 0f;
        if ((Grid.IdxX + 1) * Group.DimX <= shape.Columns)
            Accumulate<TTile>(left, right, sums, firstRow, column, shape, guarded: false);
        else
            Accumulate<TTile>(left, right, sums, firstRow, column, shape, guarded: true);
        for (int i = 0; i < TTile.Rows; i++)
        {
            if ((firstRow + i < shape.Rows) & (column < shape.Columns))
                output[(firstRow + i) * shape.Columns + column] = sums[i];
        }
    }

    private static void Accumulate<TTile>(
        ArrayView<float> left, ArrayView<float> right, ArrayView<float> sums, int firstRow, int column, MatMulShape shape, bool guarded)
        where TTile : struct, ITile
    {
        ArrayView<int> rowStarts = LocalMemory.Allocate<int>(TTile.Rows);
        for (int i = 0; i < TTile.Rows; i++)
            rowStarts[i] = Math.Min(firstRow + i, shape.Rows - 1) * shape.Depth;
        for (int k = 0; k < shape.Depth; k++)
        {
            bool inside = !guarded | column < shape.Columns;
            float factor = inside ? right[k * shape.Columns + column] : 0f;
            for (int i = 0; i < TTile.Rows; i++)
                sums[i] = MathF.FusedMultiplyAdd(left[rowStarts[i] + k], factor, sums[i]);
        }
    }
}
