using VaeGpu.Kernels;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Bench.Ladder;

/// <summary>Rung 1: one thread for each result; neighboring threads have neighboring rows.</summary>
/// <remarks>
/// <para>Mathematics: output[i, j] = Σₖ left[i, k]·right[k, j], k from 0 upwards, one fused multiply-add each.</para>
/// <para>Layouts: left (M, K), right (K, N), output (M, N), dense, row-major; M a multiple of the group.</para>
/// <para>Threads: thread g of group (x, y) has row x·G + g of column y.</para>
/// <para>Costs: 2MNK FLOPs; 8 bytes loaded for each fused multiply-add: bound by loads. No shared memory, no barriers.
/// Neighbors read the left operand K floats apart: a gather on a CPU, a transaction for each thread on a GPU.</para>
/// <para>The first rung. Held by the check against float64 that comes before its time is taken.</para>
/// </remarks>
internal static class Rung1Rows
{
    public static Product Load(Accelerator accelerator, MatMulShape shape)
    {
        int groupSize = DeviceTuning.For(accelerator).GroupSize;
        var kernel = Run;
        var launch = accelerator.LoadStreamKernel(kernel);
        KernelConfig config = Launch.Config(new Index3D(shape.Rows / groupSize, shape.Columns, 1), groupSize);
        return (left, right, output) => launch(config, left, right, output, shape);
    }

    private static void Run(ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, MatMulShape shape)
    {
        int row = Grid.IdxX * Group.DimX + Group.IdxX;
        int column = Grid.IdxY;
        float sum = 0f;
        for (int k = 0; k < shape.Depth; k++)
            sum = MathF.FusedMultiplyAdd(left[row * shape.Depth + k], right[k * shape.Columns + column], sum);
        output[row * shape.Columns + column] = sum;
    }
}
