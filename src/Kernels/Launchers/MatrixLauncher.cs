using VaeGpu.Kernels.Devices;

namespace VaeGpu.Kernels.Launchers;

/// <summary><see cref="Transpose"/>, <see cref="ColumnSum"/> and <see cref="RowReduction"/>, loaded on a device.</summary>
public sealed class MatrixLauncher(Accelerator accelerator)
{
    private readonly DeviceTuning tuning = DeviceTuning.For(accelerator);
    private readonly Loaded<Floats, Floats, MatrixShape> transpose = new(accelerator, Kernels.Products.Transpose.Run);
    private readonly Loaded<Floats, Floats, MatrixShape> columnSum = new(accelerator, ColumnSum.Run);
    private readonly Loaded<Floats, Floats, MatrixShape> rowSum = new(accelerator, RowReduction.Run);

    /// <summary>target = sourceᵀ for one matrix of the given shape, or for each of several contiguous ones.</summary>
    public void Transpose(Floats source, Floats target, MatrixShape shape, int matrices = 1) => transpose.Launch(
        new KernelConfig(Kernels.Products.Transpose.GridFor(shape, matrices), tuning.TransposeGroup), source, target, shape);

    /// <summary>sums = the sums of the columns.</summary>
    public void SumColumns(Floats matrix, Floats sums, MatrixShape shape) =>
        columnSum.Launch(tuning.Elements(1, shape.Columns), matrix, sums, shape);

    /// <summary>sums = the sums of the rows.</summary>
    public void SumRows(Floats matrix, Floats sums, MatrixShape shape) =>
        rowSum.Launch(tuning.Rows(shape.Rows, shape.Columns), matrix, sums, shape);
}
