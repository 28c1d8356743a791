using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels;

/// <summary>The sizes of a matrix.</summary>
public struct MatrixShape
{
    /// <summary>Rows; in a batch, its examples.</summary>
    public int Rows;
    /// <summary>Columns; in a batch, the features.</summary>
    public int Columns;
}

/// <summary>The unfused twins of <see cref="MatMul"/>'s epilogues, each a pass of its own over memory.</summary>
/// <remarks>
/// <para>Everything is (rows, columns), row-major. Thread g of group (x, y) has column x·G + g of row y.</para>
/// <para>1 read and 1 write of memory (2 and 1 for the gradient) per element, all of it saved by fusing: memory-bound by far.</para>
/// <para>Test: MatMulTests, bit for bit against the fused kernels.</para>
/// </remarks>
public static class Elementwise
{
    /// <summary>values[i, j] = f(values[i, j] + bias[j]), in place; saved is as <see cref="BiasActivation{TActivation}"/> says.</summary>
    public static void AddBiasAndActivate<TActivation>(
        ArrayView<float> values, ArrayView<float> bias, ArrayView<float> saved, MatrixShape shape)
        where TActivation : struct, IActivation
    {
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        int index = Grid.IdxY * shape.Columns + column;
        if (column < shape.Columns)
            values[index] = BiasActivation<TActivation>.Finish(values[index], index, column, bias, saved);
    }

    /// <summary>gradient[i, j] = gradient[i, j]·f'(saved[i, j]), in place.</summary>
    public static void MultiplyByDerivative<TActivation>(ArrayView<float> gradient, ArrayView<float> saved, MatrixShape shape)
        where TActivation : struct, IActivation
    {
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        int index = Grid.IdxY * shape.Columns + column;
        if (column < shape.Columns)
            gradient[index] = MathF.FusedMultiplyAdd(gradient[index], TActivation.Derivative(saved[index]), 0f);
    }

    /// <summary>The groups that cover a matrix.</summary>
    public static Index3D GridFor(MatrixShape shape, int groupSize) => new(Launch.Groups(shape.Columns, groupSize), shape.Rows, 1);
}
