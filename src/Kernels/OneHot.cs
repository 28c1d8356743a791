using VaeGpu.Kernels.Likelihoods;

namespace VaeGpu.Kernels;

/// <summary>The sizes of a batch of symbols.</summary>
public struct OneHotShape
{
    /// <summary>Symbols of a row, D.</summary>
    public int Columns;
    /// <summary>Symbols that there are, K.</summary>
    public int Classes;
}

/// <summary>oneHot[i, j·K + k] = 1 where k is the symbol of values[i, j], else 0.</summary>
/// <remarks>
/// <para>values (batch, D), a symbol's number divided by 255 as <see cref="Batch"/> gives it; oneHot (batch, D·K), row-major.</para>
/// <para>Threads: group (x, y) has elements x·G … of row y. 4 bytes written per element, a value is read K times, from a cache:
/// memory-bound. No shared memory, no barriers. Test: OneHotTests.</para>
/// </remarks>
public static class OneHot
{
    /// <summary>The kernel; launch it with as many groups as cover a row, for each row.</summary>
    public static void Run(ArrayView<float> values, ArrayView<float> oneHot, LikelihoodSettings settings, OneHotShape shape)
    {
        int element = Grid.IdxX * Group.DimX + Group.IdxX;
        int length = shape.Columns * shape.Classes;
        if (element < length)
        {
            int column = element / shape.Classes;
            int symbol = GrayLevels.Class(values[Grid.IdxY * shape.Columns + column], settings, shape.Classes);
            oneHot[Grid.IdxY * length + element] = element - column * shape.Classes == symbol ? 1f : 0f;
        }
    }
}
