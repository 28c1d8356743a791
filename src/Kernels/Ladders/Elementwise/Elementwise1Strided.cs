using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;

namespace VaeGpu.Kernels.Ladders.Elementwise;

/// <summary>A launch for the bias and one for the activation; neighboring threads have neighboring rows.</summary>
/// <remarks>
/// <para>Threads: thread g of group (x, y) has row x·G + g of column y. Neighbors lie a row apart in memory: a gather and a scatter on a
/// CPU, a transaction for each thread on a GPU.</para>
/// <para>Costs: 1 FLOP, and 20 bytes loaded and stored for each element. No shared memory, no barriers. The first rung. Test:
/// LadderTests.</para>
/// </remarks>
internal static class Elementwise1Strided
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes)
    {
        MatrixShape shape = ElementwiseLadder.ShapeOf(sizes);
        int groupSize = DeviceTuning.For(accelerator).GroupSize;
        var add = AddBias;
        var activate = Activate;
        var launchAdd = accelerator.LoadStreamKernel(add);
        var launchActivate = accelerator.LoadStreamKernel(activate);
        KernelConfig config = Launch.Config(new Index3D(Launch.Groups(shape.Rows, groupSize), shape.Columns, 1), groupSize);
        return new((left, right, output, _) =>
        {
            launchAdd(config, left, right, output, shape);
            launchActivate(config, output, shape);
        });
    }

    private static void AddBias(ArrayView<float> values, ArrayView<float> bias, ArrayView<float> output, MatrixShape shape)
    {
        int row = Grid.IdxX * Group.DimX + Group.IdxX;
        int column = Grid.IdxY;
        int index = row * shape.Columns + column;
        if (row < shape.Rows)
            output[index] = values[index] + bias[column];
    }

    private static void Activate(ArrayView<float> values, MatrixShape shape)
    {
        int row = Grid.IdxX * Group.DimX + Group.IdxX;
        int index = row * shape.Columns + Grid.IdxY;
        if (row < shape.Rows)
            values[index] = Relu.Apply(values[index]);
    }
}
