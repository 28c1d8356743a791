namespace VaeGpu.Kernels;

/// <summary>Sums over a row whose shape does not depend on the group's size, so that every device gives the same bits.</summary>
/// <remarks>
/// <para>Partial sum p of <see cref="Width"/> takes elements p, p + Width, p + 2·Width, … in order, from 0; a binary tree adds
/// the partial sums: p and p + 128, then p and p + 64, … . One group has one row. With fewer threads than partial sums each
/// thread has several; the group's size divides Width.</para>
/// <para>A kernel forms the partial sums itself, fused with whatever it computes, in the way of <see cref="Run"/>, and calls
/// <see cref="Tree"/>. 1024 shared bytes. Test: ReductionTests.</para>
/// </remarks>
public static class RowReduction
{
    /// <summary>The number of partial sums.</summary>
    public const int Width = 1 << Levels;
    private const int Levels = 8;

    /// <summary>sums[i] = Σⱼ matrix[i, j]; group i has row i.</summary>
    public static void Run(ArrayView<float> matrix, ArrayView<float> sums, MatrixShape shape)
    {
        ArrayView<float> partial = SharedMemory.Allocate<float>(Width);
        int start = Grid.IdxX * shape.Columns;
        for (int first = 0; first < Width; first += Group.DimX)
        {
            float sum = 0f;
            for (int block = first; block < shape.Columns; block += Width)
            {
                int column = block + Group.IdxX;
                sum += column < shape.Columns ? matrix[start + column] : 0f;
            }
            partial[first + Group.IdxX] = sum;
        }
        float total = Tree(partial);
        if (Group.IdxX == 0)
            sums[Grid.IdxX] = total;
    }

    /// <summary>The sum of the partial sums, in every thread. Called by all threads of the group; overwrites the partial sums.</summary>
    /// <remarks>
    /// The first barrier: the partial sums must all be there. One after each level: the next adds what other threads wrote.
    /// Within a level reads lie in the upper half and writes in the lower, so none is needed.
    /// </remarks>
    public static float Tree(ArrayView<float> partial)
    {
        Group.Barrier();
        for (int level = 1; level <= Levels; level++)
        {
            int half = Width >> level;
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
