using VaeGpu.CudaEmulator;
using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Inspection;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Ladders;
using VaeGpu.Training.Diagnostics.Catalogue;
using VaeGpu.Training.Diagnostics.Checks;

namespace VaeGpu.Tests.Training;

/// <summary>Every kernel of the catalogue against the processor, as "check" compares them.</summary>
internal sealed class KernelCheckTests
{
    private static IEnumerable<TestDevice> Devices =>
        TestDevice.All.Where(device => device.ToString() is "CPU 256" or "OpenCL" or "PTX" or "ILGPU PTX" or "CUDA");

    [TestCaseSource(nameof(Devices))]
    public void Every_kernel_of_the_catalogue_agrees_at_odd_sizes(TestDevice device)
    {
        Accelerator accelerator = device.Open();
        int seed = Random.Shared.Next();
        var failures = new List<KernelComparison>();
        KernelCheckCounts counts = KernelChecks.Run(accelerator, seed, [CatalogueSizes.Odd], failures.Add, default);
        Assert.That(failures, Is.Empty, $"seed {seed}");
        Assert.That((counts.Kernels > 100, counts.Failed), Is.EqualTo((true, 0)));
    }

    [Test]
    public void All_kernels_that_are_listed_are_compared_but_those_for_tensor_cores()
    {
        static IEnumerable<string> Names(IEnumerable<KernelLaunch> launches) =>
            launches.Select(launch => KernelCatalogue.Plain(launch.Name)).Distinct();
        var compared = Names(KernelInspector.Record(
            gpu: true, runs: false, a => KernelCatalogue.Launch(a, CatalogueSizes.Odd, tensorCores: false, default)));
        var listed = Names(KernelCatalogue.Of(gpu: true, 2, default));
        Assert.That(listed.Except(compared), Is.EquivalentTo(new[] { "TensorMatMul.Multiply", "PackedMatMul.Multiply", "Pack.Run" }));
    }

    [Test]
    public void Products_on_tensor_cores_are_held_against_double_precision_where_there_are_any()
    {
        using Accelerator gpu = new FakeCudaDriver().Open(), cpu = SimdDevice.Create(1).CreateAccelerator(TestDevice.SharedContext);
        CheckResult[] checks = [.. FormulaChecks.RunTensorProducts(gpu)];
        Assert.That(checks.Select(check => check.Subject).Distinct(), Is.EqualTo(new[] { "products in tf32", "products in bf16" }));
        Assert.That(checks, Has.All.Property(nameof(CheckResult.Passed)).True.And.All.Property(nameof(CheckResult.Error)).GreaterThan(0));
        Assert.That(FormulaChecks.RunTensorProducts(cpu), Is.Empty);
    }

    [TestCase(1, 512)]
    [TestCase(16, 256)]
    [TestCase(32, 128)]
    public void Rungs_of_warps_agree_where_the_processor_has_warps_of_another_width(int warpSize, int vectorBits)
    {
        using Accelerator device = InterpreterDevice.Create(warpSize).CreateAccelerator(TestDevice.SharedContext);
        int seed = Random.Shared.Next();
        var compared = new List<KernelComparison>();
        LaunchComparer.Run(
            device, vectorBits, seed, processor => LadderRungs.Launch(processor, Ladder.Reduction, 75),
            (kernel, fault) => compared.Add(new(kernel, fault)));
        Assert.That(compared, Has.Some.Property(nameof(KernelComparison.Kernel)).Contains("WarpPerRow"));
        Assert.That(compared, Has.All.Property(nameof(KernelComparison.Fault)).Null, $"seed {seed}");
    }

    [Test]
    public void A_stop_ends_the_comparison()
    {
        using var device = Backend.Open("cpu");
        Assert.That(
            () => KernelChecks.Run(device.Accelerator, 1, [CatalogueSizes.Odd], _ => { }, new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>());
    }
}
