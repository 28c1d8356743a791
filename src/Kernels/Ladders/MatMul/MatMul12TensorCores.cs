using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Ladders.MatMul;

/// <summary>The products of tensor cores, with factors rounded to tf32 and sums in fp32.</summary>
/// <remarks>
/// A warp's instruction multiplies 16 rows by 8 columns at once, so that operands are scarce, and arithmetic is not. It costs the agreement
/// of all devices: factors keep 11 significant bits, and a tensor core adds in an order of its own. Predecessor:
/// <see cref="MatMul11LargeBlocks"/>. Held by the tests of the tensor kernels.
/// </remarks>
internal static class MatMul12TensorCores
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes) => Load(accelerator, sizes, Precision.Tf32);

    /// <summary>The product in any precision.</summary>
    internal static LoadedRung Load(Accelerator accelerator, LadderSizes sizes, Precision precision)
    {
        MatMulShape shape = MatMulLadder.ShapeOf(sizes);
        MatMulLauncher product = MatMulLauncher.Load<DepthFastest, DepthSlowest, Plain>(accelerator, precision);
        return new(
            (left, right, output, scratch) => product.Run(left, right, output, default, default, shape, scratch),
            product.ScratchLength(shape));
    }
}
