using VaeGpu.Kernels.Devices;

namespace VaeGpu.Kernels.Ladders.Reduction;

/// <summary>The squared differences are computed where they are added.</summary>
/// <remarks>
/// <see cref="RowReduction"/> asks for each term (<see cref="IRowTerm"/>), and the compiler inlines the answer: no launch for the terms,
/// and half of the bytes. The losses of all likelihoods are summed up so. Predecessor: <see cref="Reduction6Unfused"/>. Test:
/// LadderTests.
/// </remarks>
internal static class Reduction7FusedTerms
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes)
    {
        MatrixShape shape = ReductionLadder.ShapeOf(sizes);
        var kernel = Run;
        var launch = accelerator.LoadStreamKernel(kernel);
        KernelConfig config = DeviceTuning.For(accelerator).Rows(shape.Rows, shape.Columns);
        return new((left, right, output, _) => launch(config, left, right, output, shape));
    }

    private static void Run(ArrayView<float> left, ArrayView<float> right, ArrayView<float> sums, MatrixShape shape)
    {
        var term = new SquaredDifference { Left = left, Right = right, Start = Grid.IdxX * shape.Columns };
        float sum = RowReduction.Sum(term, shape.Columns);
        if (Group.IdxX == 0)
            sums[Grid.IdxX] = sum;
    }

    private struct SquaredDifference : IRowTerm
    {
        public ArrayView<float> Left, Right;
        public int Start;

        public readonly float AddTo(float sum, int column)
        {
            float difference = Left[Start + column] - Right[Start + column];
            return sum + difference * difference;
        }
    }
}
