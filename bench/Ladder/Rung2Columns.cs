using VaeGpu.Kernels;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Bench.Ladder;

/// <summary>Rung 2: neighboring threads have neighboring columns.</summary>
/// <remarks>
/// <para>Mathematics and layouts: as rung 1; N a multiple of the group.</para>
/// <para>Threads: thread g of group (x, y) has column x·G + g of row y.</para>
/// <para>Costs: as rung 1, but neighbors read the right operand side by side, a vector load on a CPU and one transaction on a
/// GPU, and all read the same element of the left one: a broadcast. No shared memory, no barriers.</para>
/// <para>Predecessor: rung 1; the gain stands in the generated table. Held by the check against float64.</para>
/// </remarks>
internal static class Rung2Columns
{
    public static Product Load(Accelerator accelerator, MatMulShape shape)
    {
        int groupSize = DeviceTuning.For(accelerator).GroupSize;
        var kernel = Run;
        var launch = accelerator.LoadStreamKernel(kernel);
        KernelConfig config = Launch.Config(new Index3D(shape.Columns / groupSize, shape.Rows, 1), groupSize);
        return (left, right, output) => launch(config, left, right, output, shape);
    }

    private static void Run(ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, MatMulShape shape)
    {
        int row = Grid.IdxY;
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        float sum = 0f;
        for (int k = 0; k < shape.Depth; k++)
            sum = MathF.FusedMultiplyAdd(left[row * shape.Depth + k], right[k * shape.Columns + column], sum);
        output[row * shape.Columns + column] = sum;
    }
}
