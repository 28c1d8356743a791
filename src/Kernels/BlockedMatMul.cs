namespace VaeGpu.Kernels;

/// <summary>The matrix product for GPUs: <see cref="MatMul"/>'s results, bit for bit, with both operands staged in shared memory.</summary>
/// <remarks>
/// <para>Mathematics, shapes and layouts are MatMul's, the order of every sum included.</para>
/// <para>Threads: a group of 8×8 threads (64 in a row) computes a block of 8R×8C results. Thread (tx, ty) has rows
/// ty·R … ty·R + R−1 and columns tx, tx + 8, …: rows are then the same for eight threads, a broadcast, and columns lie in
/// different banks. The depth is taken in slabs of 16: all threads copy a slab of each operand, along the operand's own
/// direction in memory, then each does 16·R·C fused multiply-adds from it.</para>
/// <para>Costs: 2MNK FLOPs; MNK·4·(1/8R + 1/8C) bytes read, an R-th and a C-th of what one thread for each result would read
/// over 8 threads; 16·8·4·(R + C) shared bytes, 4 KB for 4×4. Two barriers for each slab: the slab must be complete before it
/// is used, and used up before the next is written over it.</para>
/// <para>Its predecessor is MatMul, which leaves the reuse to the cache. Test: MatMulTests.</para>
/// </remarks>
public static class BlockedMatMul
{
    /// <summary>Threads of a group.</summary>
    public const int GroupSize = Side * Side;
    private const int Side = 8;
    private const int Slab = 16;

    /// <summary>The kernel; launch it with groups of <see cref="GroupSize"/> threads.</summary>
    public static void Multiply<TTile, TLeft, TRight, TEpilogue>(
        ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, ArrayView<float> bias, ArrayView<float> saved,
        MatMulShape shape)
        where TTile : struct, ITile
        where TLeft : struct, IOperand
        where TRight : struct, IOperand
        where TEpilogue : struct, IEpilogue
    {
        ArrayView<float> leftSlab = SharedMemory.Allocate<float>(Slab * Side * TTile.Rows);
        ArrayView<float> rightSlab = SharedMemory.Allocate<float>(Slab * Side * TTile.Columns);
        ArrayView<float> sums = LocalMemory.Allocate<float>(TTile.Rows * TTile.Columns);
        for (int i = 0; i < TTile.Rows * TTile.Columns; i++)
            sums[i] = 0f;
        int firstRow = Grid.IdxX * (Side * TTile.Rows);
        int firstColumn = Grid.IdxY * (Side * TTile.Columns);

        for (int start = 0; start < shape.Depth; start += Slab)
        {
            Stage<TLeft>(left, leftSlab, Side * TTile.Rows, firstRow, shape.Rows, start, shape.Depth);
            Stage<TRight>(right, rightSlab, Side * TTile.Columns, firstColumn, shape.Columns, start, shape.Depth);
            Group.Barrier();
            // A short last slab ends early: adding zeros would turn a sum of −0 into +0.
            if (start + Slab <= shape.Depth)
                Accumulate<TTile>(leftSlab, rightSlab, sums, Slab);
            else
                Accumulate<TTile>(leftSlab, rightSlab, sums, shape.Depth - start);
            Group.Barrier();
        }
        Store<TTile, TEpilogue>(sums, output, bias, saved, firstRow, firstColumn, shape);
    }

    /// <summary>The groups that cover an output of the given size.</summary>
    public static Index3D GridFor<TTile>(int rows, int columns) where TTile : struct, ITile =>
        new(Launch.Groups(rows, Side * TTile.Rows), Launch.Groups(columns, Side * TTile.Columns), 1);

    /// <summary>slab[k, line] = the operand's element (first + line, start + k); neighbouring threads copy neighbours in memory.</summary>
    private static void Stage<TOperand>(
        ArrayView<float> operand, ArrayView<float> slab, int lines, int first, int allLines, int start, int depth)
        where TOperand : struct, IOperand
    {
        int step = TOperand.Step(allLines);
        for (int element = 0; element < Slab * lines; element += GroupSize)
        {
            int index = element + Group.IdxX;
            int k = TOperand.DepthIsFastest ? index % Slab : index / lines;
            int line = TOperand.DepthIsFastest ? index / Slab : index % lines;
            bool inside = (first + line < allLines) & (start + k < depth);
            slab[k * lines + line] = inside ? operand[TOperand.Start(first + line, depth) + (start + k) * step] : 0f;
        }
    }

    private static void Accumulate<TTile>(ArrayView<float> leftSlab, ArrayView<float> rightSlab, ArrayView<float> sums, int count)
        where TTile : struct, ITile
    {
        ArrayView<float> factors = LocalMemory.Allocate<float>(TTile.Columns);
        int row = Group.IdxX / Side * TTile.Rows;
        int column = Group.IdxX % Side;
        for (int k = 0; k < count; k++)
        {
            for (int j = 0; j < TTile.Columns; j++)
                factors[j] = rightSlab[k * (Side * TTile.Columns) + column + j * Side];
            for (int i = 0; i < TTile.Rows; i++)
            {
                float factor = leftSlab[k * (Side * TTile.Rows) + row + i];
                for (int j = 0; j < TTile.Columns; j++)
                    sums[i * TTile.Columns + j] = MathF.FusedMultiplyAdd(factor, factors[j], sums[i * TTile.Columns + j]);
            }
        }
    }

    private static void Store<TTile, TEpilogue>(
        ArrayView<float> sums, ArrayView<float> output, ArrayView<float> bias, ArrayView<float> saved, int firstRow, int firstColumn,
        MatMulShape shape)
        where TTile : struct, ITile
        where TEpilogue : struct, IEpilogue
    {
        int row = firstRow + Group.IdxX / Side * TTile.Rows;
        int column = firstColumn + Group.IdxX % Side;
        for (int i = 0; i < TTile.Rows; i++)
        {
            for (int j = 0; j < TTile.Columns; j++)
            {
                int index = (row + i) * shape.Columns + column + j * Side;
                if ((row + i < shape.Rows) & (column + j * Side < shape.Columns))
                    output[index] = TEpilogue.Finish(sums[i * TTile.Columns + j], index, column + j * Side, bias, saved);
            }
        }
    }
}
