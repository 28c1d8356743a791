using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Ladders.Pairwise;

/// <summary>One thread for each pair of points.</summary>
/// <remarks>
/// <para>Mathematics: output[i, j] = Σ (x[i, d] − y[j, d])², d from 0 upwards: a difference, and a fused multiply-add, from 0.</para>
/// <para>Threads: thread g of group (x, y) has the point x·G + g of y, and the point y of x. Neighbors read y a whole point apart: a gather
/// on a CPU, a transaction for each thread on a GPU. 3 FLOPs for 8 bytes loaded. The first rung. Test: LadderTests.</para>
/// </remarks>
internal static class Pairwise1Naive
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes)
    {
        MatMulShape shape = PairwiseLadder.ShapeOf(sizes);
        int groupSize = DeviceTuning.For(accelerator).GroupSize;
        var kernel = Run;
        var launch = accelerator.LoadStreamKernel(kernel);
        KernelConfig config = Launch.Config(new Index3D(Launch.Groups(shape.Columns, groupSize), shape.Rows, 1), groupSize);
        return new((left, right, output, _) => launch(config, left, right, output, shape));
    }

    private static void Run(ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, MatMulShape shape)
    {
        int row = Grid.IdxY;
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        if (column < shape.Columns)
        {
            float sum = 0f;
            for (int d = 0; d < shape.Depth; d++)
            {
                float difference = left[row * shape.Depth + d] - right[column * shape.Depth + d];
                sum = MathF.FusedMultiplyAdd(difference, difference, sum);
            }
            output[row * shape.Columns + column] = sum;
        }
    }
}
