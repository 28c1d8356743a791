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
        Context opencl = Context.Create(builder => builder.OpenCL());
        devices.AddRange(opencl.Devices.Select(device => new BenchDevice($"OpenCL: {device.Name}", device.CreateAccelerator(opencl), null)));
        return devices;
    }

    /// <summary>Whether this is the processor through the SIMD target.</summary>
    public bool IsCpu => Accelerator.AcceleratorType == AcceleratorType.CPU;

    /// <summary>Seconds of one launch, and the peak in FLOP/s measured in turn with it.</summary>
    public (double Seconds, double? Peak) Time(Effort effort, Action launch)
    {
        Sampler side = Samplers.Of(Accelerator, launch);
        if (Peak is null)
            return (Alternation.Median(effort, side), null);
        double[] medians = Alternation.Medians(effort, side, Samplers.Of(Peak.Run));
        return (medians[0], Peak.Flops / medians[1]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Peak?.Dispose();
        Accelerator.Dispose();
    }

    private static BenchDevice Cpu(int threads)
    {
        Context context = Context.Create(builder => builder.CPU(threads, 0));
        Accelerator accelerator = context.Devices[0].CreateAccelerator(context);
        string name = $"CPU, {threads} {(threads == 1 ? "thread" : "threads")}, {32 * accelerator.WarpSize} bits";
        return new(name, accelerator, new FmaPeak(threads, accelerator.WarpSize));
    }
}
