namespace VaeGpu.Kernels.Convolutions;

/// <summary>target[n, b, a] = source[n, a, b]: each example's matrix is turned.</summary>
/// <remarks>
/// <para>source (examples, A, B), target (examples, B, A), row-major; with A and B exchanged it is its own inverse.</para>
/// <para>Threads: group (x, y) has elements x·G … of example y of the target. 8 bytes moved per element, writes in order. No shared
/// memory, no barriers. Test: ConvVaeTests.</para>
/// </remarks>
public static class SwapAxes
{
    /// <summary>The kernel; launch it with as many groups as cover an example, for each example.</summary>
    public static void Run(ArrayView<float> source, ArrayView<float> target, MatrixShape shape)
    {
        int length = shape.Rows * shape.Columns;
        int element = Grid.IdxX * Group.DimX + Group.IdxX;
        if (element < length)
        {
            int b = element / shape.Rows;
            int a = element - b * shape.Rows;
            target[Grid.IdxY * length + element] = source[Grid.IdxY * length + a * shape.Columns + b];
        }
    }
}
