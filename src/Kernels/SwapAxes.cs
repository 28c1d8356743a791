namespace VaeGpu.Kernels;

/// <summary>The extents of a tensor of four axes but the first.</summary>
public struct AxesShape
{
    /// <summary>The second, third and fourth extent of the source.</summary>
    public int Second, Third, Fourth;
}

/// <summary>target[n, b, a, c] = source[n, a, b, c]: the two middle axes change places.</summary>
/// <remarks>
/// <para>source (examples, A, B, C), target (examples, B, A, C), row-major; with A and B exchanged it is its own inverse.</para>
/// <para>Threads: group (x, y) has elements x·G … of example y of the target. 8 bytes moved per element, writes in order. No shared
/// memory, no barriers. Test: ConvVaeTests.</para>
/// </remarks>
public static class SwapAxes
{
    /// <summary>The kernel; launch it with as many groups as cover an example, for each example.</summary>
    public static void Run(ArrayView<float> source, ArrayView<float> target, AxesShape shape)
    {
        int length = shape.Second * shape.Third * shape.Fourth;
        int element = Grid.IdxX * Group.DimX + Group.IdxX;
        if (element < length)
        {
            int c = element % shape.Fourth;
            int a = element / shape.Fourth % shape.Second;
            int b = element / (shape.Fourth * shape.Second);
            target[Grid.IdxY * length + element] = source[Grid.IdxY * length + (a * shape.Third + b) * shape.Fourth + c];
        }
    }
}
