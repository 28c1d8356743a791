using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Ladders.Convolution;

/// <summary><see cref="Convolutions.Convolution"/>, the layers' kernel: the tiles of a matrix product, without the matrix.</summary>
/// <remarks>
/// Each thread has several images and two channels of the result; the address of what a tap sees is computed where the product would read
/// the unfolded matrix. Taps that see the padding are left out, and every epilogue fits. Predecessor: <see cref="Convolution5Unfolded"/>.
/// Tests: LadderTests, ConvTests.
/// </remarks>
internal static class Convolution6Implicit
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes)
    {
        ConvShape shape = ConvolutionLadder.ShapeOf(sizes);
        ConvLauncher convolution = ConvLauncher.Load<ToCoarse, Plain>(accelerator);
        return new(
            (left, right, output, scratch) => convolution.Run(left, right, output, default, default, shape, scratch),
            ConvLauncher.ScratchLength<ToCoarse>(DeviceTuning.For(accelerator), shape));
    }
}
