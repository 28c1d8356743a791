using VaeGpu.CudaEmulator;
using VaeGpu.Training.Diagnostics.Catalogue;


namespace VaeGpu.Tests.Ptx;

/// <summary>Every kernel of the product on the machine that executes PTX.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class CatalogueTests
{
    [Test]
    public void The_machine_finds_nothing_wrong_with_any_kernel()
    {
        var driver = new FakeCudaDriver();
        using PtxAccelerator gpu = driver.Open();
        Assert.That(() =>
        {
            KernelCatalogue.Launch(gpu, CatalogueSizes.Representative(2), tensorCores: true, default);
            gpu.Synchronize();
        }, Throws.Nothing);
        Assert.That(driver.Fault, Is.Null);
    }
}
