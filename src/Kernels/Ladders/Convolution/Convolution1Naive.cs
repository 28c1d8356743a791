using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Devices;

namespace VaeGpu.Kernels.Ladders.Convolution;

/// <summary>One thread for each result; neighboring threads have neighboring pixels.</summary>
/// <remarks>
/// <para>Mathematics: output[n, p, j] = Σ over taps t and channels c of left[n, s(p, t), c]·right[t, c, j], taps row by row, within a tap
/// the channels, one fused multiply-add each, from 0; taps that see no pixel are left out.</para>
/// <para>Threads: thread g of group (x, y) has pixel x·G + g, counted through all images, of channel y. Neighbors read the images
/// 2·channels apart, and write the results a pixel apart; each compares its own taps with the edges of the image. The first rung. Test:
/// LadderTests.</para>
/// </remarks>
internal static class Convolution1Naive
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes)
    {
        ConvShape shape = ConvolutionLadder.ShapeOf(sizes);
        int groupSize = DeviceTuning.For(accelerator).GroupSize;
        var kernel = Run;
        var launch = accelerator.LoadStreamKernel(kernel);
        int groups = Launch.Groups(shape.Images * shape.Coarse.Pixels, groupSize);
        KernelConfig config = Launch.Config(new Index3D(groups, shape.Coarse.Channels, 1), groupSize);
        return new((left, right, output, _) => launch(config, left, right, output, shape));
    }

    private static void Run(ArrayView<float> images, ArrayView<float> weights, ArrayView<float> output, ConvShape shape)
    {
        int pixel = Grid.IdxX * Group.DimX + Group.IdxX;
        int column = Grid.IdxY;
        if (pixel < shape.Images * shape.Coarse.Pixels)
            output[pixel * shape.Coarse.Channels + column] = Sum(images, weights, pixel, column, shape);
    }

    /// <summary>One result of a pixel that is counted through all images.</summary>
    internal static float Sum(ArrayView<float> images, ArrayView<float> weights, int pixel, int column, ConvShape shape)
    {
        int image = pixel / shape.Coarse.Pixels, place = pixel % shape.Coarse.Pixels;
        int top = place / shape.Coarse.Width * shape.Stride - shape.Padding;
        int side = place % shape.Coarse.Width * shape.Stride - shape.Padding;
        float sum = 0f;
        for (int tapY = 0; tapY < shape.Kernel; tapY++)
        {
            for (int tapX = 0; tapX < shape.Kernel; tapX++)
            {
                int y = top + tapY, x = side + tapX;
                if ((y >= 0) & (y < shape.Fine.Height) & (x >= 0) & (x < shape.Fine.Width))
                {
                    int source = ((image * shape.Fine.Height + y) * shape.Fine.Width + x) * shape.Fine.Channels;
                    int weight = (tapY * shape.Kernel + tapX) * shape.Fine.Channels * shape.Coarse.Channels + column;
                    for (int c = 0; c < shape.Fine.Channels; c++)
                        sum = MathF.FusedMultiplyAdd(images[source + c], weights[weight + c * shape.Coarse.Channels], sum);
                }
            }
        }
        return sum;
    }
}
