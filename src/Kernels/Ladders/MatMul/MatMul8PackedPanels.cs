using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Ladders.MatMul;

/// <summary><see cref="PanelMatMul"/>: the right factor is laid out before, in the order in which a group reads it.</summary>
/// <remarks>
/// The loop over k then reads memory from front to back, instead of one vector from each of K rows that lie in different pages. Packing
/// moves 8 bytes for each number, so it pays for large products, where each number is read many times. The next block of the factor is
/// packed while the caches hold it. Predecessor: <see cref="MatMul7AnyLayout"/>. Tests: LadderTests, PanelMatMulTests.
/// </remarks>
internal static class MatMul8PackedPanels
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes)
    {
        MatMulShape shape = MatMulLadder.ShapeOf(sizes);
        PanelProduct product = PanelProduct.Load<DepthFastest, DepthSlowest, Plain>(accelerator, DeviceTuning.For(accelerator));
        return new(
            (left, right, output, scratch) => product.Run(left, right, output, default, default, shape, scratch),
            product.ScratchLength(shape));
    }
}
