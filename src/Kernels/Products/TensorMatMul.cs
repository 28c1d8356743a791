using ILGPU.Runtime.Cuda;
using static VaeGpu.Kernels.Products.TensorInstructions;

namespace VaeGpu.Kernels.Products;

/// <summary>The block of results of a group of <see cref="TensorMatMul"/>: its four warps share it two by two.</summary>
public interface ITensorBlock
{
    /// <summary>Tiles of 16 rows of a warp.</summary>
    static abstract int RowTiles { get; }
    /// <summary>Tiles of 8 columns of a warp; even.</summary>
    static abstract int ColumnTiles { get; }
}

/// <summary>A warp has 32×32 results.</summary>
public struct Tensor64x64 : ITensorBlock
{
    public static int RowTiles => 2;
    public static int ColumnTiles => 4;
}

/// <summary>A warp has 16×16 results.</summary>
public struct Tensor32x32 : ITensorBlock
{
    public static int RowTiles => 1;
    public static int ColumnTiles => 2;
}

/// <summary>The matrix product on tensor cores (compute capability 8.0 on): output = epilogue(op(left)·op(right)), rounded.</summary>
/// <remarks>
/// <para>Mathematics, shapes and layouts are <see cref="MatMul"/>'s; the factors are rounded as <see cref="ITensorPrecision"/> says, and
/// the sums are fp32 in the order that the hardware takes: close to MatMul's results, and not the same on every GPU.</para>
/// <para>Threads: 128, four warps 2×2, each with RowTiles×ColumnTiles tiles of 16×8 results in registers.</para>
/// <para>The depth is taken in slabs of 32 by <c>cp.async</c>, three of them in shared memory: one is multiplied while two are on their
/// way. The barrier of a round says that a slab has come for all threads, and that all are done with the one before it, whose place
/// the next takes. Rows and depths that are not there are filled with zeros.</para>
/// <para>A slab lies in memory's own order. [line, k], k neighbors in memory: the eight 16-byte parts of a line are turned by line % 8,
/// and <c>ldmatrix</c> takes eight lines' parts from different banks. [k, line]: lines are turned by 8·(k % 4), and the lanes of a load,
/// 8 lines of 4 k, have different banks.</para>
/// <para>Costs: 2MNK FLOPs; 4·MNK·(1/rows + 1/columns of the block) bytes read by 16 at a time (by 4 where rows are not multiples of
/// 4 long, or a view does not begin at a multiple of 16 bytes); 12·32·(rows + columns) shared bytes, 48 KB for 64×64. Every
/// group that reads a factor rounds it again, and reads 4 bytes of it: <see cref="PackedMatMul"/> is for products that are large
/// enough.</para>
/// <para>Predecessor: <see cref="BlockedMatMul"/>. Not measured on hardware yet. Test: TensorMatMulTests.</para>
/// </remarks>
public static class TensorMatMul
{
    public const int GroupSize = 128;
    private const int Slab = 32;
    private const int Stages = 3;

