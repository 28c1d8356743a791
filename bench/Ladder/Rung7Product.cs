using VaeGpu.Kernels;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Bench.Ladder;

/// <summary>Rung 7: <see cref="MatMul"/>, the layers' kernel on CPUs: rung 6 for any size, either layout and every epilogue.</summary>
/// <remarks>
/// The guards at the edges stand outside the loop over k; layouts and epilogues are policies that the compiler folds: the
/// generality should cost nothing. Predecessor: rung 6. Held by MatMulTests, besides the check against float64.
/// </remarks>
internal static class Rung7Product
{
    public static Product Load(Accelerator accelerator, MatMulShape shape) => DeviceTuning.For(accelerator).Tile switch
    {
        TileShape.Rows4 => Load<Tile4x2>(accelerator, shape),
        TileShape.Rows6 => Load<Tile6x2>(accelerator, shape),
        TileShape.Rows8 => Load<Tile8x2>(accelerator, shape),
        _ => Load<Tile12x2>(accelerator, shape),
    };

    private static Product Load<TTile>(Accelerator accelerator, MatMulShape shape) where TTile : struct, ITile
    {
        int groupSize = DeviceTuning.For(accelerator).GroupSize;
        var kernel = MatMul.Multiply<TTile, DepthFastest, DepthSlowest, Plain>;
        var launch = accelerator.LoadStreamKernel(kernel);
        KernelConfig config = Launch.Config(MatMul.GridFor<TTile>(shape.Rows, shape.Columns, groupSize), groupSize);
        return (left, right, output) => launch(config, left, right, output, default, default, shape);
    }
}
