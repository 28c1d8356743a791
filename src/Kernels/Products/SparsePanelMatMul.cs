using VaeGpu.Gpu;
using VaeGpu.Gpu.Inspection;

namespace VaeGpu.Kernels.Products;

/// <summary><see cref="PanelMatMul"/> for a left factor with many zeros: depths at which all rows of a tile are zero are skipped.</summary>
/// <remarks>
/// <para>Mathematics: 0·b = ±0 for every finite b, and a sum stays as it is when ±0 is added, but for the sign of a zero, which
/// <see cref="MatMul"/> does not keep. So the results are MatMul's, bit for bit. Where a panel of the right factor has a number that is
/// not finite (<see cref="PackPanels.RunChecked"/>), nothing is skipped: 0·∞ is NaN. Nor is it where a tile lists at least 7/8 of the
/// depth: PanelMatMul's loop, which needs no list, is faster then.</para>
/// <para>Threads, panels and parts of the depth are those of PanelMatMul; both factors are packed. The depths of a tile are listed by
/// <see cref="NonzeroDepths"/>.</para>
/// <para>Costs: 2·R·N FLOPs for each depth of a tile, or for each listed one and one more load. A sample of the groups counts all depths.
/// Pixels, one-hot symbols and what a ReLU gives have many zeros: for MNIST, 53 % of the pixels are zero in all of 8 digits,
/// and 60 % of the runs of 8 neighboring pixels are zero.</para>
/// <para>Its predecessor is PanelMatMul. Tests: SparsePanelMatMulTests.</para>
/// </remarks>
public static class SparsePanelMatMul
{
    /// <summary>The kernel; launch it with a group for each R rows of each panel, some rows at a time.</summary>
    public static void Multiply<TTile, TEpilogue>(
        ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, ArrayView<float> bias, ArrayView<float> saved,
        ArrayView<int> depths, [SampledAs(1)] ArrayView<int> nonfinite, MatMulShape shape, PanelPart part)
        where TTile : struct, ITile
        where TEpilogue : struct, IEpilogue
    {
        int tile = Grid.IdxZ * Grid.DimX + Grid.IdxX, firstRow = tile * TTile.Rows;
        if (firstRow >= shape.Rows)
            return;
        int panel = part.FirstPanel + Grid.IdxY, firstColumn = panel * (TTile.Columns * Group.DimX);
        bool skips = nonfinite[panel] == 0;
        ArrayView<float> sums = LocalMemory.Allocate<float>(TTile.Rows * TTile.Columns);
        if (part.Accumulates == 0)
            MatMul.PrefetchTile<TTile>(output, firstRow, firstColumn, shape);
        PanelMatMul.Begin<TTile>(sums, output, firstRow, firstColumn, shape, part);
        int vectors = Launch.Groups(shape.Columns - firstColumn, Group.DimX);
        if (vectors >= TTile.Columns)
            Accumulate<TTile>(left, right, sums, depths, tile, skips, shape, TTile.Columns);
        else if (TTile.Columns > 2 && vectors == 2)
            Accumulate<TTile>(left, right, sums, depths, tile, skips, shape, 2);
        else
            Accumulate<TTile>(left, right, sums, depths, tile, skips, shape, 1);
        MatMul.Store<TTile, TEpilogue>(sums, output, bias, saved, firstRow, firstColumn, shape);
    }

    private static void Accumulate<TTile>(
        ArrayView<float> left, ArrayView<float> right, ArrayView<float> sums, ArrayView<int> depths, int tile, bool skips,
        MatMulShape shape, int columns)
        where TTile : struct, ITile
    {
        int list = tile * (shape.Depth + 1), count = depths[list];
        if (skips & count < shape.Depth - shape.Depth / 8)
            AccumulateListed<TTile>(left, right, sums, depths.SubView(list + 1), count, tile, shape, columns);
        else
            PanelMatMul.Accumulate<TTile, InPanels>(left, right, sums, tile * TTile.Rows, shape, shape.Depth, columns);
    }

    private static void AccumulateListed<TTile>(
        ArrayView<float> left, ArrayView<float> right, ArrayView<float> sums, ArrayView<int> listed, int count, int tile,
        MatMulShape shape, int columns)
        where TTile : struct, ITile
    {
        ArrayView<int> rowStarts = LocalMemory.Allocate<int>(TTile.Rows);
        for (int i = 0; i < TTile.Rows; i++)
            rowStarts[i] = InPanels.Start(tile * TTile.Rows, shape.Depth) + i;
        int rightStart = Grid.IdxY * (TTile.Columns * Group.DimX) * shape.Depth + Group.IdxX;
        for (int i = 0; i < count; i++)
        {
            Iterations.KeepOrder();
            int leftAt = listed[i];
            PanelMatMul.Add<TTile>(left, right, sums, rowStarts, leftAt, rightStart + leftAt * TTile.Columns, columns);
        }
    }
}
