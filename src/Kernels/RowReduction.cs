namespace VaeGpu.Kernels;

/// <summary>Sums over a row whose shape does not depend on the group's size, so that every device gives the same bits.</summary>
/// <remarks>
/// <para>Partial sum p of <see cref="Width"/> takes elements p, p + Width, p + 2·Width, … in order, from 0; a binary tree adds
/// the partial sums: p and p + 128, then p and p + 64, … . One group has one row. With fewer threads than partial sums each
/// thread has several; the group's size divides Width.</para>
/// <para>Partial sums behind a short row are zeros, and to add them changes nothing: <see cref="WidthFor"/> leaves them out.</para>
/// <para>A kernel forms the partial sums itself, fused with whatever it computes, in the way of <see cref="Run"/>, and calls
/// <see cref="Tree"/>. 1024 shared bytes. Test: ReductionTests.</para>
/// </remarks>
public static class RowReduction
{
    /// <summary>The number of partial sums.</summary>
    public const int Width = 256;
    private const int LeastWidth = 16;

    /// <summary>sums[i] = Σⱼ matrix[i, j]; group i has row i.</summary>
    public static void Run(ArrayView<float> matrix, ArrayView<float> sums, MatrixShape shape)
    {
        ArrayView<float> partial = SharedMemory.Allocate<float>(Width);
        int start = Grid.IdxX * shape.Columns;
        int width = WidthFor(shape.Columns);
        for (int first = 0; first < width; first += Group.DimX)
        {
            float sum = 0f;
            for (int block = first; block < shape.Columns; block += width)
            {
                int column = block + Group.IdxX;
                sum += column < shape.Columns ? matrix[start + column] : 0f;
            }
            partial[first + Group.IdxX] = sum;
        }
        float total = Tree(partial, width);
        if (Group.IdxX == 0)
            sums[Grid.IdxX] = total;
    }

    /// <summary>The partial sums of a row that can be other than zero, rounded up to a power of two.</summary>
    public static int WidthFor(int columns)
    {
        int width = LeastWidth;
        while (width < Width & width < columns)
            width *= 2;
        return width;
    }

    /// <summary>
    /// The sum of the first <paramref name="width"/> partial sums, in every thread. Called by all threads of the group; overwrites them.
    /// </summary>
    /// <remarks>
    /// The first barrier: the partial sums must all be there. One after each level: the next adds what other threads wrote.
    /// Within a level reads lie in the upper half and writes in the lower, so none is needed.
    /// </remarks>
    public static float Tree(ArrayView<float> partial, int width)
    {
        Group.Barrier();
        for (int half = width / 2; half > 0; half /= 2)
        {
            for (int first = 0; first < half; first += Group.DimX)
            {
                int index = first + Group.IdxX;
                if (index < half)
                    partial[index] += partial[index + half];
            }
            Group.Barrier();
        }
        return partial[0];
    }
}
