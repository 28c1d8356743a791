using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Runtime;
using VaeGpu.Gpu.Targets.Simd;
using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Tests.Compiler;

public class GatherTests
{
    /// <summary>Indices are added before they are scaled: the instruction scales one index.</summary>
    [TestCase(8)]
    [TestCase(16)]
    public void A_gather_at_a_sum_of_indices_is_one_instruction(int lanes)
    {
        var group = new Index3D(lanes, 1, 1);
        var kernel = new KernelSource(((Delegate)Fold.Run<Plain>).Method);
        var listing = new SimdListing();
        SimdEmitter.Emit(kernel.Optimize(group, lanes), group, lanes, listing);
        Assert.That(listing.ToString(), Does.Contain("VectorHelpers.Gather4").And.Not.Contain("Lanes.Gather"));
    }
}
