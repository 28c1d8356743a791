namespace VaeGpu.Kernels.Products;

/// <summary>The matrix product for GPUs: <see cref="MatMul"/>'s results, bit for bit, with both operands staged in shared memory.</summary>
/// <remarks>
/// <para>Mathematics, shapes and layouts are MatMul's, the order of every sum included: the depth is never split, so that a
/// result does not depend on the device. Small products fill a GPU by smaller blocks instead (<see cref="IBlock"/>).</para>
/// <para>Threads: a group of TR×TC threads computes a block of R·TR × C·TC results. A warp is 4×8 threads. Thread (y, x) has rows
/// 4y … 4y + 3, then the 4 that lie 4·TR further on, and columns likewise: its operands are vectors of 4, which a warp reads
/// from shared memory without bank conflicts, most of them broadcast.</para>
/// <para>The depth is taken in slabs of S. While a group computes with one slab, the next one is on its way from global memory
/// into registers; then it is put into the other half of the shared memory. So one barrier for each slab is enough: behind it
/// the new half is complete, and the old one used up. A slab lies as slab[k, line]. Where the depth runs fastest in memory, a thread
/// takes 4 of k from a line, and puts them down one by one: the lines of 4k … 4k + 3 are turned against those of the next four, so
/// that a warp, 32·4/S lines of S/4 such threads, hits 32 banks.</para>
/// <para>Costs: 2MNK FLOPs; 4·MNK·(1/(C·TC) + 1/(R·TR)) bytes read, 16 at a time where rows are multiples of 4 long;
/// 8·S·(R·TR + C·TC) shared bytes, 32 KB for 128×128×16; R + C shared floats for R·C multiply-adds. At 128×128 that is 32 FLOPs
/// for each byte: compute-bound on every GPU.</para>
/// <para>Its predecessor is MatMul, which leaves the reuse to the cache. Not measured on hardware yet. Test: MatMulTests.</para>
/// </remarks>
public static class BlockedMatMul
{
    /// <summary>The kernel; launch it with groups of <see cref="GroupSize"/> threads.</summary>
    public static void Multiply<TBlock, TLeft, TRight, TEpilogue>(
        ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, ArrayView<float> bias, ArrayView<float> saved,
        MatMulShape shape)
        where TBlock : struct, IBlock
        where TLeft : struct, IOperand
        where TRight : struct, IOperand
        where TEpilogue : struct, IEpilogue
    {
        int leftSize = TBlock.Slab * Rows<TBlock>(), rightSize = TBlock.Slab * Columns<TBlock>();
        ArrayView<float> leftSlabs = SharedMemory.Allocate<float>(2 * TBlock.Slab * TBlock.Rows * TBlock.ThreadRows);
        ArrayView<float> rightSlabs = SharedMemory.Allocate<float>(2 * TBlock.Slab * TBlock.Columns * TBlock.ThreadColumns);
        ArrayView<float> leftNext = LocalMemory.Allocate<float>(TBlock.Slab * TBlock.Rows / TBlock.ThreadColumns);
        ArrayView<float> rightNext = LocalMemory.Allocate<float>(TBlock.Slab * TBlock.Columns / TBlock.ThreadRows);
        ArrayView<float> sums = LocalMemory.Allocate<float>(TBlock.Rows * TBlock.Columns);
        for (int i = 0; i < TBlock.Rows * TBlock.Columns; i++)
            sums[i] = 0f;
        int firstRow = Grid.IdxX * Rows<TBlock>();
        int firstColumn = Grid.IdxY * Columns<TBlock>();

        Fetch<TBlock, TLeft>(left, leftNext, Rows<TBlock>(), firstRow, shape.Rows, 0, shape.Depth);
        Fetch<TBlock, TRight>(right, rightNext, Columns<TBlock>(), firstColumn, shape.Columns, 0, shape.Depth);
        Put<TBlock, TLeft>(leftNext, leftSlabs, 0, Rows<TBlock>());
        Put<TBlock, TRight>(rightNext, rightSlabs, 0, Columns<TBlock>());
        Group.Barrier();
        int half = 0;
        for (int start = 0; start < shape.Depth; start += TBlock.Slab)
        {
            int next = start + TBlock.Slab;
            Fetch<TBlock, TLeft>(left, leftNext, Rows<TBlock>(), firstRow, shape.Rows, next, shape.Depth);
            Fetch<TBlock, TRight>(right, rightNext, Columns<TBlock>(), firstColumn, shape.Columns, next, shape.Depth);
            // A short last slab ends early: adding zeros would turn a sum of −0 into +0.
            if (next <= shape.Depth)
                Accumulate<TBlock, TLeft, TRight>(leftSlabs, half * leftSize, rightSlabs, half * rightSize, sums);
            else
                AccumulateRest<TBlock, TLeft, TRight>(leftSlabs, half * leftSize, rightSlabs, half * rightSize, sums, shape.Depth - start);
            half ^= 1;
            Put<TBlock, TLeft>(leftNext, leftSlabs, half * leftSize, Rows<TBlock>());
            Put<TBlock, TRight>(rightNext, rightSlabs, half * rightSize, Columns<TBlock>());
            Group.Barrier();
        }
        Store<TBlock, TEpilogue>(sums, output, bias, saved, firstRow, firstColumn, shape);
    }

