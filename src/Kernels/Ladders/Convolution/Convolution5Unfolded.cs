using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Ladders.Convolution;

/// <summary><see cref="Unfold"/> copies what every pixel sees into a row of a matrix; the layers' matrix product does the rest.</summary>
/// <remarks>
/// The product is as fast as products are. The matrix is taps/stride² times as large as the images, 4 times here, and is written and read.
/// Its zeros for the padding are multiplied and added, which changes no sum. Predecessor: <see cref="Convolution4ManyImages"/>. Tests:
/// LadderTests, ConvTests.
/// </remarks>
internal static class Convolution5Unfolded
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes)
    {
        ConvShape shape = ConvolutionLadder.ShapeOf(sizes);
        var product = new MatMulShape
        {
            Rows = shape.Images * shape.Coarse.Pixels, Columns = shape.Coarse.Channels, Depth = shape.Taps * shape.Fine.Channels,
        };
        var kernel = Unfold.Run;
        var unfold = accelerator.LoadStreamKernel(kernel);
        MatMulLauncher multiply = MatMulLauncher.Load<DepthFastest, DepthSlowest, Plain>(accelerator);
        KernelConfig config = Launch.Config(shape.Images * shape.Coarse.Height, DeviceTuning.For(accelerator).GroupSize);
        long length = (long)product.Rows * product.Depth + 15 & ~15L;
        return new((left, right, output, scratch) =>
        {
            Floats unfolded = scratch.SubView(0, length), packed = LoadedRung.Rest(scratch, length);
            unfold(config, left, unfolded, shape);
            multiply.Run(unfolded, right, output, default, default, product, packed);
        }, length + multiply.ScratchLength(product));
    }
}
