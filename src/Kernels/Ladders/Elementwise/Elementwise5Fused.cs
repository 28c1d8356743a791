using VaeGpu.Kernels.Activations;

namespace VaeGpu.Kernels.Ladders.Elementwise;

/// <summary>Bias and activation in one pass.</summary>
/// <remarks>
/// What the first launch wrote and the second read and wrote again stays in a register: 12 bytes loaded and stored for each element, where
/// <see cref="Elementwise3ManyPerThread"/>, the predecessor, has 20. The layers go one step further: the product that makes the values
/// finishes them (<see cref="Products.BiasActivation{TActivation}"/>), and no pass is left; <c>vaegpu fusion</c> measures that. Test:
/// LadderTests.
/// </remarks>
internal static class Elementwise5Fused
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes)
    {
        MatrixShape shape = ElementwiseLadder.ShapeOf(sizes);
        var kernel = Run;
        var launch = accelerator.LoadStreamKernel(kernel);
        (KernelConfig config, int perThread) = Elementwise3ManyPerThread.ConfigFor(accelerator, shape);
        return new((left, right, output, _) => launch(config, left, right, output, shape, perThread));
    }

    private static void Run(ArrayView<float> values, ArrayView<float> bias, ArrayView<float> output, MatrixShape shape, int perThread)
    {
        int first = Grid.IdxX * (Group.DimX * perThread), last = Math.Min(first + Group.DimX * perThread, shape.Columns);
        int row = Grid.IdxY * shape.Columns;
        for (int start = first; start < last; start += Group.DimX)
        {
            int column = start + Group.IdxX;
            if (column < last)
                output[row + column] = Relu.Apply(values[row + column] + bias[column]);
        }
    }
}
