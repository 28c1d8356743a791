using VaeGpu.Kernels.Devices;

namespace VaeGpu.Kernels.Ladders.Reduction;

/// <summary>Sums of squared differences in two launches: one writes (x − y)², the other is <see cref="RowReduction"/>.</summary>
/// <remarks>
/// The task of the last two rungs: output[i] = Σⱼ (left[i, j] − right[i, j])², the loss of a Gaussian likelihood. The terms are written to
/// memory and read again: 16 bytes for each, where 8 are enough. It is the first rung of its task. Test: LadderTests.
/// </remarks>
internal static class Reduction6Unfused
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes)
    {
        MatrixShape shape = ReductionLadder.ShapeOf(sizes);
        DeviceTuning tuning = DeviceTuning.For(accelerator);
        var terms = Run;
        var sums = RowReduction.Run;
        var launchTerms = accelerator.LoadStreamKernel(terms);
        var launchSums = accelerator.LoadStreamKernel(sums);
        KernelConfig elements = tuning.Elements(shape.Rows, shape.Columns), rows = tuning.Rows(shape.Rows, shape.Columns);
        return new((left, right, output, scratch) =>
        {
            launchTerms(elements, left, right, scratch, shape);
            launchSums(rows, scratch, output, shape);
        }, (long)shape.Rows * shape.Columns);
    }

    private static void Run(ArrayView<float> left, ArrayView<float> right, ArrayView<float> terms, MatrixShape shape)
    {
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        int index = Grid.IdxY * shape.Columns + column;
        if (column < shape.Columns)
        {
            float difference = left[index] - right[index];
            terms[index] = difference * difference;
        }
    }
}
