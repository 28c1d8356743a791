using VaeGpu.Bench.Figures;
using VaeGpu.Gpu.Accelerators;
using VaeGpu.Kernels.Devices;

namespace VaeGpu.Bench.Measuring;

/// <summary>An opened device with the ruler beside it.</summary>
/// <param name="Name">As the tables name it.</param>
/// <param name="Accelerator">The device.</param>
/// <param name="Peak">The measured peak of the same cores; null for devices whose cores are not the host's.</param>
internal sealed record BenchDevice(string Name, Accelerator Accelerator, FmaPeak? Peak) : IDisposable
{
    /// <summary>The processor with one thread and with all, and every OpenCL device.</summary>
    public static IReadOnlyList<BenchDevice> OpenAll()
    {
        int cores = Environment.ProcessorCount;
        List<BenchDevice> devices = [Cpu(1)];
        if (cores > 1)
            devices.Add(Cpu(cores));
        Context opencl = Context.Create(builder => builder.OpenCL12());
        // ILGPU adds its own CPU device where a context has no other.
        foreach (OpenCL12Device device in opencl.GetOpenCL12Devices())
            devices.Add(Of(device.CreateAccelerator(opencl)));
        return devices;
    }

    /// <summary>One device alone, as <c>--device</c> names it; all where none is named.</summary>
    public static IReadOnlyList<BenchDevice> Open(string? device)
    {
        if (device is null)
            return OpenAll();
        Accelerator accelerator = Backend.Open(device).Accelerator;
        return accelerator is SimdAccelerator ? [Cpu(Environment.ProcessorCount)] : [Of(accelerator)];
    }

    /// <summary>Whether this is a graphics processor.</summary>
    public bool IsGpu => Backend.IsGpu(Accelerator);

    /// <summary>Whether this is the processor through the SIMD target.</summary>
    public bool IsCpu => Accelerator is SimdAccelerator;

    /// <summary>Measures launches in turn with the peak and with a peer, where there are such.</summary>
    /// <param name="effort">How much is measured.</param>
    /// <param name="flops">Operations of a launch.</param>
    /// <param name="launch">The launch.</param>
    /// <param name="peer">The same work by somebody else.</param>
    public Timing Time(Effort effort, double flops, Action launch, Sampler? peer = null)
    {
        Sampler? peak = Peak is null ? null : Samplers.Of(Peak.Run);
        Sampler[] sides = [Samplers.Of(Accelerator, launch), .. new[] { peak, peer }.OfType<Sampler>()];
        Samples samples = Alternation.Measure(effort, sides);
        return Peak is null
            ? new(samples, flops, null, null)
            : new(samples, flops, Peak.Flops / samples.Seconds(1), samples.Ratio(1, 0).Median * flops / Peak.Flops);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Peak?.Dispose();
        Accelerator.Dispose();
    }

    /// <summary>The processor with so many threads.</summary>
    public static BenchDevice Cpu(int threads)
    {
        Context context = Context.Create(builder => builder.Simd(threads));
        Accelerator accelerator = context.CreateSimdAccelerator(0);
        string name = $"CPU, {threads} {(threads == 1 ? "thread" : "threads")}";
        return new(name, accelerator, new FmaPeak(threads, accelerator.WarpSize));
    }

    /// <summary>Any device but the processor through the SIMD target. A processor's name is the machine's, which the tables have.</summary>
    private static BenchDevice Of(Accelerator accelerator)
    {
        DeviceKind found = DeviceKind.Of(accelerator);
        string kind = found == DeviceKind.OpenCL ? "OpenCL" : found.Name;
        return new(Backend.IsGpu(accelerator) ? $"{kind}: {accelerator.Name}" : $"{kind} on the processor", accelerator, null);
    }
}

/// <summary>What launches reach.</summary>
/// <param name="Samples">The times: of a launch, of the peak if there is one, of the peer if there is one.</param>
/// <param name="Flops">Operations of a launch.</param>
/// <param name="Peak">FLOP/s of the peak, or null if the peak of the device is not measured.</param>
/// <param name="OfPeak">The share of the peak.</param>
internal sealed record Timing(Samples Samples, double Flops, Spread? Peak, double? OfPeak)
{
    /// <summary>FLOP/s.</summary>
    public Spread Rate => Flops / Samples.Seconds(0);

    /// <summary>The peak in GFLOP/s.</summary>
    public Quantity? PeakRate => Peak is { } peak ? new(peak * 1e-9, Numbers.Operations) : null;

    /// <summary>The side of the peer, if there is one.</summary>
    public int PeerSide => Peak is null ? 1 : 2;
}
