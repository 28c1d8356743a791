using VaeGpu.Gpu.IR;

namespace VaeGpu.Tests.OpenCL;

/// <summary>The device itself: listing, memory, copies, launches that cannot be.</summary>
public sealed class DeviceTests : OpenCLFixture
{
    [Test]
    public void The_device_says_what_it_is() => Assert.Multiple(() =>
    {
        Assert.That(Accelerator.Device.ToString(), Does.StartWith("OpenCL"));
        Assert.That(Accelerator.Name, Is.Not.Empty);
        Assert.That(Accelerator.WarpSize, Is.EqualTo(1));
        Assert.That(Accelerator.MaxNumThreadsPerGroup, Is.GreaterThanOrEqualTo(64));
        Assert.That(Accelerator.MaxSharedMemoryPerGroup, Is.GreaterThanOrEqualTo(16 * 1024));
        Assert.That(Accelerator.NumMultiprocessors, Is.Positive);
        Assert.That(Accelerator.MemorySize, Is.GreaterThan(1 << 20));
    });

    [TestCase(1)]
    [TestCase(100_003)]
    public void Copies_bring_back_what_was_sent(int length)
    {
        byte[] data = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7))];
        using var buffer = Accelerator.Allocate1D(data);
        Assert.That(buffer.GetAsArray1D(), Is.EqualTo(data));
        buffer.MemSetToZero();
        Assert.That(buffer.GetAsArray1D(), Is.All.EqualTo(0));
    }

    [Test]
    public void Parts_of_a_buffer_are_copied_and_cleared_alone()
    {
        using var buffer = Accelerator.Allocate1D([.. Enumerable.Range(1, 100)]);
        buffer.View.SubView(10, 5).CopyFromCPU([-1, -2, -3, -4, -5]);
        buffer.View.SubView(51, 3).MemSetToZero();
        int[] part = new int[7];
        buffer.View.SubView(9, 7).CopyToCPU(part);
        Assert.That(part, Is.EqualTo(new[] { 10, -1, -2, -3, -4, -5, 16 }));
        Assert.That(buffer.GetAsArray1D()[50..56], Is.EqualTo(new[] { 51, 0, 0, 0, 55, 56 }));
    }

    [Test]
    public void Copies_of_another_length_are_refused([Values(9, 11)] int length)
    {
        using var buffer = Accelerator.Allocate1D<int>(10);
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.CopyFromCPU(new int[length]));
    }

    [Test]
    public void A_buffer_larger_than_the_device_is_refused_with_the_sizes()
    {
        var refusal = Assert.Throws<OutOfMemoryException>(() => Accelerator.Allocate1D<byte>(1L << 50));
        Assert.That(refusal!.Message, Does.Contain((1L << 50).ToString("N0")).And.Contain(Accelerator.MemorySize.ToString("N0")));
    }

    [Test]
    public void Freed_memory_cannot_be_used()
    {
        var buffer = Accelerator.Allocate1D<int>(10);
        ArrayView<int> view = buffer.View;
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => view.CopyToCPU(new int[10]));
    }

    [Test]
    public void A_group_larger_than_the_device_allows_is_refused()
    {
        var launch = Accelerator.LoadStreamKernel<ArrayView<int>>(Ignore);
        using var buffer = Accelerator.Allocate1D<int>(1);
        var refusal = Assert.Throws<KernelLaunchException>(() => launch((1, Accelerator.MaxNumThreadsPerGroup + 1), buffer.View));
        Assert.That(refusal!.Message, Does.Contain(nameof(Ignore)));
    }

    [Test]
    public void More_shared_memory_than_the_device_has_is_refused_with_the_kernel()
    {
        var kernel = new HandKernel();
        Parameter output = kernel.View();
        Value array = kernel.Builder.Emit(Op.SharedArray, IrType.Pointer(AddressSpace.Shared), [], 1L << 30);
        kernel.Write(output, kernel.Global, kernel.Builder.Load(array, MemoryType.I32), MemoryType.I32);
        var refusal = Assert.Throws<KernelCompilationException>(() => Accelerator.Compile(kernel.Function, new(64, 1, 1)));
        Assert.That(refusal!.Message, Does.Contain("Tests.Hand").And.Contain("Use a smaller tile"));
    }

    [Test]
    public void A_launch_over_no_groups_does_nothing()
    {
        var launch = Accelerator.LoadStreamKernel<ArrayView<int>>(Ignore);
        using var buffer = Accelerator.Allocate1D<int>(1);
        Assert.DoesNotThrow(() => launch((0, 64), buffer.View));
    }

    [Test]
    public void A_damaged_entry_of_the_cache_is_compiled_anew()
    {
        var kernel = new HandKernel();
        Parameter output = kernel.View();
        kernel.Write(output, kernel.Global, Constant.I32(Random.Shared.Next()), MemoryType.I32);
        string entry = BinaryCache.PathOf(Accelerator.Programs.Key(Accelerator.Compile(kernel.Function, new(64, 1, 1)).Text));
        if (!File.Exists(entry))
            Assert.Ignore("This device keeps no binaries, or the cache folder cannot be written.");
        byte[] content = File.ReadAllBytes(entry);
        Accelerator.Compile(kernel.Function, new(64, 1, 1));
        foreach (byte[] damaged in new[] { content[..10], content[..^1], [.. content[..^1], (byte)~content[^1]], [] })
        {
            File.WriteAllBytes(entry, damaged);
            Assert.DoesNotThrow(() => Accelerator.Compile(kernel.Function, new(64, 1, 1)));
            Assert.That(File.ReadAllBytes(entry), Is.Not.EqualTo(damaged), "the entry was not written again");
        }
        File.Delete(entry);
    }

    private static void Ignore(ArrayView<int> view) => view[0] = 1;
}