    public static int GroupSize<TBlock>() where TBlock : struct, IBlock => TBlock.ThreadRows * TBlock.ThreadColumns;

    /// <summary>The groups that cover an output of the given size.</summary>
    public static Index3D GridFor<TBlock>(int rows, int columns) where TBlock : struct, IBlock =>
        new(Launch.Groups(rows, Rows<TBlock>()), Launch.Groups(columns, Columns<TBlock>()), 1);

    /// <summary>Whether every row of both operands and of the output is a multiple of 4 long, for <see cref="IBlock.Width"/> 4.</summary>
    public static bool IsWide<TLeft, TRight>(MatMulShape shape) where TLeft : struct, IOperand where TRight : struct, IOperand =>
        ((TLeft.DepthIsFastest ? shape.Depth : shape.Rows)
            | (TRight.DepthIsFastest ? shape.Depth : shape.Columns) | shape.Columns) % 4 == 0;

    private static int Rows<TBlock>() where TBlock : struct, IBlock => TBlock.Rows * TBlock.ThreadRows;

    private static int Columns<TBlock>() where TBlock : struct, IBlock => TBlock.Columns * TBlock.ThreadColumns;

    /// <summary>The thread's part of the operand's elements (first + line, start + k), zeros outside; neighbors read neighbors.</summary>
    private static void Fetch<TBlock, TOperand>(
        ArrayView<float> operand, ArrayView<float> next, int lines, int first, int allLines, int start, int depth)
        where TBlock : struct, IBlock
        where TOperand : struct, IOperand
    {
        for (int i = 0; i < TBlock.Slab * lines / GroupSize<TBlock>(); i += TBlock.Width)
        {
            int line = first + LineOf<TBlock, TOperand>(i, lines), k = start + DepthOf<TBlock, TOperand>(i, lines);
            bool inside = (line < allLines) & (k < depth);
            if (TBlock.Width == 4)
            {
                int index = TOperand.DepthIsFastest ? line * (depth >> 2) + (k >> 2) : k * (allLines >> 2) + (line >> 2);
                Float4 four = inside ? operand.Cast<Float4>()[index] : default;
                next[i] = four.X;
                next[i + 1] = four.Y;
                next[i + 2] = four.Z;
                next[i + 3] = four.W;
            }
            else
            {
                next[i] = inside ? operand[TOperand.Start(line, depth) + k * TOperand.Step(allLines)] : 0f;
            }
        }
    }

