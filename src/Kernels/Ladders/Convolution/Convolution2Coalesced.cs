using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Devices;

namespace VaeGpu.Kernels.Ladders.Convolution;

/// <summary>Neighboring threads have neighboring channels of the result.</summary>
/// <remarks>
/// Threads: thread g of group (x, y) has channel y·G + g of pixel x. Neighbors read weights and write results side by side, and all read
/// the same element of an image: a broadcast. The edges of the image are the same for the whole group, so no thread waits for another's
/// taps. Predecessor: <see cref="Convolution1Naive"/>. Test: LadderTests.
/// </remarks>
internal static class Convolution2Coalesced
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes)
    {
        ConvShape shape = ConvolutionLadder.ShapeOf(sizes);
        int groupSize = DeviceTuning.For(accelerator).GroupSize;
        var kernel = Run;
        var launch = accelerator.LoadStreamKernel(kernel);
        var grid = new Index3D(shape.Images * shape.Coarse.Pixels, Launch.Groups(shape.Coarse.Channels, groupSize), 1);
        KernelConfig config = Launch.Config(grid, groupSize);
        return new((left, right, output, _) => launch(config, left, right, output, shape));
    }

    private static void Run(ArrayView<float> images, ArrayView<float> weights, ArrayView<float> output, ConvShape shape)
    {
        int column = Grid.IdxY * Group.DimX + Group.IdxX;
        if (column < shape.Coarse.Channels)
            output[Grid.IdxX * shape.Coarse.Channels + column] = Convolution1Naive.Sum(images, weights, Grid.IdxX, column, shape);
    }
}
