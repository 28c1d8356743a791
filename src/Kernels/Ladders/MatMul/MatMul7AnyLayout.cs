using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Ladders.MatMul;

/// <summary><see cref="Products.MatMul"/>, the layers' kernel on CPUs: either layout of both factors, and every epilogue.</summary>
/// <remarks>
/// Layouts and epilogues are policies that the compiler folds: the generality costs nothing. Predecessor: <see cref="MatMul6GroupOrder"/>.
/// Tests: LadderTests, MatMulTests.
/// </remarks>
internal static class MatMul7AnyLayout
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes) => DeviceTuning.For(accelerator).Tile switch
    {
        TileShape.Rows4 => Load<Tile4x2>(accelerator, sizes),
        TileShape.Rows6 => Load<Tile6x2>(accelerator, sizes),
        TileShape.Rows8 => Load<Tile8x2>(accelerator, sizes),
        _ => Load<Tile12x2>(accelerator, sizes),
    };

    private static LoadedRung Load<TTile>(Accelerator accelerator, LadderSizes sizes) where TTile : struct, ITile
    {
        MatMulShape shape = MatMulLadder.ShapeOf(sizes);
        int groupSize = DeviceTuning.For(accelerator).GroupSize;
        var kernel = Products.MatMul.Multiply<TTile, DepthFastest, DepthSlowest, Plain>;
        var launch = accelerator.LoadStreamKernel(kernel);
        KernelConfig config = Launch.Config(Products.MatMul.GridFor<TTile>(shape.Rows, shape.Columns, groupSize), groupSize);
        return new((left, right, output, _) => launch(config, left, right, output, default, default, shape));
    }
}
