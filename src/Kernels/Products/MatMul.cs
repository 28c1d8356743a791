using VaeGpu.Gpu;

namespace VaeGpu.Kernels.Products;

/// <summary>The matrix product with an epilogue: output = epilogue(op(left)·op(right)).</summary>
/// <remarks>
/// <para>Mathematics: output[i, j] = epilogue(Σₖ left(i, k)·right(k, j)), k from 0 upwards, one fused multiply-add each, from 0.
/// Whether a sum is +0 or −0 makes no difference. The order does not depend on the tile or the group, so every device gives the same
/// bits.</para>
/// <para>Layouts: everything is dense and row-major. With (rows, depth, columns) = (M, K, N), output is (M, N);
/// A·B is <c>DepthFastest, DepthSlowest</c> over (M, K) and (K, N); Aᵀ·B <c>DepthSlowest, DepthSlowest</c> over (K, M) and
/// (K, N); A·Bᵀ <c>DepthFastest, DepthFastest</c> over (M, K) and (N, K). No matrix has 2³¹ elements or more.</para>
/// <para>Threads: group (x, y) computes rows x·R … of columns y·C·G …, G the group's width; a thread has R rows of the C
/// columns that start at its own, G apart, so that neighboring threads read neighboring columns: a vector load on a CPU, a
/// coalesced one on a GPU. The left operand is the same for all threads of a group: a broadcast. x runs fastest, so the panel
/// of the right operand stays in the cache while the rows pass by.</para>
/// <para>Costs: 2MNK FLOPs; a thread does R·C of them, twice, for R + C loads. No shared memory, no barriers. A tile's lines of the output
/// lie a row apart: they are prefetched while the sums are computed.</para>
/// <para>At the edges rows are clamped, so that loads stay inside, and surplus results are not stored; surplus columns
/// read zeros, and where one vector holds the last columns, no second is computed. Its unfused twins are <see cref="Plain"/> followed by
/// <see cref="Elementwise"/>. Tests: MatMulTests.</para>
/// </remarks>
public static class MatMul
{
    /// <summary>The kernel; launch it with <see cref="Grid"/>'s extent from <see cref="GridFor{TTile}"/>.</summary>
    public static void Multiply<TTile, TLeft, TRight, TEpilogue>(
        ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, ArrayView<float> bias, ArrayView<float> saved,
        MatMulShape shape)
        where TTile : struct, ITile
        where TLeft : struct, IOperand
        where TRight : struct, IOperand
        where TEpilogue : struct, IEpilogue
    {
        int firstRow = Grid.IdxX * TTile.Rows;
        int firstColumn = Grid.IdxY * (TTile.Columns * Group.DimX);
        ArrayView<float> sums = LocalMemory.Allocate<float>(TTile.Rows * TTile.Columns);
        for (int i = 0; i < TTile.Rows * TTile.Columns; i++)
            sums[i] = 0f;

        PrefetchTile<TTile>(output, firstRow, firstColumn, shape);
        int remaining = shape.Columns - firstColumn;
        if (remaining >= TTile.Columns * Group.DimX)
            Accumulate<TTile, TLeft, TRight>(left, right, sums, firstRow, firstColumn, shape, TTile.Columns, guarded: false);
        else if (remaining > Group.DimX)
            Accumulate<TTile, TLeft, TRight>(left, right, sums, firstRow, firstColumn, shape, TTile.Columns, guarded: true);
        else
            Accumulate<TTile, TLeft, TRight>(left, right, sums, firstRow, firstColumn, shape, 1, guarded: true);

        Store<TTile, TEpilogue>(sums, output, bias, saved, firstRow, firstColumn, shape);
    }

    /// <summary>Prefetches the lines of the output that the tile is stored to.</summary>
    internal static void PrefetchTile<TTile>(ArrayView<float> output, int firstRow, int firstColumn, MatMulShape shape)
        where TTile : struct, ITile
    {
        for (int i = 0; i < TTile.Rows; i++)
        {
            for (int j = 0; j < TTile.Columns; j++)
                Prefetch.Line(output, (firstRow + i) * shape.Columns + firstColumn + j * Group.DimX);
        }
    }