    /// <summary>The kernel; launch it with <see cref="Config{TBlock}"/>.</summary>
    public static void Multiply<TBlock, TPrecision, TLeft, TRight, TEpilogue>(
        ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, ArrayView<float> bias, ArrayView<float> saved,
        MatMulShape shape)
        where TBlock : struct, ITensorBlock
        where TPrecision : struct, ITensorPrecision
        where TLeft : struct, IOperand
        where TRight : struct, IOperand
        where TEpilogue : struct, IEpilogue
    {
        int rows = Rows<TBlock>(), columns = Columns<TBlock>(), stageSize = Slab * (rows + columns);
        ArrayView<float> slabs = SharedMemory.GetDynamic<float>();
        uint shared = SharedAddress(slabs);
        ulong leftAddress = GlobalAddress(left), rightAddress = GlobalAddress(right);
        bool leftWide = IsWide<TLeft>(leftAddress, shape.Rows, shape.Depth),
            rightWide = IsWide<TRight>(rightAddress, shape.Columns, shape.Depth);
        int firstRow = Grid.IdxX * rows, firstColumn = Grid.IdxY * columns;
        ArrayView<float> sums = LocalMemory.Allocate<float>(TBlock.RowTiles * TBlock.ColumnTiles * 4);
        for (int i = 0; i < TBlock.RowTiles * TBlock.ColumnTiles * 4; i++)
            sums[i] = 0f;

        for (int stage = 0; stage < Stages - 1; stage++)
        {
            uint slab = shared + (uint)(stage * stageSize * 4);
            Fetch<TLeft>(leftAddress, slab, rows, firstRow, shape.Rows, stage * Slab, shape.Depth, leftWide);
            Fetch<TRight>(rightAddress, slab + (uint)(Slab * rows * 4), columns, firstColumn, shape.Columns, stage * Slab, shape.Depth,
                rightWide);
            Commit();
        }
        int now = 0;
        for (int start = 0; start < shape.Depth; start += Slab)
        {
            CudaAsm.Emit("cp.async.wait_group 1;");
            Group.Barrier();
            int next = (now == 0 ? Stages - 1 : now - 1) * stageSize, ahead = start + (Stages - 1) * Slab;
            uint slab = shared + (uint)(next * 4);
            Fetch<TLeft>(leftAddress, slab, rows, firstRow, shape.Rows, ahead, shape.Depth, leftWide);
            Fetch<TRight>(rightAddress, slab + (uint)(Slab * rows * 4), columns, firstColumn, shape.Columns, ahead, shape.Depth, rightWide);
            Commit();
            Accumulate<TBlock, TPrecision, TLeft, TRight>(slabs, shared, now * stageSize, sums);
            now = now == Stages - 1 ? 0 : now + 1;
        }
        CudaAsm.Emit("cp.async.wait_all;");
        Store<TBlock, TEpilogue>(sums, output, bias, saved, firstRow, firstColumn, shape);
    }

    /// <summary>The launch that covers an output of the given size.</summary>
    public static KernelConfig Config<TBlock>(int rows, int columns) where TBlock : struct, ITensorBlock =>
        new(GridFor<TBlock>(rows, columns), new Index3D(GroupSize, 1, 1), SharedMemoryConfig.RequestDynamic<float>(
            Stages * Slab * (Rows<TBlock>() + Columns<TBlock>())));

    /// <summary>The groups that cover an output of the given size.</summary>
    public static Index3D GridFor<TBlock>(int rows, int columns) where TBlock : struct, ITensorBlock =>
        new(Launch.Groups(rows, Rows<TBlock>()), Launch.Groups(columns, Columns<TBlock>()), 1);

    private static int Rows<TBlock>() where TBlock : struct, ITensorBlock => 2 * 16 * TBlock.RowTiles;

    private static int Columns<TBlock>() where TBlock : struct, ITensorBlock => 2 * 8 * TBlock.ColumnTiles;

    /// <summary>Whether every 16 bytes of an operand's rows are one aligned access.</summary>
    private static bool IsWide<TOperand>(ulong address, int lines, int depth) where TOperand : struct, IOperand =>
        ((address & 15) == 0) & ((TOperand.DepthIsFastest ? depth : lines) % 4 == 0);

    /// <summary>Starts the copies of the operand's elements (first + line, start + k) into a slab; neighbors copy neighbors.</summary>
    private static void Fetch<TOperand>(ulong operand, uint slab, int lines, int first, int allLines, int start, int depth, bool wide)
        where TOperand : struct, IOperand
    {
        if (wide)
            FetchFours<TOperand>(operand, slab, lines, first, allLines, start, depth);
        else
            FetchOnes<TOperand>(operand, slab, lines, first, allLines, start, depth);
    }

