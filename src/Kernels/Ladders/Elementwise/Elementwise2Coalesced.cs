using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;

namespace VaeGpu.Kernels.Ladders.Elementwise;

/// <summary>Neighboring threads have neighboring columns.</summary>
/// <remarks>
/// Threads: thread g of group (x, y) has column x·G + g of row y, so a warp's accesses lie side by side: vector loads and stores on a CPU,
/// a few transactions on a GPU. The bytes are those of <see cref="Elementwise1Strided"/>, the predecessor. Test: LadderTests.
/// </remarks>
internal static class Elementwise2Coalesced
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes)
    {
        MatrixShape shape = ElementwiseLadder.ShapeOf(sizes);
        var add = AddBias;
        var activate = Activate;
        var launchAdd = accelerator.LoadStreamKernel(add);
        var launchActivate = accelerator.LoadStreamKernel(activate);
        KernelConfig config = DeviceTuning.For(accelerator).Elements(shape.Rows, shape.Columns);
        return new((left, right, output, _) =>
        {
            launchAdd(config, left, right, output, shape);
            launchActivate(config, output, shape);
        });
    }

    private static void AddBias(ArrayView<float> values, ArrayView<float> bias, ArrayView<float> output, MatrixShape shape)
    {
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        int index = Grid.IdxY * shape.Columns + column;
        if (column < shape.Columns)
            output[index] = values[index] + bias[column];
    }

    private static void Activate(ArrayView<float> values, MatrixShape shape)
    {
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        int index = Grid.IdxY * shape.Columns + column;
        if (column < shape.Columns)
            values[index] = Relu.Apply(values[index]);
    }
}
