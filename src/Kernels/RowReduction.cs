using VaeGpu.Gpu;

namespace VaeGpu.Kernels;

/// <summary>What is added up along a row: a struct of what the terms are made of.</summary>
public interface IRowTerm
{
    /// <summary>The sum with one column's term added; called once for each column.</summary>
    float AddTo(float sum, int column);
}

/// <summary>
/// How many terms a thread of a vector processor computes side by side, as many as registers hold: powers of two, 16 at most.
/// </summary>
public interface ITermsAtOnce
{
    /// <summary>With the 32 registers of 512-bit vectors.</summary>
    static abstract int Wide { get; }
    /// <summary>With the 16 registers of narrower ones; not more than <see cref="Wide"/>.</summary>
    static abstract int Narrow { get; }
    /// <summary>Whether the columns are taken in the order of memory, so that a term can fetch what the next ones read.</summary>
    static virtual bool IsInOrder => false;
}

/// <summary>One after the other: for terms with loops of different lengths or random numbers, and for short rows.</summary>
public struct OneTerm : ITermsAtOnce
{
    public static int Wide => 1;
    public static int Narrow => 1;
}

/// <summary>For terms that loop over numbers from many places of memory.</summary>
public struct StreamedTerms : ITermsAtOnce
{
    public static int Wide => 2;
    public static int Narrow => 1;
    public static bool IsInOrder => true;
}

/// <summary>For terms that keep many numbers until their end.</summary>
public struct TwoTerms : ITermsAtOnce
{
    public static int Wide => 2;
    public static int Narrow => 1;
}

/// <summary>For terms that are one chain of operations.</summary>
public struct FourTerms : ITermsAtOnce
{
    public static int Wide => 4;
    public static int Narrow => 2;
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
/// <para>A thread of a vector processor can have several partial sums at a time, <see cref="ITermsAtOnce"/>: a term is mostly one long
/// chain of operations, each of which waits for the one before, and the next terms fill the gaps. It takes the columns in the order of
/// memory if the terms ask for it, and then keeps the partial sums in shared memory.</para>
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
        float total = Sum<RowOf, FourTerms>(new RowOf { Values = matrix, Start = Grid.IdxX * shape.Columns }, shape.Columns);
        if (Group.IdxX == 0)
            sums[Grid.IdxX] = total;
    }

    /// <summary>The sum over a row, in every thread. Called by all threads of the group.</summary>
    public static float Sum<TTerm>(TTerm term, int columns) where TTerm : struct, IRowTerm => Sum<TTerm, OneTerm>(term, columns);

    /// <summary>The same, with several terms side by side. No term writes what another one reads or writes.</summary>
    public static float Sum<TTerm, TAtOnce>(TTerm term, int columns)
        where TTerm : struct, IRowTerm
        where TAtOnce : struct, ITermsAtOnce
    {
        ArrayView<float> partial = SharedMemory.Allocate<float>(Width);
        int width = WidthFor(columns);
        if (TAtOnce.IsInOrder)
        {
            if (Group.DimX > Launch.MostLanes)
                Add(term, partial, columns, width);
            else
                AddInOrder(term, partial, columns, width, Group.DimX == Launch.MostLanes ? TAtOnce.Wide : TAtOnce.Narrow);
        }
        else if (TAtOnce.Wide > 1 && Group.DimX == Launch.MostLanes)
            AddSideBySide<TTerm, TAtOnce>(term, partial, columns, width, TAtOnce.Wide);
        else if (TAtOnce.Narrow > 1 && Group.DimX < Launch.MostLanes)
            AddSideBySide<TTerm, TAtOnce>(term, partial, columns, width, TAtOnce.Narrow);
        else
            Add(term, partial, columns, width);
        return Tree(partial, width);
    }

    private static void Add<TTerm>(TTerm term, ArrayView<float> partial, int columns, int width) where TTerm : struct, IRowTerm
    {
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
    }

    private static void AddInOrder<TTerm>(TTerm term, ArrayView<float> partial, int columns, int width, int atOnce)
        where TTerm : struct, IRowTerm
    {
        for (int first = 0; first < width; first += Group.DimX)
            partial[first + Group.IdxX] = 0f;
        int step = atOnce * Group.DimX, whole = atOnce > 1 ? columns / step * step : 0;
        for (int block = 0; block < whole; block += step)
        {
            for (int i = 0; i < atOnce; i++)
            {
                Iterations.AreIndependent();
                AddOne(term, partial, block + i * Group.DimX, width);
            }
        }
        AddRest(term, partial, whole, columns, width);
    }

    private static void AddSideBySide<TTerm, TAtOnce>(TTerm term, ArrayView<float> partial, int columns, int width, int atOnce)
        where TTerm : struct, IRowTerm
        where TAtOnce : struct, ITermsAtOnce
    {
        ArrayView<float> sums = LocalMemory.Allocate<float>(TAtOnce.Wide);
        int step = atOnce * Group.DimX, whole = columns / step * step;
        for (int first = 0; first < width; first += step)
        {
            for (int i = 0; i < atOnce; i++)
                sums[i] = 0f;
            for (int block = first; block < whole; block += width)
            {
                for (int i = 0; i < atOnce; i++)
                {
                    Iterations.AreIndependent();
                    sums[i] = term.AddTo(sums[i], block + i * Group.DimX + Group.IdxX);
                }
            }
            for (int i = 0; i < atOnce; i++)
                partial[first + i * Group.DimX + Group.IdxX] = sums[i];
        }
        // What is left comes last in its partial sums.
        AddRest(term, partial, whole, columns, width);
    }

    private static void AddRest<TTerm>(TTerm term, ArrayView<float> partial, int from, int columns, int width)
        where TTerm : struct, IRowTerm
    {
        for (int block = from; block < columns; block += Group.DimX)
        {
            if (block + Group.IdxX < columns)
                AddOne(term, partial, block, width);
        }
    }

    /// <summary>Adds the term of one column, block + thread, to its partial sum, which is this thread's own.</summary>
    private static void AddOne<TTerm>(TTerm term, ArrayView<float> partial, int block, int width) where TTerm : struct, IRowTerm
    {
        int index = (block & width - 1) + Group.IdxX;
        partial[index] = term.AddTo(partial[index], block + Group.IdxX);
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
