using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Bench.Ladder;

/// <summary>Rungs 11 and 12: the products of tensor cores, with factors rounded to tf32 or bf16 and sums in fp32.</summary>
/// <remarks>
/// <para>A warp's instruction multiplies 16 rows by 8 columns at once, so that operands, no more arithmetic, are what is scarce. It costs
/// the agreement of all devices: factors keep 11 or 8 significant bits, and a tensor core adds in an order of its own.</para>
/// <para>Rung 11 against rung 10 is what tensor cores buy; 12 against 11 is what half as many bits buy. Held by the tests of the tensor
/// kernels, besides the ladder's check against float64.</para>
/// </remarks>
internal static class Rung11TensorCores
{
    public static Func<Accelerator, MatMulShape, Product> Loader(Precision precision) => (accelerator, shape) =>
    {
        MatMulLauncher product = MatMulLauncher.Load<DepthFastest, DepthSlowest, Plain>(accelerator, precision);
        // Freed with the device.
        MemoryBuffer1D<float, Stride1D.Dense> scratch = accelerator.Allocate1D<float>(product.ScratchLength(shape));
        return (left, right, output) => product.Run(left, right, output, default, default, shape, scratch.View);
    };
}
