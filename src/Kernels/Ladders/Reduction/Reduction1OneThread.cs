using VaeGpu.Kernels.Devices;

namespace VaeGpu.Kernels.Ladders.Reduction;

/// <summary>One thread adds up a row.</summary>
/// <remarks>
/// <para>Mathematics: output[i] = Σⱼ left[i, j], j from 0 upwards, from 0.</para>
/// <para>Threads: thread g of group x has row x·G + g. A GPU has too few threads, and neighbors read memory a row apart: a gather on a CPU.
/// Each addition waits for the one before. No shared memory, no barriers. The first rung. Test: LadderTests.</para>
/// </remarks>
internal static class Reduction1OneThread
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes)
    {
        MatrixShape shape = ReductionLadder.ShapeOf(sizes);
        int groupSize = DeviceTuning.For(accelerator).GroupSize;
        var kernel = Run;
        var launch = accelerator.LoadStreamKernel(kernel);
        KernelConfig config = Launch.Config(Launch.Groups(shape.Rows, groupSize), groupSize);
        return new((left, _, output, _) => launch(config, left, output, shape));
    }

    private static void Run(ArrayView<float> matrix, ArrayView<float> sums, MatrixShape shape)
    {
        int row = Grid.IdxX * Group.DimX + Group.IdxX;
        if (row < shape.Rows)
        {
            float sum = 0f;
            for (int column = 0; column < shape.Columns; column++)
                sum += matrix[row * shape.Columns + column];
            sums[row] = sum;
        }
    }
}
