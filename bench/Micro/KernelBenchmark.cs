using BenchmarkDotNet.Attributes;
using VaeGpu.Bench.Measuring;
using VaeGpu.Gpu.Accelerators;

namespace VaeGpu.Bench.Micro;

/// <summary>A benchmark of launches on the processor, with one thread and with all.</summary>
public abstract class KernelBenchmark
{
    /// <summary>Workers; 0 is one for each core.</summary>
    [Params(1, 0)]
    public int Threads { get; set; }

    /// <summary>The device.</summary>
    protected Accelerator Accelerator { get; private set; } = null!;

    /// <summary>Opens the device and prepares the launches.</summary>
    [GlobalSetup]
    public void Open()
    {
        Context context = Context.Create(builder => builder.Simd(Threads));
        Accelerator = context.CreateSimdAccelerator(0);
        Prepare();
    }

    /// <summary>Frees the device with all its memory.</summary>
    [GlobalCleanup]
    public void Close() => Accelerator.Dispose();

    /// <summary>Loads kernels and allocates memory.</summary>
    protected abstract void Prepare();

    /// <summary>A buffer of normal numbers.</summary>
    protected ArrayView<float> Numbers(int count) => Accelerator.Allocate1D(Data.Normal(count)).View;
}
