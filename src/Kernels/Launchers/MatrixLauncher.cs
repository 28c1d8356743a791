namespace VaeGpu.Kernels;

/// <summary><see cref="Transpose"/>, <see cref="SwapAxes"/> and <see cref="ColumnSum"/>, loaded on a device.</summary>
public sealed class MatrixLauncher
{
    private readonly DeviceTuning tuning;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, MatrixShape> transpose;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, MatrixShape> columnSum;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, MatrixShape> swapAxes;

    public MatrixLauncher(Accelerator accelerator)
    {
        tuning = DeviceTuning.For(accelerator);
        var transposeKernel = Kernels.Transpose.Run;
        var columnSumKernel = ColumnSum.Run;
        var swapAxesKernel = Kernels.SwapAxes.Run;
        transpose = accelerator.LoadStreamKernel(transposeKernel);
        columnSum = accelerator.LoadStreamKernel(columnSumKernel);
        swapAxes = accelerator.LoadStreamKernel(swapAxesKernel);
    }

    /// <summary>target = sourceᵀ, source of the given shape.</summary>
    public void Transpose(ArrayView<float> source, ArrayView<float> target, MatrixShape shape) =>
        transpose(new KernelConfig(Kernels.Transpose.GridFor(shape), tuning.TransposeGroup), source, target, shape);

    /// <summary>sums = the sums of the columns.</summary>
    public void SumColumns(ArrayView<float> matrix, ArrayView<float> sums, MatrixShape shape) =>
        columnSum(Launch.Config(Launch.Groups(shape.Columns, tuning.GroupSize), tuning.GroupSize), matrix, sums, shape);

    /// <inheritdoc cref="Kernels.SwapAxes"/>
    public void SwapAxes(ArrayView<float> source, ArrayView<float> target, MatrixShape shape, int examples)
    {
        int groups = Launch.Groups(shape.Rows * shape.Columns, tuning.GroupSize);
        swapAxes(Launch.Config(new Index3D(groups, examples, 1), tuning.GroupSize), source, target, shape);
    }
}