    /// <summary>Puts what <see cref="Fetch"/> got into a slab.</summary>
    private static void Put<TBlock, TOperand>(ArrayView<float> next, ArrayView<float> slabs, int slab, int lines)
        where TBlock : struct, IBlock
        where TOperand : struct, IOperand
    {
        for (int i = 0; i < TBlock.Slab * lines / GroupSize<TBlock>(); i++)
        {
            int inner = i % TBlock.Width;
            int line = LineOf<TBlock, TOperand>(i - inner, lines), k = DepthOf<TBlock, TOperand>(i - inner, lines);
            int place = TOperand.DepthIsFastest
                ? Place<TBlock, TOperand>(k, inner, line, lines)
                : Place<TBlock, TOperand>(k, 0, line, lines) + inner;
            slabs[slab + place] = next[i];
        }
    }

    /// <summary>The line of the thread's element i, counted in the slab.</summary>
    private static int LineOf<TBlock, TOperand>(int i, int lines)
        where TBlock : struct, IBlock
        where TOperand : struct, IOperand
    {
        int access = i / TBlock.Width * GroupSize<TBlock>() + Group.IdxX;
        return TOperand.DepthIsFastest ? access / (TBlock.Slab / TBlock.Width) : access % (lines / TBlock.Width) * TBlock.Width;
    }

    /// <summary>The depth of the thread's element i, counted in the slab.</summary>
    private static int DepthOf<TBlock, TOperand>(int i, int lines)
        where TBlock : struct, IBlock
        where TOperand : struct, IOperand
    {
        int access = i / TBlock.Width * GroupSize<TBlock>() + Group.IdxX;
        return TOperand.DepthIsFastest ? access % (TBlock.Slab / TBlock.Width) * TBlock.Width : access / (lines / TBlock.Width);
    }

    /// <summary>
    /// Where a line lies in a slab at depth k + more, which stay within one multiple of 4. It is turned by multiples of 4, so that vectors
    /// of 4 stay whole; turned by as much as there are lines it changes places with the neighboring depth's.
    /// </summary>
    private static int Place<TBlock, TOperand>(int k, int more, int line, int lines)
        where TBlock : struct, IBlock
        where TOperand : struct, IOperand
    {
        int unit = 128 / TBlock.Slab, turn = TOperand.DepthIsFastest ? (k >> 2) * unit & (32 - unit) : 0;
        int row = lines < 32 ? k + more ^ turn / lines : k + more;
        return row * lines + (line ^ turn & (lines - 1));
    }

    /// <summary>A whole slab; the operands of the next k are on their way while those of one k are multiplied.</summary>
    private static void Accumulate<TBlock, TLeft, TRight>(
        ArrayView<float> left, int leftSlab, ArrayView<float> right, int rightSlab, ArrayView<float> sums)
        where TBlock : struct, IBlock
        where TLeft : struct, IOperand
        where TRight : struct, IOperand
    {
        ArrayView<float> rows = LocalMemory.Allocate<float>(2 * TBlock.Rows);
        ArrayView<float> columns = LocalMemory.Allocate<float>(2 * TBlock.Columns);
        Read<TBlock, TLeft, TRight>(left, leftSlab, right, rightSlab, rows, 0, columns, 0, 0);
        for (int k = 0; k < TBlock.Slab; k++)
        {
            int now = k % 2, other = 1 - now;
            if (k + 1 < TBlock.Slab)
            {
                Read<TBlock, TLeft, TRight>(
                    left, leftSlab, right, rightSlab, rows, other * TBlock.Rows, columns, other * TBlock.Columns, k + 1);
            }
            Multiply<TBlock>(rows, now * TBlock.Rows, columns, now * TBlock.Columns, sums);
        }
    }

    private static void AccumulateRest<TBlock, TLeft, TRight>(
        ArrayView<float> left, int leftSlab, ArrayView<float> right, int rightSlab, ArrayView<float> sums, int count)
        where TBlock : struct, IBlock
        where TLeft : struct, IOperand
        where TRight : struct, IOperand
    {
        ArrayView<float> rows = LocalMemory.Allocate<float>(TBlock.Rows);
        ArrayView<float> columns = LocalMemory.Allocate<float>(TBlock.Columns);
        for (int k = 0; k < count; k++)
        {
            Read<TBlock, TLeft, TRight>(left, leftSlab, right, rightSlab, rows, 0, columns, 0, k);
            Multiply<TBlock>(rows, 0, columns, 0, sums);
        }
    }

