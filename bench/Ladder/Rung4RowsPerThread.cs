using VaeGpu.Kernels;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Bench.Ladder;

/// <summary>Rung 4: each thread has several rows of its column and keeps their sums in registers.</summary>
/// <remarks>
/// <para>Mathematics and layouts: as rung 1; M a multiple of R, the tile's rows, and N of the group.</para>
/// <para>Threads: thread g of group (x, y) has rows yR … yR + R − 1 of column x·G + g.</para>
/// <para>Costs: 2MNK FLOPs; R + 1 loads for R fused multiply-adds, where rung 2 has 2 for one: an element of the right operand
/// is loaded once for R rows. The R sums do not depend on each other, so they hide the latency that bound rung 2. No shared
/// memory, no barriers.</para>
/// <para>Predecessor: rung 2; the gain stands in the generated table. Held by the check against float64.</para>
/// </remarks>
internal static class Rung4RowsPerThread
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
        KernelConfig config = Launch.Config(new Index3D(shape.Columns / groupSize, shape.Rows / TTile.Rows, 1), groupSize);
        return (left, right, output) => launch(config, left, right, output, shape);
    }

    private static void Run<TTile>(ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, MatMulShape shape)
        where TTile : struct, ITile
    {
        int firstRow = Grid.IdxY * TTile.Rows;
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        ArrayView<float> sums = LocalMemory.Allocate<float>(TTile.Rows);
        for (int i = 0; i < TTile.Rows; i++)
            sums[i] = 0f;
        for (int k = 0; k < shape.Depth; k++)
        {
            float factor = right[k * shape.Columns + column];
            for (int i = 0; i < TTile.Rows; i++)
                sums[i] = MathF.FusedMultiplyAdd(left[(firstRow + i) * shape.Depth + k], factor, sums[i]);
        }
        for (int i = 0; i < TTile.Rows; i++)
            output[(firstRow + i) * shape.Columns + column] = sums[i];
    }
}
