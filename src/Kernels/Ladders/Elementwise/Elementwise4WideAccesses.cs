using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;

namespace VaeGpu.Kernels.Ladders.Elementwise;

/// <summary>A thread reads and writes four floats at a time.</summary>
/// <remarks>
/// A quarter of the load and store instructions for the same bytes. It needs rows of a multiple of four floats, and is
/// <see cref="Elementwise3ManyPerThread"/>, its predecessor, where they are not. A CPU reads vectors anyway; there the four
/// floats of a thread are gathered and scattered. Test: LadderTests.
/// </remarks>
internal static class Elementwise4WideAccesses
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes)
    {
        MatrixShape shape = ElementwiseLadder.ShapeOf(sizes);
        if (shape.Columns % 4 != 0)
            return Elementwise3ManyPerThread.Load(accelerator, sizes);
        DeviceTuning tuning = DeviceTuning.For(accelerator);
        var add = AddBias;
        var activate = Activate;
        var launchAdd = accelerator.LoadStreamKernel(add);
        var launchActivate = accelerator.LoadStreamKernel(activate);
        int perThread = Math.Max(1, tuning.ElementsPerThread / 4), groups = Launch.Groups(shape.Columns / 4, tuning.GroupSize * perThread);
        KernelConfig config = Launch.Config(new Index3D(groups, shape.Rows, 1), tuning.GroupSize);
        return new((left, right, output, _) =>
        {
            launchAdd(config, left, right, output, shape, perThread);
            launchActivate(config, output, shape, perThread);
        });
    }

    private static void AddBias(
        ArrayView<float> values, ArrayView<float> bias, ArrayView<float> output, MatrixShape shape, int perThread)
    {
        int fours = shape.Columns >> 2, row = Grid.IdxY * fours;
        int first = Grid.IdxX * (Group.DimX * perThread), last = Math.Min(first + Group.DimX * perThread, fours);
        for (int start = first; start < last; start += Group.DimX)
        {
            int column = start + Group.IdxX;
            if (column < last)
            {
                Float4 x = values.Cast<Float4>()[row + column], b = bias.Cast<Float4>()[column];
                output.Cast<Float4>()[row + column] = new Float4 { X = x.X + b.X, Y = x.Y + b.Y, Z = x.Z + b.Z, W = x.W + b.W };
            }
        }
    }

    private static void Activate(ArrayView<float> values, MatrixShape shape, int perThread)
    {
        int fours = shape.Columns >> 2, row = Grid.IdxY * fours;
        int first = Grid.IdxX * (Group.DimX * perThread), last = Math.Min(first + Group.DimX * perThread, fours);
        for (int start = first; start < last; start += Group.DimX)
        {
            int column = start + Group.IdxX;
            if (column < last)
            {
                Float4 x = values.Cast<Float4>()[row + column];
                values.Cast<Float4>()[row + column] = new Float4
                {
                    X = Relu.Apply(x.X), Y = Relu.Apply(x.Y), Z = Relu.Apply(x.Z), W = Relu.Apply(x.W),
                };
            }
        }
    }
}
