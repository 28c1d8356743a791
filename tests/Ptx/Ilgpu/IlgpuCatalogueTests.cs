using VaeGpu.Gpu.Ilgpu;
using VaeGpu.Gpu.Inspection;
using VaeGpu.Kernels.Devices;
using VaeGpu.Training.Diagnostics.Catalogue;

namespace VaeGpu.Tests.Ptx.Ilgpu;

/// <summary>Every kernel of the product by ILGPU's own back ends.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class IlgpuCatalogueTests
{
    private static readonly Lazy<IReadOnlyList<KernelLaunch>> kernels =
        new(() => KernelCatalogue.Of(gpu: true, batch: 2, default));

    [Test]
    public void Every_kernel_becomes_PTX_that_calls_nothing_undefined(
        [Values(80, 90)] int capability, [Values(OptimizationLevel.O1, OptimizationLevel.O2)] OptimizationLevel level)
    {
        using IlgpuCompiler ilgpu = new(capability, level);
        foreach (KernelLaunch kernel in kernels.Value)
        {
            string text = ilgpu.Ptx(kernel.Method, kernel.Specialization);
            Assert.That(text, Does.Contain(".visible .entry").And.Not.Contain(".extern .func"), kernel.Name);
        }
    }

    [Test]
    public void Every_kernel_without_PTX_of_its_own_and_without_shuffles_becomes_OpenCL()
    {
        using IlgpuCompiler ilgpu = new();
        foreach (KernelLaunch kernel in KernelInspector.Record(
            gpu: true, runs: false, accelerator =>
                KernelCatalogue.Launch(accelerator, CatalogueSizes.Representative(2), tensorCores: false, default)).DistinctBy(k => k.Name))
        {
            if (!KernelInspector.Code(kernel, "ir").Contains("shuffle", StringComparison.OrdinalIgnoreCase))
                Assert.That(ilgpu.OpenCL(kernel.Method, kernel.Specialization), Does.Contain("kernel void"), kernel.Name);
        }
    }

    [Test]
    public void The_machine_finds_nothing_wrong_with_any_kernel()
    {
        using IlgpuPtxAccelerator gpu = new();
        Assert.That(() => KernelCatalogue.Launch(gpu, CatalogueSizes.Representative(2), tensorCores: true, default), Throws.Nothing);
    }
}