    /// <summary>By 16 bytes. A thread's copies are whole turns of lines, or of the depth, apart: only their rows differ.</summary>
    private static void FetchFours<TOperand>(ulong operand, uint slab, int lines, int first, int allLines, int start, int depth)
        where TOperand : struct, IOperand
    {
        int pitch = TOperand.DepthIsFastest ? Slab : lines, step = GroupSize / (pitch / 4);
        int row = Group.IdxX / (pitch / 4), inRow = Group.IdxX % (pitch / 4) * 4;
        int line = TOperand.DepthIsFastest ? row : inRow, k = TOperand.DepthIsFastest ? inRow : row;
        int rowLength = TOperand.DepthIsFastest ? depth : allLines;
        int rowsLeft = (TOperand.DepthIsFastest ? allLines - first : depth - start) - row;
        bool isInRow = TOperand.DepthIsFastest ? start + k < depth : first + line < allLines;
        uint target = slab + (uint)(4 * Place<TOperand>(line, k, lines));
        long source = 4L * (TOperand.Start(first + line, depth) + (start + k) * TOperand.Step(allLines));
        for (int i = 0; i < lines * Slab / 4 / GroupSize; i++)
        {
            bool inside = isInRow & (i * step < rowsLeft);
            CopySixteen(target + (uint)(i * step * pitch * 4), operand + (ulong)(inside ? source + 4L * (i * step * rowLength) : 0),
                inside);
        }
    }

    private static void FetchOnes<TOperand>(ulong operand, uint slab, int lines, int first, int allLines, int start, int depth)
        where TOperand : struct, IOperand
    {
        for (int i = 0; i < lines * Slab / GroupSize; i++)
        {
            int element = i * GroupSize + Group.IdxX;
            int line = TOperand.DepthIsFastest ? element / Slab : element % lines,
                k = TOperand.DepthIsFastest ? element % Slab : element / lines;
            bool inside = (first + line < allLines) & (start + k < depth);
            long source = 4L * (TOperand.Start(first + line, depth) + (start + k) * TOperand.Step(allLines));
            CopyFour(slab + (uint)(4 * Place<TOperand>(line, k, lines)), operand + (ulong)(inside ? source : 0), inside);
        }
    }

    /// <summary>Where an element lies in a slab.</summary>
    private static int Place<TOperand>(int line, int k, int lines) where TOperand : struct, IOperand => TOperand.DepthIsFastest
        ? line * Slab + ((((k >> 2) ^ line & 7) << 2) | k & 3)
        : k * lines + (line ^ (k & 3) << 3);

    private static void Accumulate<TBlock, TPrecision, TLeft, TRight>(ArrayView<float> slabs, uint shared, int stage, ArrayView<float> sums)
        where TBlock : struct, ITensorBlock
        where TPrecision : struct, ITensorPrecision
        where TLeft : struct, IOperand
        where TRight : struct, IOperand
    {
        ArrayView<float> leftNumbers = LocalMemory.Allocate<float>(8);
        ArrayView<float> rightNumbers = LocalMemory.Allocate<float>(8);
        ArrayView<uint> left = LocalMemory.Allocate<uint>(TBlock.RowTiles * TPrecision.LeftWords);
        ArrayView<uint> right = LocalMemory.Allocate<uint>(TBlock.ColumnTiles * TPrecision.RightWords);
        int warp = Group.IdxX / 32, rightSlab = stage + Slab * Rows<TBlock>();
        int row = warp / 2 * (16 * TBlock.RowTiles), column = warp % 2 * (8 * TBlock.ColumnTiles);
        for (int k = 0; k < Slab; k += 16)
        {
            for (int m = 0; m < TBlock.RowTiles; m++)
            {
                for (int half = 0; half < 2; half++)
                    Read<TLeft>(slabs, shared, stage, Rows<TBlock>(), row + 16 * m, k + 8 * half, leftNumbers, 4 * half, true);
                TPrecision.PackLeft(leftNumbers, 0, left, m * TPrecision.LeftWords);
            }
            for (int n = 0; n < TBlock.ColumnTiles; n += 2)
            {
                for (int half = 0; half < 2; half++)
                    ReadPair<TRight>(slabs, shared, rightSlab, Columns<TBlock>(), column + 8 * n, k + 8 * half, rightNumbers, 2 * half);
                TPrecision.PackRight(rightNumbers, 0, right, n * TPrecision.RightWords);
                TPrecision.PackRight(rightNumbers, 4, right, (n + 1) * TPrecision.RightWords);
            }
            for (int m = 0; m < TBlock.RowTiles; m++)
            {
                for (int n = 0; n < TBlock.ColumnTiles; n++)
                {
                    for (int part = 0; part < TPrecision.LeftWords / 4; part++)
                    {
                        TPrecision.MultiplyAdd(sums, (m * TBlock.ColumnTiles + n) * 4, left, m * TPrecision.LeftWords + 4 * part,
                            right, n * TPrecision.RightWords + 2 * part);
                    }
                }
            }
        }
    }

