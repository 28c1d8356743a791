using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Ladders.MatMul;

/// <summary>One thread for each result; neighboring threads have neighboring rows.</summary>
/// <remarks>
/// <para>Mathematics: output[i, j] = Σₖ left[i, k]·right[k, j], k from 0 upwards, one fused multiply-add each.</para>
/// <para>Threads: thread g of group (x, y) has row x·G + g of column y.</para>
/// <para>Costs: 2MNK FLOPs; 8 bytes loaded for each fused multiply-add. No shared memory, no barriers. Neighbors read the left factor K
/// floats apart: a gather on a CPU, a transaction for each thread on a GPU. The first rung. Test: LadderTests.</para>
/// </remarks>
internal static class MatMul1Naive
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes)
    {
        MatMulShape shape = MatMulLadder.ShapeOf(sizes);
        int groupSize = DeviceTuning.For(accelerator).GroupSize;
        var kernel = Run;
        var launch = accelerator.LoadStreamKernel(kernel);
        KernelConfig config = Launch.Config(new Index3D(Launch.Groups(shape.Rows, groupSize), shape.Columns, 1), groupSize);
        return new((left, right, output, _) => launch(config, left, right, output, shape));
    }

    private static void Run(ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, MatMulShape shape)
    {
        int row = Grid.IdxX * Group.DimX + Group.IdxX;
        int column = Grid.IdxY;
        if (row < shape.Rows)
        {
            float sum = 0f;
            for (int k = 0; k < shape.Depth; k++)
                sum = MathF.FusedMultiplyAdd(left[row * shape.Depth + k], right[k * shape.Columns + column], sum);
            output[row * shape.Columns + column] = sum;
        }
    }
}
