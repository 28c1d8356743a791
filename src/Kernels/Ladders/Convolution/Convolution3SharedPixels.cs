using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Devices;

namespace VaeGpu.Kernels.Ladders.Convolution;

/// <summary>A group stages the pixel that a tap sees in shared memory, 64 channels at a time.</summary>
/// <remarks>
/// <para>Threads: as in <see cref="Convolution2Coalesced"/>, the predecessor. Each thread loads some of the channels, and all read them
/// from shared memory: a G-th of the loads from the images. A GPU's first-level cache serves broadcasts nearly as well; on a CPU it is a
/// copy of what the cache holds anyway.</para>
/// <para>Costs: 256 shared bytes and two barriers for each tap and 64 channels: the pixel must be whole before others read it, and nobody
/// may overwrite it while others still read. Test: LadderTests.</para>
/// </remarks>
internal static class Convolution3SharedPixels
{
    private const int Staged = 64;

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
        ArrayView<float> pixel = SharedMemory.Allocate<float>(Staged);
        int column = Grid.IdxY * Group.DimX + Group.IdxX;
        int image = Grid.IdxX / shape.Coarse.Pixels, place = Grid.IdxX % shape.Coarse.Pixels;
        int top = place / shape.Coarse.Width * shape.Stride - shape.Padding;
        int side = place % shape.Coarse.Width * shape.Stride - shape.Padding;
        float sum = 0f;
        for (int tap = 0; tap < shape.Taps; tap++)
        {
            int y = top + tap / shape.Kernel, x = side + tap % shape.Kernel;
            if ((y >= 0) & (y < shape.Fine.Height) & (x >= 0) & (x < shape.Fine.Width))
            {
                int source = ((image * shape.Fine.Height + y) * shape.Fine.Width + x) * shape.Fine.Channels;
                for (int first = 0; first < shape.Fine.Channels; first += Staged)
                {
                    int count = Math.Min(Staged, shape.Fine.Channels - first);
                    for (int c = Group.IdxX; c < count; c += Group.DimX)
                        pixel[c] = images[source + first + c];
                    Group.Barrier();
                    int weight = (tap * shape.Fine.Channels + first) * shape.Coarse.Channels + column;
                    if (column < shape.Coarse.Channels)
                    {
                        for (int c = 0; c < count; c++)
                            sum = MathF.FusedMultiplyAdd(pixel[c], weights[weight + c * shape.Coarse.Channels], sum);
                    }
                    Group.Barrier();
                }
            }
        }
        if (column < shape.Coarse.Channels)
            output[Grid.IdxX * shape.Coarse.Channels + column] = sum;
    }
}