    /// <summary>Of two neighboring tiles of 8 columns: the first's numbers at <paramref name="at"/>, the second's 4 further on.</summary>
    private static void ReadPair<TOperand>(
        ArrayView<float> slabs, uint shared, int slab, int lines, int line, int k, ArrayView<float> numbers, int at)
        where TOperand : struct, IOperand
    {
        ArrayView<float> four = LocalMemory.Allocate<float>(4);
        Read<TOperand>(slabs, shared, slab, lines, line, k, four, 0, false);
        numbers[at] = four[0];
        numbers[at + 1] = four[1];
        numbers[at + 4] = four[2];
        numbers[at + 5] = four[3];
    }

    /// <summary>
    /// The lane's four numbers of 16 lines × 8 of the depth: (l/4, l%4) of the four squares of 8 lines × 4, lines running fastest from
    /// one square to the next, or the depth.
    /// </summary>
    private static void Read<TOperand>(
        ArrayView<float> slabs, uint shared, int slab, int lines, int line, int k, ArrayView<float> numbers, int at, bool linesFirst)
        where TOperand : struct, IOperand
    {
        int lane = Group.IdxX % 32;
        if (TOperand.DepthIsFastest)
        {
            // Lane l gives the address of line l % 8 of square l / 8: four numbers, of which each lane gets one.
            int square = lane / 8, down = linesFirst ? square % 2 : square / 2, along = linesFirst ? square / 2 : square % 2;
            ArrayView<uint> words = LocalMemory.Allocate<uint>(4);
            LoadSquares(shared + (uint)(4 * (slab + Place<TOperand>(line + 8 * down + lane % 8, k + 4 * along, lines))), words, 0);
            for (int i = 0; i < 4; i++)
                numbers[at + i] = Interop.IntAsFloat(words[i]);
        }
        else
        {
            for (int square = 0; square < 4; square++)
            {
                int down = linesFirst ? square % 2 : square / 2, along = linesFirst ? square / 2 : square % 2;
                numbers[at + square] = slabs[slab + Place<TOperand>(line + 8 * down + lane / 4, k + 4 * along + lane % 4, lines)];
            }
        }
    }

    private static void Store<TBlock, TEpilogue>(
        ArrayView<float> sums, ArrayView<float> output, ArrayView<float> bias, ArrayView<float> saved, int firstRow, int firstColumn,
        MatMulShape shape)
        where TBlock : struct, ITensorBlock
        where TEpilogue : struct, IEpilogue
    {
        int warp = Group.IdxX / 32, lane = Group.IdxX % 32;
        int row = firstRow + warp / 2 * (16 * TBlock.RowTiles) + lane / 4;
        int column = firstColumn + warp % 2 * (8 * TBlock.ColumnTiles) + lane % 4 * 2;
        for (int i = 0; i < TBlock.RowTiles * TBlock.ColumnTiles * 4; i++)
        {
            int tile = i / 4, down = i % 4 / 2 * 8, along = i % 2;
            int y = row + tile / TBlock.ColumnTiles * 16 + down, x = column + tile % TBlock.ColumnTiles * 8 + along;
            int index = y * shape.Columns + x;
            if ((y < shape.Rows) & (x < shape.Columns))
                output[index] = TEpilogue.Finish(sums[i], index, x, bias, saved);
        }
    }
}
