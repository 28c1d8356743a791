using VaeGpu.CudaEmulator;
using VaeGpu.Gpu.Inspection;
using VaeGpu.Gpu.Runtime.Cuda;

namespace VaeGpu.Tests.Runtime;

/// <summary>A device whose results differ from the processor's is found out, at the element.</summary>
internal sealed class LaunchComparerTests
{
    private const int Count = 13;

    public static void Twice(ArrayView<float> source, ArrayView<float> target)
    {
        int index = Grid.GlobalIndex.X;
        if (index < target.Length)
            target[index] = 2 * source[index];
    }

    public static void AddWarpSize(ArrayView<float> source, ArrayView<float> target)
    {
        int index = Grid.GlobalIndex.X;
        if (index < target.Length)
            target[index] = index == 5 ? source[index] + 100 * Warp.WarpSize : source[index];
    }

    public static void Roots(ArrayView<float> source, ArrayView<float> target)
    {
        int index = Grid.GlobalIndex.X;
        if (index < target.Length)
            target[index] = MathF.Sqrt(source[index]);
    }

    [Test]
    public void A_kernel_that_computes_the_same_passes_also_where_that_is_NaN()
    {
        using Accelerator other = SimdDevice.Create(1, 128).CreateAccelerator(TestDevice.SharedContext);
        Assert.That(Compare(other, Twice), Is.EqualTo(new[] { ("LaunchComparerTests.Twice", (string?)null) }));
        Assert.That(Compare(other, Roots), Is.EqualTo(new[] { ("LaunchComparerTests.Roots", (string?)null) }));
    }

    [Test]
    public void A_kernel_that_computes_something_else_is_named_with_the_element_and_both_values()
    {
        using Accelerator other = SimdDevice.Create(1, 128).CreateAccelerator(TestDevice.SharedContext);
        (string kernel, string? fault) = Compare(other, AddWarpSize).Single();
        Assert.That(kernel, Is.EqualTo("LaunchComparerTests.AddWarpSize"));
        Assert.That(
            fault, Does.Match(@"^target\[5\] is \d{3}(\.\d+)? \(0x4[0-9a-f]{7}\), and \d+(\.\d+)? \(0x4[0-9a-f]{7}\) on the processor$"));
    }

    [TestCase(4 * 3, @"^source\[3\] is \S+ \(0x[0-9a-f]{8}\), and \S+ \(0x[0-9a-f]{8}\) on the processor$")]
    [TestCase(-8, "^it writes 8 bytes before the memory of source$")]
    [TestCase(4 * Count + 2, "^it writes 2 bytes behind the memory of source$")]
    public void One_wrong_bit_is_found_in_a_buffer_and_beside_it(int at, string fault)
    {
        using var corrupting = new CorruptingAccelerator(at);
        Assert.That(Compare(corrupting, Twice).Single().Fault, Does.Match(fault));
    }

    [Test]
    public void A_launch_like_one_before_is_not_compared_again()
    {
        using Accelerator other = SimdDevice.Create(1, 128).CreateAccelerator(TestDevice.SharedContext);
        var told = new List<string>();
        LaunchComparer.Run(other, 32, 1, accelerator =>
        {
            using var source = accelerator.Allocate1D<float>(40);
            using var target = accelerator.Allocate1D<float>(40);
            var kernel = accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>>(Twice);
            kernel((2, 16), source.View.SubView(0, 30), target.View.SubView(0, 30));
            kernel((2, 16), source.View.SubView(0, 30), target.View.SubView(0, 30));
            kernel((2, 16), source.View.SubView(0, 30), target.View.SubView(1, 30));
            kernel((2, 16), source.View.SubView(0, 31), target.View.SubView(1, 31));
        }, (kernel, _) => told.Add(kernel));
        Assert.That(told, Has.Count.EqualTo(3));
    }

    [Test]
    public void A_device_that_refuses_a_kernel_is_asked_for_the_next_and_a_lost_one_for_no_more()
    {
        var driver = new FakeCudaDriver();
        using PtxAccelerator gpu = driver.Open();
        driver.Failing["LaunchKernel"] = CudaError.CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES;
        var refused = Compare(gpu, Twice, Roots);
        Assert.That(refused.Select(one => one.Fault is null), Is.EqualTo(new[] { false, true }));
        driver.Failing["LaunchKernel"] = CudaError.CUDA_ERROR_ILLEGAL_ADDRESS;
        (string kernel, string? fault) = Compare(gpu, Twice, Roots).Single();
        Assert.That((kernel, fault), Is.EqualTo(("LaunchComparerTests.Twice", fault)));
        Assert.That(fault, Does.Contain("stopped"));
    }

    private static List<(string Kernel, string? Fault)> Compare(
        Accelerator subject, params Action<ArrayView<float>, ArrayView<float>>[] kernels)
    {
        var told = new List<(string, string?)>();
        LaunchComparer.Run(subject, 32, seed: 1, accelerator =>
        {
            using var source = accelerator.Allocate1D<float>(Count);
            using var target = accelerator.Allocate1D<float>(Count);
            foreach (var kernel in kernels)
                accelerator.LoadStreamKernel(kernel)((2, 8), source.View, target.View);
        }, (kernel, fault) => told.Add((kernel, fault)));
        return told;
    }

    /// <summary>
    /// A processor that flips a bit of whatever is read back from it, so many bytes behind the start of a buffer of floats.
    /// </summary>
    private sealed class CorruptingAccelerator(int at) : SimdAccelerator(TestDevice.SharedContext, SimdDevice.Create(1, 128).ToOpen())
    {
        internal override unsafe void CopyOut(EngineStream stream, nint source, long byteOffset, void* target, long bytes)
        {
            base.CopyOut(stream, source, byteOffset, target, bytes);
            ((byte*)target)[(bytes - Count * sizeof(float)) / 2 + at] ^= 1;
        }
    }
}
