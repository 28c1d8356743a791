using System.Numerics.Tensors;
using MathNet.Numerics.LinearAlgebra.Single;
using VaeGpu.Kernels.Ladders;

namespace VaeGpu.Training.Diagnostics.Ladders;

/// <summary>The best library for a ladder's task that this program brings along: for the processor, in .NET.</summary>
/// <param name="Name">Its name and version.</param>
/// <param name="Output">What it computes.</param>
/// <param name="Run">Does the task; done when it returns.</param>
internal sealed record Library(string Name, float[] Output, Action Run)
{
    /// <summary>The library for a task; null where there is none for the device.</summary>
    public static Library? For(Accelerator accelerator, Ladder ladder, LadderSizes sizes, float[] left, float[] right)
    {
        if (Backend.IsGpu(accelerator) || DeviceKind.Of(accelerator).IsForChecking)
            return null;
        var output = new float[ladder.Lengths(sizes).Output];
        int columns = sizes.Columns;
        if (ladder == Ladder.Matmul)
            return MatrixProduct(sizes, left, right, output);
        if (ladder == Ladder.Reduction)
            return Rows(row => output[row] = TensorPrimitives.Sum(RowOf(left, row, columns)));
        if (ladder == Ladder.Elementwise)
        {
            return Rows(row =>
            {
                TensorPrimitives.Add(RowOf(left, row, columns), right, RowOf(output, row, columns));
                TensorPrimitives.Max(RowOf(output, row, columns), 0f, RowOf(output, row, columns));
            });
        }
        if (ladder == Ladder.Pairwise)
        {
            return Rows(row =>
            {
                for (int column = 0; column < columns; column++)
                {
                    float distance = TensorPrimitives.Distance<float>(RowOf(left, row, sizes.Depth), RowOf(right, column, sizes.Depth));
                    output[row * columns + column] = distance * distance;
                }
            });
        }
        return null;

        // It computes on one thread; the rows are dealt to as many as the device has.
        Library Rows(Action<int> work)
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = accelerator.NumMultiprocessors };
            return new(NameOf(typeof(TensorPrimitives), "TensorPrimitives"), output, () => Parallel.For(0, sizes.Rows, options, work));
        }
    }

    private static Library MatrixProduct(LadderSizes sizes, float[] left, float[] right, float[] output)
    {
        // Its matrices are column by column, so what is given are the transposed factors: Cᵀ = Bᵀ·Aᵀ.
        var turnedRight = new DenseMatrix(sizes.Columns, sizes.Depth, right);
        var turnedLeft = new DenseMatrix(sizes.Depth, sizes.Rows, left);
        var product = new DenseMatrix(sizes.Columns, sizes.Rows, output);
        return new(NameOf(typeof(DenseMatrix), "Math.NET Numerics"), output, () => turnedRight.Multiply(turnedLeft, product));
    }

    private static Span<float> RowOf(float[] matrix, int row, int columns) => matrix.AsSpan(row * columns, columns);

    private static string NameOf(Type type, string name) => 
        $"{name} {type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]}";
}
