namespace VaeGpu.Kernels;

/// <summary>sums[j] = Σᵢ matrix[i, j]: the gradient of a bias.</summary>
/// <remarks>
/// <para>matrix is (rows, columns), row-major. Rows are added in order, from 0, so every device gives the same bits.</para>
/// <para>Thread g of group x has column x·G + g. One addition for 4 bytes read: memory-bound. No shared memory, no barriers.
/// Test: ReductionTests.</para>
/// </remarks>
public static class ColumnSum
{
    /// <summary>The kernel; launch it with as many groups as cover the columns.</summary>
    public static void Run(ArrayView<float> matrix, ArrayView<float> sums, MatrixShape shape)
    {
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        bool inside = column < shape.Columns;
        float sum = 0f;
        for (int row = 0; row < shape.Rows; row++)
        {
            int index = row * shape.Columns + column;
            sum += inside ? matrix[index] : 0f;
        }
        if (inside)
            sums[column] = sum;
    }
}
