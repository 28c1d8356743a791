using VaeGpu.Kernels;

namespace VaeGpu.Bench.Ladder;

/// <summary>Rung 7: <see cref="MatMul"/>, the kernel of the layers: rung 6 for any size, either layout and every epilogue.</summary>
/// <remarks>
/// The guards at the edges stand outside the loop over k, layouts and epilogues are policies that the compiler folds: the
/// generality should cost nothing. Predecessor: rung 6. Held by MatMulTests, besides the check against float64.
/// </remarks>
internal static class Rung7Product
{
    public static Product Load(Accelerator accelerator, MatMulShape shape)
    {
        MatMulLauncher product = MatMulLauncher.Load<DepthFastest, DepthSlowest, Plain>(accelerator);
        return (left, right, output) => product.Run(left, right, output, default, default, shape);
    }
}
