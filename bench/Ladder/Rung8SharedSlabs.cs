using VaeGpu.Kernels;

namespace VaeGpu.Bench.Ladder;

/// <summary>Rung 8: <see cref="BlockedMatMul"/>, the layers' kernel on GPUs: shared tiles, and a block of registers for each thread.</summary>
/// <remarks>
/// Rung 3's reuse between threads and rung 5's within one: its remarks have layouts, costs and barriers. On a CPU it is here
/// for comparison only. Predecessor: rung 3. Held by MatMulTests, besides the check against float64.
/// </remarks>
internal static class Rung8SharedSlabs
{
    public static Product Load(Accelerator accelerator, MatMulShape shape)
    {
        var kernel = BlockedMatMul.Multiply<Block32x32, DepthFastest, DepthSlowest, Plain>;
        var launch = accelerator.LoadStreamKernel(kernel);
        KernelConfig config = Launch.Config(
            BlockedMatMul.GridFor<Block32x32>(shape.Rows, shape.Columns), BlockedMatMul.GroupSize<Block32x32>());
        return (left, right, output) => launch(config, left, right, output, default, default, shape);
    }
}
