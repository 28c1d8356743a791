namespace VaeGpu.Kernels;

/// <summary>What is added up along a row: a struct of what the terms are made of.</summary>
public interface IRowTerm
{
    /// <summary>The sum with one column's term added; called once for each column.</summary>
    float AddTo(float sum, int column);
}

/// <summary>The numbers of a row as they lie in memory.</summary>
public struct RowOf : IRowTerm
{
    /// <summary>Where the row lies.</summary>
    public ArrayView<float> Values;
    /// <summary>Its first element.</summary>
    public int Start;

    public readonly float AddTo(float sum, int column) => sum + Values[Start + column];
}

/// <summary>Sums over a row whose shape does not depend on the group's size, so that every device gives the same bits.</summary>
/// <remarks>
/// <para>Partial sum p of <see cref="Width"/> takes elements p, p + Width, p + 2·Width, … in order, from 0; a binary tree adds
/// the partial sums: p and p + 128, then p and p + 64, … . One group has one row. With fewer threads than partial sums each
/// thread has several; the group's size divides Width.</para>
/// <para>Partial sums behind a short row are zeros, and to add them changes nothing: <see cref="WidthFor"/> leaves them out.</para>
/// <para>A kernel says what it adds up (<see cref="IRowTerm"/>), and so fuses the sum with whatever it computes besides.
/// 1024 shared bytes for each sum. Test: ReductionTests.</para>
/// </remarks>
public static class RowReduction
{
    /// <summary>The number of partial sums.</summary>
    public const int Width = 256;
    private const int LeastWidth = 16;

    /// <summary>sums[i] = Σⱼ matrix[i, j]; group i has row i.</summary>
    public static void Run(ArrayView<float> matrix, ArrayView<float> sums, MatrixShape shape)
    {
        float total = Sum(new RowOf { Values = matrix, Start = Grid.IdxX * shape.Columns }, shape.Columns);
        if (Group.IdxX == 0)
            sums[Grid.IdxX] = total;
    }

    /// <summary>The sum over a row, in every thread. Called by all threads of the group.</summary>
    public static float Sum<TTerm>(TTerm term, int columns)
        where TTerm : struct, IRowTerm
    {
        ArrayView<float> partial = SharedMemory.Allocate<float>(Width);
        int width = WidthFor(columns);
        for (int first = 0; first < width; first += Group.DimX)
        {
            float sum = 0f;
            for (int block = first; block < columns; block += width)
            {
                int column = block + Group.IdxX;
                if (column < columns)
                    sum = term.AddTo(sum, column);
            }
            partial[first + Group.IdxX] = sum;
        }
        return Tree(partial, width);
    }

    /// <summary>The partial sums of a row that can be other than zero, rounded up to a power of two.</summary>
    public static int WidthFor(int columns)
    {
        int width = LeastWidth;
        while (width < Width & width < columns)
            width *= 2;
        return width;
    }

    /// <summary>The sum of the first <paramref name="width"/> partial sums, in every thread; it overwrites them.</summary>
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
