namespace VaeGpu.Kernels.Products;

/// <summary>target = sourceᵀ, of one matrix or of several.</summary>
/// <remarks>
/// <para>source is (matrices, rows, columns), target (matrices, columns, rows), both row-major.</para>
/// <para>Threads: group (x, y, z) moves the 32×32 block at row 32y, column 32x of matrix z; a group is (G, H) threads with G and H dividing
/// 32. It reads rows and writes rows, so both sides touch memory in order; the turn happens in shared memory, whose rows are
/// 33 long so that a column lies in different banks.</para>
/// <para>Costs: 4224 shared bytes; 8 bytes moved per element and no FLOPs. One barrier: the block must be complete before
/// other threads read it. Test: ReductionTests.</para>
/// </remarks>
public static class Transpose
{
    public const int Side = 32;
    private const int Pitch = Side + 1;

    public static void Run(ArrayView<float> source, ArrayView<float> target, MatrixShape shape)
    {
        ArrayView<float> block = SharedMemory.Allocate<float>(Side * Pitch);
        int firstRow = Grid.IdxY * Side;
        int firstColumn = Grid.IdxX * Side;
        int start = Grid.IdxZ * (shape.Rows * shape.Columns);
        for (int y = 0; y < Side; y += Group.DimY)
        {
            for (int x = 0; x < Side; x += Group.DimX)
            {
                int row = firstRow + y + Group.IdxY;
                int column = firstColumn + x + Group.IdxX;
                if ((row < shape.Rows) & (column < shape.Columns))
                    block[(y + Group.IdxY) * Pitch + x + Group.IdxX] = source[start + row * shape.Columns + column];
            }
        }
        Group.Barrier();
        for (int y = 0; y < Side; y += Group.DimY)
        {
            for (int x = 0; x < Side; x += Group.DimX)
            {
                int row = firstColumn + y + Group.IdxY;
                int column = firstRow + x + Group.IdxX;
                if ((row < shape.Columns) & (column < shape.Rows))
                    target[start + row * shape.Rows + column] = block[(x + Group.IdxX) * Pitch + y + Group.IdxY];
            }
        }
    }

    /// <summary>The groups that cover the matrices.</summary>
    public static Index3D GridFor(MatrixShape shape, int matrices = 1) =>
        new(Launch.Groups(shape.Columns, Side), Launch.Groups(shape.Rows, Side), matrices);
}
