namespace VaeGpu.Kernels;

/// <summary>sums[j] = Σᵢ matrix[i, j]: the gradient of a bias.</summary>
/// <remarks>
/// <para>matrix is (rows, columns), row-major. Rows are added in order, from 0, so every device gives the same bits.</para>
/// <para>Thread g of group x has column x·G + g. There are few columns, and so few threads: each has 16 rows on their way at a time, since
/// one after the other would cost a memory's latency each. One addition for 4 bytes read. No shared memory, no barriers.
/// Test: ReductionTests.</para>
/// </remarks>
public static class ColumnSum
{
    private const int RowsAtOnce = 16;

    /// <summary>The kernel; launch it with as many groups as cover the columns.</summary>
    public static void Run(ArrayView<float> matrix, ArrayView<float> sums, MatrixShape shape)
    {
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        bool inside = column < shape.Columns;
        float sum = 0f;
        ArrayView<float> next = LocalMemory.Allocate<float>(RowsAtOnce);
        int whole = shape.Rows / RowsAtOnce * RowsAtOnce;
        for (int first = 0; first < whole; first += RowsAtOnce)
        {
            for (int i = 0; i < RowsAtOnce; i++)
                next[i] = inside ? matrix[(first + i) * shape.Columns + column] : 0f;
            for (int i = 0; i < RowsAtOnce; i++)
                sum += next[i];
        }
        for (int row = whole; row < shape.Rows; row++)
            sum += inside ? matrix[row * shape.Columns + column] : 0f;
        if (inside)
            sums[column] = sum;
    }
}
