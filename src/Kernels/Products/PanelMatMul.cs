namespace VaeGpu.Kernels.Products;

/// <summary>The matrix product for vector processors: <see cref="MatMul"/>'s results, bit for bit, from packed factors.</summary>
/// <remarks>
/// <para>Mathematics and the order of every sum are MatMul's. The left factor comes from <see cref="PackStrips"/> where its depth lies side
/// by side in memory, else from <see cref="PackPanels"/>; the right one from PackPanels, in panels of C·G columns. A launch has
/// some of them, from firstPanel on, and the whole depth: sums that a later launch takes up would be stored and loaded row by row of the
/// output, each in another page, which costs more than the cache saves. The output is (rows, columns), row-major.</para>
/// <para>Threads: MatMul's. Group (x, y, z) has tile z·X + x of R rows, X the grid's extent, and the columns (firstPanel + y)·C·G …; x runs
/// fastest, so that a panel of the right factor stays in the first cache while X tiles of the left one pass from the second.</para>
/// <para>Costs: 2MNK FLOPs; in the loop C vector loads and R broadcasts for R·C multiply-adds, all from two places that move on in step:
/// two pointers, which leave the registers to the sums, and two streams, which no stride can map on few sets of a cache. No shared
/// memory, no barriers.</para>
/// <para>The last panel computes only the vectors of columns that it has.</para>
/// <para>Its predecessor is MatMul, which reads the factors where they lie: better where a product is too small to pay for the packing.
/// Tests: PanelMatMulTests.</para>
/// </remarks>
public static class PanelMatMul
{
    /// <summary>The kernel; launch it with a group for each R rows of each panel, some rows at a time.</summary>
    public static void Multiply<TTile, TLeft, TEpilogue>(
        ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, ArrayView<float> bias, ArrayView<float> saved,
        MatMulShape shape, int firstPanel)
        where TTile : struct, ITile
        where TLeft : struct, IOperand
        where TEpilogue : struct, IEpilogue
    {
        int firstRow = (Grid.IdxZ * Grid.DimX + Grid.IdxX) * TTile.Rows;
        if (firstRow >= shape.Rows)
            return;
        int firstColumn = (firstPanel + Grid.IdxY) * (TTile.Columns * Group.DimX);
        ArrayView<float> sums = LocalMemory.Allocate<float>(TTile.Rows * TTile.Columns);
        for (int i = 0; i < TTile.Rows * TTile.Columns; i++)
            sums[i] = 0f;
        int vectors = Launch.Groups(shape.Columns - firstColumn, Group.DimX);
        if (vectors >= TTile.Columns)
            Accumulate<TTile, TLeft>(left, right, sums, firstRow, shape, TTile.Columns);
        else if (TTile.Columns > 2 && vectors == 2)
            Accumulate<TTile, TLeft>(left, right, sums, firstRow, shape, 2);
        else
            Accumulate<TTile, TLeft>(left, right, sums, firstRow, shape, 1);
        MatMul.Store<TTile, TEpilogue>(sums, output, bias, saved, firstRow, firstColumn, shape);
    }

    /// <summary>Lines of a panel of the left factor: a strip's rows, or the least multiple of them that vectors can copy.</summary>
    public static int LeftWidth<TTile, TLeft>() where TTile : struct, ITile where TLeft : struct, IOperand
    {
        int width = TTile.Rows;
        while (!TLeft.DepthIsFastest && width % 16 != 0)
            width += TTile.Rows;
        return width;
    }

    private static void Accumulate<TTile, TLeft>(
        ArrayView<float> left, ArrayView<float> right, ArrayView<float> sums, int firstRow, MatMulShape shape, int columns)
        where TTile : struct, ITile
        where TLeft : struct, IOperand
    {
        ArrayView<float> factors = LocalMemory.Allocate<float>(TTile.Columns);
        int width = TTile.Columns * Group.DimX;
        int panel = firstRow / LeftWidth<TTile, TLeft>() * LeftWidth<TTile, TLeft>();
        int blockDepth = TLeft.DepthIsFastest ? PackStrips.Depth : shape.Depth;
        int leftStart = TLeft.DepthIsFastest ? firstRow * PackStrips.PaddedDepth(shape.Depth) : panel * shape.Depth + firstRow - panel;
        int depthStep = TLeft.DepthIsFastest ? 1 : LeftWidth<TTile, TLeft>(), rowStep = TLeft.DepthIsFastest ? PackStrips.Depth : 1;
        int rightStart = Grid.IdxY * width * shape.Depth + Group.IdxX;
        for (int block = 0; block < shape.Depth; block += blockDepth)
        {
            int count = Math.Min(blockDepth, shape.Depth - block);
            for (int k = 0; k < count; k++)
            {
                for (int j = 0; j < columns; j++)
                    factors[j] = right[rightStart + block * width + k * width + j * Group.DimX];
                for (int i = 0; i < TTile.Rows; i++)
                {
                    float factor = left[leftStart + block * TTile.Rows + k * depthStep + i * rowStep];
                    for (int j = 0; j < columns; j++)
                        sums[i * TTile.Columns + j] = MathF.FusedMultiplyAdd(factor, factors[j], sums[i * TTile.Columns + j]);
                }
            }
        }
    }
}
