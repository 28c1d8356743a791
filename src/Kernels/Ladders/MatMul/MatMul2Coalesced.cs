using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Ladders.MatMul;

/// <summary>Neighboring threads have neighboring columns.</summary>
/// <remarks>
/// <para>Threads: thread g of group (x, y) has column x·G + g of row y.</para>
/// <para>Costs: as <see cref="MatMul1Naive"/>, but neighbors read the right factor side by side, a vector load on a CPU and one
/// transaction on a GPU, and all read the same element of the left one: a broadcast. No shared memory, no barriers. Predecessor:
/// <see cref="MatMul1Naive"/>. Test: LadderTests.</para>
/// </remarks>
internal static class MatMul2Coalesced
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes)
    {
        MatMulShape shape = MatMulLadder.ShapeOf(sizes);
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
            for (int k = 0; k < shape.Depth; k++)
                sum = MathF.FusedMultiplyAdd(left[row * shape.Depth + k], right[k * shape.Columns + column], sum);
            output[row * shape.Columns + column] = sum;
        }
    }
}
