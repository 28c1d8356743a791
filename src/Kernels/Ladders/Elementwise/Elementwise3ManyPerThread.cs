using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;

namespace VaeGpu.Kernels.Ladders.Elementwise;

/// <summary>A thread has several elements, a group's width apart.</summary>
/// <remarks>
/// A group costs a start, whatever it does: on a CPU a call, on a GPU a place on a processor. With P elements for each thread there are P
/// times fewer, and the loads of a thread do not wait for each other. Neighbors stay neighbors in every access. Predecessor:
/// <see cref="Elementwise2Coalesced"/>. Test: LadderTests.
/// </remarks>
internal static class Elementwise3ManyPerThread
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes)
    {
        MatrixShape shape = ElementwiseLadder.ShapeOf(sizes);
        var add = AddBias;
        var activate = Activate;
        var launchAdd = accelerator.LoadStreamKernel(add);
        var launchActivate = accelerator.LoadStreamKernel(activate);
        (KernelConfig config, int perThread) = ConfigFor(accelerator, shape);
        return new((left, right, output, _) =>
        {
            launchAdd(config, left, right, output, shape, perThread);
            launchActivate(config, output, shape, perThread);
        });
    }

    /// <summary>Groups that each have a part of a row, and the elements of a thread.</summary>
    internal static (KernelConfig Config, int PerThread) ConfigFor(Accelerator accelerator, MatrixShape shape)
    {
        DeviceTuning tuning = DeviceTuning.For(accelerator);
        int groups = Launch.Groups(shape.Columns, tuning.GroupSize * tuning.ElementsPerThread);
        return (Launch.Config(new Index3D(groups, shape.Rows, 1), tuning.GroupSize), tuning.ElementsPerThread);
    }

    private static void AddBias(
        ArrayView<float> values, ArrayView<float> bias, ArrayView<float> output, MatrixShape shape, int perThread)
    {
        int first = Grid.IdxX * (Group.DimX * perThread), last = Math.Min(first + Group.DimX * perThread, shape.Columns);
        int row = Grid.IdxY * shape.Columns;
        for (int start = first; start < last; start += Group.DimX)
        {
            int column = start + Group.IdxX;
            if (column < last)
                output[row + column] = values[row + column] + bias[column];
        }
    }

    private static void Activate(ArrayView<float> values, MatrixShape shape, int perThread)
    {
        int first = Grid.IdxX * (Group.DimX * perThread), last = Math.Min(first + Group.DimX * perThread, shape.Columns);
        int row = Grid.IdxY * shape.Columns;
        for (int start = first; start < last; start += Group.DimX)
        {
            int column = start + Group.IdxX;
            if (column < last)
                values[row + column] = Relu.Apply(values[row + column]);
        }
    }
}
