using VaeGpu.Kernels;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Bench.Ladder;

/// <summary>Rung 5: each thread has several columns, too, a group's width apart.</summary>
/// <remarks>
/// <para>Mathematics and layouts: as rung 1; M a multiple of R and N of C·G, the tile being R×C and the group G wide.</para>
/// <para>Threads: thread g of group (x, y) has rows yR … yR + R − 1 of the columns x·C·G + j·G + g, j in 0 … C − 1: neighbors
/// stay neighbors in every load.</para>
/// <para>Costs: 2MNK FLOPs; R + C loads for R·C fused multiply-adds: a broadcast of the left operand serves C columns. With
/// 12×2 the 24 sums, 2 columns and a broadcast fill 27 of AVX-512's 32 registers. No shared memory, no barriers.</para>
/// <para>Predecessor: rung 4; the gain stands in the generated table. Held by the check against float64.</para>
/// </remarks>
internal static class Rung5ColumnsPerThread
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
        var grid = new Index3D(shape.Columns / (TTile.Columns * groupSize), shape.Rows / TTile.Rows, 1);
        KernelConfig config = Launch.Config(grid, groupSize);
        return (left, right, output) => launch(config, left, right, output, shape);
    }

    private static void Run<TTile>(ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, MatMulShape shape)
        where TTile : struct, ITile =>
        Block<TTile>(left, right, output, shape, Grid.IdxY * TTile.Rows, Grid.IdxX * (TTile.Columns * Group.DimX) + Group.IdxX);

    /// <summary>The block of results from a row and a column on.</summary>
    internal static void Block<TTile>(
        ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, MatMulShape shape, int firstRow, int firstColumn)
        where TTile : struct, ITile
    {
        ArrayView<float> sums = LocalMemory.Allocate<float>(TTile.Rows * TTile.Columns);
        ArrayView<float> factors = LocalMemory.Allocate<float>(TTile.Columns);
        for (int i = 0; i < TTile.Rows * TTile.Columns; i++)
            sums[i] = 0f;
        for (int k = 0; k < shape.Depth; k++)
        {
            for (int j = 0; j < TTile.Columns; j++)
                factors[j] = right[k * shape.Columns + firstColumn + j * Group.DimX];
            for (int i = 0; i < TTile.Rows; i++)
            {
                float factor = left[(firstRow + i) * shape.Depth + k];
                for (int j = 0; j < TTile.Columns; j++)
                    sums[i * TTile.Columns + j] = MathF.FusedMultiplyAdd(factor, factors[j], sums[i * TTile.Columns + j]);
            }
        }
        for (int i = 0; i < TTile.Rows; i++)
        {
            for (int j = 0; j < TTile.Columns; j++)
                output[(firstRow + i) * shape.Columns + firstColumn + j * Group.DimX] = sums[i * TTile.Columns + j];
        }
    }
}
