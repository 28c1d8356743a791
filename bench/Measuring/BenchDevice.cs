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
        devices.AddRange(opencl.Devices.Select(device =>
            new BenchDevice($"OpenCL: {device.Name}", device.CreateAccelerator(opencl), null)));
        return devices;
    }

    /// <summary>One device alone, as <c>--device</c> names it; all where none is named.</summary>
    public static IReadOnlyList<BenchDevice> Open(string? device)
    {
        if (device is null)
            return OpenAll();
        Accelerator accelerator = Backend.Open(device).Accelerator;
        return accelerator is SimdAccelerator
            ? [Cpu(Environment.ProcessorCount)]
            : [new BenchDevice($"{DeviceKind.Of(accelerator).Name}: {accelerator.Name}", accelerator, null)];
    }

    /// <summary>Whether this is a graphics processor.</summary>
    public bool IsGpu => Backend.IsGpu(Accelerator);

    /// <summary>Whether this is the processor through the SIMD target.</summary>
    public bool IsCpu => Accelerator is SimdAccelerator;

    /// <summary>Times launches in turn with the peak.</summary>
    public Timing Time(Effort effort, double flops, Action launch)
    {
        Sampler side = Samplers.Of(Accelerator, launch);
        if (Peak is null)
            return new(flops / Alternation.Median(effort, side), null, null);
        Samples samples = Alternation.Measure(effort, side, Samplers.Of(Peak.Run));
        return new(flops / samples.Seconds(0), Peak.Flops / samples.Seconds(1), samples.Ratio(1, 0) * flops / Peak.Flops);
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
        string name = $"CPU, {threads} {(threads == 1 ? "thread" : "threads")}, {32 * accelerator.WarpSize} bits";
        return new(name, accelerator, new FmaPeak(threads, accelerator.WarpSize));
    }
}

/// <summary>What launches reach.</summary>
/// <param name="Rate">FLOP/s.</param>
/// <param name="Peak">FLOP/s of the peak beside it; null where there is no ruler.</param>
/// <param name="OfPeak">The share of the peak.</param>
internal sealed record Timing(double Rate, double? Peak, double? OfPeak);
