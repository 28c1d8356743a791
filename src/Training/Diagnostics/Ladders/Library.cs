using MathNet.Numerics.LinearAlgebra.Single;
using VaeGpu.Kernels.Ladders;

namespace VaeGpu.Training.Diagnostics.Ladders;

/// <summary>The best library for a ladder's task that this program brings along: for the processor, in .NET.</summary>
/// <param name="Name">Its name and version.</param>
/// <param name="Run">Does the task; done when it returns.</param>
internal sealed record Library(string Name, Action Run)
{
    /// <summary>The library for a task; null where there is none for the device.</summary>
    public static Library? For(Accelerator accelerator, Ladder ladder, LadderSizes sizes, float[] left, float[] right)
    {
        if (Backend.IsGpu(accelerator) || DeviceKind.Of(accelerator).IsForChecking)
            return null;
        return ladder == Ladder.Matmul ? MatrixProduct(sizes, left, right) : null;
    }

    private static Library MatrixProduct(LadderSizes sizes, float[] left, float[] right)
    {
        // Its matrices are column by column, so what is given are the transposed factors: Cᵀ = Bᵀ·Aᵀ.
        var turnedRight = new DenseMatrix(sizes.Columns, sizes.Depth, right);
        var turnedLeft = new DenseMatrix(sizes.Depth, sizes.Rows, left);
        var product = new DenseMatrix(sizes.Columns, sizes.Rows);
        return new(NameOf(typeof(DenseMatrix), "Math.NET Numerics"), () => turnedRight.Multiply(turnedLeft, product));
    }

    private static string NameOf(Type type, string name) => $"{name} {type.Assembly.GetName().Version!.ToString(3)}";
}
