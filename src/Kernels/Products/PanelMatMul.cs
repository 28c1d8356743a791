using VaeGpu.Gpu;

namespace VaeGpu.Kernels.Products;

/// <summary>The part of a product that a launch of <see cref="PanelMatMul"/> computes.</summary>
public struct PanelPart
{
    /// <summary>The first panel of the right factor.</summary>
    public int FirstPanel;
    /// <summary>1 where the sums go on from those that the output holds, else 0.</summary>
    public int Accumulates;
    /// <summary>The depth of the whole product: the distance of the rows of a left factor that is <see cref="DepthFastest"/>.</summary>
    public int WholeDepth;
}

/// <summary>The matrix product for vector processors: <see cref="MatMul"/>'s results, bit for bit, from a packed right factor.</summary>
/// <remarks>
/// <para>Mathematics and the order of every sum are MatMul's. The right factor comes from <see cref="PackPanels"/>, in panels of C·G
/// columns. The left one is read where it lies, or comes from PackPanels, too, and is then <see cref="InPanels"/>. A launch has some
/// panels of the right factor, and the whole depth or a part of it: the factors' views start at that part, and <c>shape.Depth</c> is its
/// depth. Partial sums are kept in the output; all launches but the last are <see cref="Plain"/>. The output is (rows, columns),
/// row-major.</para>
/// <para>Threads: MatMul's. Group (x, y, z) has tile z·X + x of R rows, X the grid's extent, and the columns (FirstPanel + y)·C·G …; x runs
/// fastest, so that a panel of the right factor stays in the first cache while X tiles of the left one pass from the second.</para>
/// <para>Costs: 2MNK FLOPs; in the loop C vector loads and R broadcasts for R·C multiply-adds, from R + 1 places that move on in step: so
/// few pointers that most or all stay in registers. No shared memory, no barriers.</para>
/// <para>With narrow vectors the loop is unrolled four times: 12 multiply-adds have as many other instructions around them, and these
/// limit a core whose two hardware threads are both busy. With wide ones it is unrolled twice where the left factor has one pointer.</para>
/// <para>The last panel computes only the vectors of columns that it has.</para>
/// <para>Its predecessor is MatMul, which reads the factors where they lie: better where a product is too small to pay for the packing.
/// Tests: PanelMatMulTests.</para>
/// </remarks>
public static class PanelMatMul
{
    /// <summary>The kernel; launch it with a group for each R rows of each panel, some rows at a time.</summary>
    public static void Multiply<TTile, TLeft, TEpilogue>(
        ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, ArrayView<float> bias, ArrayView<float> saved,
        MatMulShape shape, PanelPart part)
        where TTile : struct, ITile
        where TLeft : struct, IOperand
        where TEpilogue : struct, IEpilogue
    {
        int firstRow = (Grid.IdxZ * Grid.DimX + Grid.IdxX) * TTile.Rows;
        if (firstRow >= shape.Rows)
            return;
        int firstColumn = (part.FirstPanel + Grid.IdxY) * (TTile.Columns * Group.DimX);
        ArrayView<float> sums = LocalMemory.Allocate<float>(TTile.Rows * TTile.Columns);
        Begin<TTile>(sums, output, firstRow, firstColumn, shape, part);
        int vectors = Launch.Groups(shape.Columns - firstColumn, Group.DimX);
        int wholeDepth = part.WholeDepth;
        if (vectors >= TTile.Columns)
            Accumulate<TTile, TLeft>(left, right, sums, firstRow, shape, wholeDepth, TTile.Columns);
        else if (TTile.Columns > 2 && vectors == 2)
            Accumulate<TTile, TLeft>(left, right, sums, firstRow, shape, wholeDepth, 2);
        else
            Accumulate<TTile, TLeft>(left, right, sums, firstRow, shape, wholeDepth, 1);
        MatMul.Store<TTile, TEpilogue>(sums, output, bias, saved, firstRow, firstColumn, shape);
    }

    /// <summary>Begins the sums: with zeros, or with those of the parts of the depth before.</summary>
    internal static void Begin<TTile>(
        ArrayView<float> sums, ArrayView<float> output, int firstRow, int firstColumn, MatMulShape shape, PanelPart part)
        where TTile : struct, ITile
    {
        for (int i = 0; i < TTile.Rows * TTile.Columns; i++)
            sums[i] = 0f;
        if (part.Accumulates == 0)
            return;
        for (int j = 0; j < TTile.Columns; j++)
        {
            int column = firstColumn + j * Group.DimX + Group.IdxX;
            if (column < shape.Columns)
            {
                for (int i = 0; i < TTile.Rows; i++)
                    sums[i * TTile.Columns + j] = output[Math.Min(firstRow + i, shape.Rows - 1) * shape.Columns + column];
            }
        }
    }

    internal static void Accumulate<TTile, TLeft>(
        ArrayView<float> left, ArrayView<float> right, ArrayView<float> sums, int firstRow, MatMulShape shape, int wholeDepth,
        int columns)
        where TTile : struct, ITile
        where TLeft : struct, IOperand
    {
        ArrayView<int> rowStarts = LocalMemory.Allocate<int>(TTile.Rows);
        int first = TLeft.Start(firstRow, shape.Depth);
        for (int i = 0; i < TTile.Rows; i++)
            rowStarts[i] = TLeft.IsPadded ? first + i : TLeft.Start(Math.Min(firstRow + i, shape.Rows - 1), wholeDepth);
        int rowStep = TLeft.Step(shape.Rows), width = TTile.Columns * Group.DimX;
        int rightStart = Grid.IdxY * width * shape.Depth + Group.IdxX;
        int whole = shape.Depth & -AtOnce<TLeft>();
        for (int k = 0; k < whole; k += AtOnce<TLeft>())
        {
            Iterations.KeepOrder();
            int leftAt = k * rowStep, rightAt = rightStart + k * width;
            for (int u = 0; u < AtOnce<TLeft>(); u++)
                Add<TTile>(left, right, sums, rowStarts, leftAt + u * rowStep, rightAt + u * width, columns);
        }
        if (AtOnce<TLeft>() > 1)
        {
            for (int k = whole; k < shape.Depth; k++)
                Add<TTile>(left, right, sums, rowStarts, k * rowStep, rightStart + k * width, columns);
        }
    }

    /// <summary>Depths of an iteration.</summary>
    private static int AtOnce<TLeft>() where TLeft : struct, IOperand => Group.DimX < 16 ? 4 : TLeft.IsPadded ? 2 : 1;

    /// <summary>The products of one depth.</summary>
    internal static void Add<TTile>(
        ArrayView<float> left, ArrayView<float> right, ArrayView<float> sums, ArrayView<int> rowStarts, int leftAt, int rightAt,
        int columns)
        where TTile : struct, ITile
    {
        ArrayView<float> factors = LocalMemory.Allocate<float>(TTile.Columns);
        for (int j = 0; j < columns; j++)
            factors[j] = right[rightAt + j * Group.DimX];
        for (int i = 0; i < TTile.Rows; i++)
        {
            float factor = left[rowStarts[i] + leftAt];
            for (int j = 0; j < columns; j++)
                sums[i * TTile.Columns + j] = MathF.FusedMultiplyAdd(factor, factors[j], sums[i * TTile.Columns + j]);
        }
    }
}
