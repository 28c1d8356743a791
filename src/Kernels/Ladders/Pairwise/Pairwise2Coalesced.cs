using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Ladders.Pairwise;

/// <summary>y is transposed before, so that neighboring threads read neighboring numbers of it.</summary>
/// <remarks>
/// A launch more, which moves 8 bytes for each number of y, once; every number is then read M times by vector loads instead of gathers.
/// Threads and sums are those of <see cref="Pairwise1Naive"/>, the predecessor. Test: LadderTests.
/// </remarks>
internal static class Pairwise2Coalesced
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes)
    {
        MatMulShape shape = PairwiseLadder.ShapeOf(sizes);
        int groupSize = DeviceTuning.For(accelerator).GroupSize;
        var matrices = new MatrixLauncher(accelerator);
        var kernel = Run;
        var launch = accelerator.LoadStreamKernel(kernel);
        KernelConfig config = Launch.Config(new Index3D(Launch.Groups(shape.Columns, groupSize), shape.Rows, 1), groupSize);
        return new((left, right, output, scratch) =>
        {
            matrices.Transpose(right, scratch, new() { Rows = shape.Columns, Columns = shape.Depth });
            launch(config, left, scratch, output, shape);
        }, (long)shape.Columns * shape.Depth);
    }

    private static void Run(ArrayView<float> left, ArrayView<float> turned, ArrayView<float> output, MatMulShape shape)
    {
        int row = Grid.IdxY;
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        if (column < shape.Columns)
        {
            float sum = 0f;
            for (int d = 0; d < shape.Depth; d++)
            {
                float difference = left[row * shape.Depth + d] - turned[d * shape.Columns + column];
                sum = MathF.FusedMultiplyAdd(difference, difference, sum);
            }
            output[row * shape.Columns + column] = sum;
        }
    }
}
