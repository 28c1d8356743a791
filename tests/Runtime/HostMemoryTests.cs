using System.Globalization;
using VaeGpu.Gpu.Runtime.Cpu;
using VaeGpu.Tests.Training;
using VaeGpu.Training.Optimization;

namespace VaeGpu.Tests.Runtime;

/// <summary>What the processor's memory certainly does not hold is refused, since Linux would kill the process that takes it.</summary>
public sealed class HostMemoryTests
{
    private const long Large = 1L << 40;

    [Test]
    public void What_fits_is_not_refused_and_what_does_not_is_named_with_its_size()
    {
        Assert.That(() => HostMemory.ThrowIfBeyond("A model", Large / 4, Large / 4, Large), Throws.Nothing);
        var refusal = Assert.Throws<OutOfMemoryException>(() => HostMemory.ThrowIfBeyond("A model", Large / 2, Large / 2, Large));
        Assert.That(refusal.Message, Does.Match(
            @"^A model needs 549\.76 GB of memory beside 5\d\d\.\d\d GB in use, and this process can have 1,099\.51 GB\.$"));
    }

    [Test]
    [Platform("Linux", Reason = "Other systems refuse by themselves.")]
    public void The_processor_refuses_more_than_the_machine_has_before_it_takes_any()
    {
        using Context context = Context.Create(builder => builder.Simd());
        using Accelerator cpu = context.Devices[0].CreateAccelerator(context);
        Assert.That(HostMemory.Limit, Is.GreaterThanOrEqualTo(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes));
        Assert.That(() => cpu.Allocate1D<byte>(HostMemory.Limit), Throws.TypeOf<OutOfMemoryException>().With.Message.Contains("can have"));
        Assert.That(((EngineAccelerator)cpu).AllocatedBytes, Is.Zero);
    }

    /// <summary>The kernel lists the flags of each mapping: "hg" is the advice to use huge pages.</summary>
    [Test]
    [Platform("Linux", Reason = "Only Linux takes the advice.")]
    public void Large_buffers_are_advised_to_be_in_huge_pages()
    {
        if (!Directory.Exists("/sys/kernel/mm/transparent_hugepage"))
            Assert.Ignore("This kernel has no transparent huge pages.");
        using Context context = Context.Create(builder => builder.Simd());
        using Accelerator cpu = context.Devices[0].CreateAccelerator(context);
        using var large = cpu.Allocate1D<byte>(9 << 20);
        Assert.Multiple(() =>
        {
            Assert.That(FlagsAt(large.NativePtr), Does.Contain("hg"));
            Assert.That(FlagsAt(large.NativePtr + (8 << 20)), Does.Contain("hg"));
        });

        static string[] FlagsAt(nint address)
        {
            bool found = false;
            foreach (string line in File.ReadLines("/proc/self/smaps"))
            {
                string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries), ends = words[0].Split('-');
                if (ends.Length == 2)
                {
                    found = nint.Parse(ends[0], NumberStyles.HexNumber) <= address
                        && address < nint.Parse(ends[1], NumberStyles.HexNumber);
                }
                else if (found && words[0] == "VmFlags:")
                    return words;
            }
            throw new InvalidOperationException($"No mapping holds {address:x}.");
        }
    }

    [Test]
    public void A_model_that_can_be_trained_but_not_drawn_from_is_refused_before_it_is_built()
    {
        using Context context = Context.Create(builder => builder.Simd());
        using var cpu = (SimdAccelerator)context.Devices[0].CreateAccelerator(context);
        var configuration = TinyRun.Configuration(hidden: 4000);
        const long Parameters = 4 * 4000 * (2 * 784 + 9);
        cpu.MemoryLimit = GC.GetTotalMemory(true) + 9 * Parameters / 2;
        Assert.That(
            () => new Trainer(cpu, configuration, TinyRun.Data),
            Throws.TypeOf<OutOfMemoryException>().With.Message.StartsWith("A model of 6,3"));
        cpu.MemoryLimit = GC.GetTotalMemory(true) + 7 * Parameters;
        Assert.That(() => new Trainer(cpu, configuration, TinyRun.Data).Dispose(), Throws.Nothing);
    }

    [Test]
    public void Bytes_of_buffers_are_counted_until_they_are_freed()
    {
        using Context context = Context.Create(builder => builder.Simd());
        using Accelerator cpu = context.Devices[0].CreateAccelerator(context);
        using (cpu.Allocate1D<float>(10))
        {
            using var another = cpu.Allocate1D<byte>(5);
            Assert.That(((EngineAccelerator)cpu).AllocatedBytes, Is.EqualTo(45));
        }
        Assert.That(((EngineAccelerator)cpu).AllocatedBytes, Is.Zero);
    }
}