    /// <summary>The thread's R elements of the left slab at a depth, and its C of the right one.</summary>
    private static void Read<TBlock, TLeft, TRight>(
        ArrayView<float> left, int leftSlab, ArrayView<float> right, int rightSlab,
        ArrayView<float> rows, int firstRow, ArrayView<float> columns, int firstColumn, int k)
        where TBlock : struct, IBlock
        where TLeft : struct, IOperand
        where TRight : struct, IOperand
    {
        for (int i = 0; i < TBlock.Rows; i++)
        {
            int place = Place<TBlock, TLeft>(k, 0, RowOf<TBlock>(i - i % 4), Rows<TBlock>()) + i % 4;
            rows[firstRow + i] = left[leftSlab + place];
        }
        for (int j = 0; j < TBlock.Columns; j++)
        {
            int place = Place<TBlock, TRight>(k, 0, ColumnOf<TBlock>(j - j % 4), Columns<TBlock>()) + j % 4;
            columns[firstColumn + j] = right[rightSlab + place];
        }
    }

    private static void Multiply<TBlock>(ArrayView<float> rows, int firstRow, ArrayView<float> columns, int firstColumn,
        ArrayView<float> sums)
        where TBlock : struct, IBlock
    {
        for (int i = 0; i < TBlock.Rows; i++)
        {
            for (int j = 0; j < TBlock.Columns; j++)
            {
                int sum = i * TBlock.Columns + j;
                sums[sum] = MathF.FusedMultiplyAdd(rows[firstRow + i], columns[firstColumn + j], sums[sum]);
            }
        }
    }

    /// <summary>The thread's row i, counted in the block.</summary>
    private static int RowOf<TBlock>(int i) where TBlock : struct, IBlock
    {
        int inVector = Math.Min(4, TBlock.Rows), lane = Group.IdxX % 32;
        int y = Group.IdxX / 32 / (TBlock.ThreadColumns / 8) * 4 + lane / 16 * 2 + lane % 2;
        return i / inVector * (inVector * TBlock.ThreadRows) + y * inVector + i % inVector;
    }

    /// <summary>The thread's column j, counted in the block.</summary>
    private static int ColumnOf<TBlock>(int j) where TBlock : struct, IBlock
    {
        int inVector = Math.Min(4, TBlock.Columns), lane = Group.IdxX % 32;
        int x = Group.IdxX / 32 % (TBlock.ThreadColumns / 8) * 8 + lane / 2 % 8;
        return j / inVector * (inVector * TBlock.ThreadColumns) + x * inVector + j % inVector;
    }

    private static void Store<TBlock, TEpilogue>(
        ArrayView<float> sums, ArrayView<float> output, ArrayView<float> bias, ArrayView<float> saved, int firstRow, int firstColumn,
        MatMulShape shape)
        where TBlock : struct, IBlock
        where TEpilogue : struct, IEpilogue
    {
        int width = Math.Min(TBlock.Width, Math.Min(4, TBlock.Columns));
        ArrayView<float> finished = LocalMemory.Allocate<float>(4);
        for (int i = 0; i < TBlock.Rows; i++)
        {
            int row = firstRow + RowOf<TBlock>(i);
            for (int j = 0; j < TBlock.Columns; j += width)
            {
                int column = firstColumn + ColumnOf<TBlock>(j);
                int index = row * shape.Columns + column;
                if ((row < shape.Rows) & (column < shape.Columns))
                {
                    for (int c = 0; c < width; c++)
                        finished[c] = TEpilogue.Finish(sums[i * TBlock.Columns + j + c], index + c, column + c, bias, saved);
                    if (width == 4)
                    {
                        output.Cast<Float4>()[row * (shape.Columns >> 2) + (column >> 2)] =
                            new Float4 { X = finished[0], Y = finished[1], Z = finished[2], W = finished[3] };
                    }
                    else
                    {
                        for (int c = 0; c < width; c++)
                            output[index + c] = finished[c];
                    }
                }
            }
        }
    }
}