    /// <summary>Stores a thread's sums that lie in the output, each through the epilogue.</summary>
    internal static void Store<TTile, TEpilogue>(
        ArrayView<float> sums, ArrayView<float> output, ArrayView<float> bias, ArrayView<float> saved, int firstRow, int firstColumn,
        MatMulShape shape)
        where TTile : struct, ITile
        where TEpilogue : struct, IEpilogue
    {
        for (int j = 0; j < TTile.Columns; j++)
        {
            int column = firstColumn + j * Group.DimX + Group.IdxX;
            // Outside the loop over rows: a vector comparison costs more than a scalar one.
            if (column < shape.Columns)
            {
                for (int i = 0; i < TTile.Rows; i++)
                {
                    int index = (firstRow + i) * shape.Columns + column;
                    float sum = sums[i * TTile.Columns + j];
                    if (firstRow + i < shape.Rows)
                        output[index] = TEpilogue.IsCheap ? TEpilogue.Finish(sum, index, column, bias, saved) : sum;
                }
            }
        }
        if (!TEpilogue.IsCheap)
            FinishStored<TTile, TEpilogue>(output, bias, saved, firstRow, firstColumn, shape);
    }

    /// <summary>The groups that cover an output of the given size.</summary>
    public static Index3D GridFor<TTile>(int rows, int columns, int groupSize) where TTile : struct, ITile =>
        new(Launch.Groups(rows, TTile.Rows), Launch.Groups(columns, TTile.Columns * groupSize), 1);

    /// <summary>
    /// The epilogue of the thread's own results, read back from the cache: in a loop, for 24 copies of a long function would
    /// outgrow what a compiler optimizes.
    /// </summary>
    private static void FinishStored<TTile, TEpilogue>(
        ArrayView<float> output, ArrayView<float> bias, ArrayView<float> saved, int firstRow, int firstColumn, MatMulShape shape)
        where TTile : struct, ITile
        where TEpilogue : struct, IEpilogue
    {
        int lastRow = Math.Min(firstRow + TTile.Rows, shape.Rows);
        for (int row = firstRow; row < lastRow; row++)
        {
            for (int j = 0; j < TTile.Columns; j++)
            {
                int column = firstColumn + j * Group.DimX + Group.IdxX;
                int index = row * shape.Columns + column;
                if (column < shape.Columns)
                    output[index] = TEpilogue.Finish(output[index], index, column, bias, saved);
            }
        }
    }

    private static void Accumulate<TTile, TLeft, TRight>(
        ArrayView<float> left, ArrayView<float> right, ArrayView<float> sums, int firstRow, int firstColumn, MatMulShape shape,
        int columns, bool guarded)
        where TTile : struct, ITile
        where TLeft : struct, IOperand
        where TRight : struct, IOperand
    {
        ArrayView<int> rowStarts = LocalMemory.Allocate<int>(TTile.Rows);
        for (int i = 0; i < TTile.Rows; i++)
            rowStarts[i] = TLeft.Start(Math.Min(firstRow + i, shape.Rows - 1), shape.Depth);
        int rowStep = TLeft.Step(shape.Rows);
        int columnStep = TRight.Step(shape.Columns);
        ArrayView<float> factors = LocalMemory.Allocate<float>(TTile.Columns);

        for (int k = 0; k < shape.Depth; k++)
        {
            for (int j = 0; j < columns; j++)
            {
                int column = firstColumn + j * Group.DimX + Group.IdxX;
                int index = TRight.Start(column, shape.Depth) + k * columnStep;
                bool inside = !guarded | column < shape.Columns;
                factors[j] = inside ? right[index] : 0f;
            }
            for (int i = 0; i < TTile.Rows; i++)
            {
                float factor = left[rowStarts[i] + k * rowStep];
                for (int j = 0; j < columns; j++)
                    sums[i * TTile.Columns + j] = MathF.FusedMultiplyAdd(factor, factors[j], sums[i * TTile.Columns + j]);
            }
        }
    }
}
