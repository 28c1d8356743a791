namespace VaeGpu.Kernels.Devices;

/// <summary>Finds and opens devices with the compiler of this repository.</summary>
public sealed class Backend : IDisposable
{
    private readonly Context context;

    private Backend(Context context, Device device)
    {
        this.context = context;
        Accelerator = device.CreateAccelerator(context);
    }

    /// <summary>The open device.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>Opens a device.</summary>
    /// <param name="spec">See <see cref="DeviceSpec"/>.</param>
    /// <param name="threads">Workers on the processor; 0 for one per core.</param>
    /// <exception cref="FormatException">The specification is none.</exception>
    /// <exception cref="DeviceNotFoundException">There is no such device here.</exception>
    public static Backend Open(string spec = "auto", int threads = 0)
    {
        DeviceSpec wanted = DeviceSpec.Parse(spec);
        Context context = Context.Create(builder => Ask(builder, wanted.Kind, threads));
        Device device = wanted.Kind == DeviceKind.Auto
            ? context.Devices.MaxBy(Rank)!
            : context.Devices.ElementAtOrDefault(wanted.Index) ?? throw NotFound(wanted, context);
        return new Backend(context, device);
    }

    /// <summary>Every device of this machine, and what was found and cannot be used.</summary>
    public static IReadOnlyList<DeviceEntry> List(int threads = 0)
    {
        var entries = new List<DeviceEntry>();
        foreach (DeviceKind kind in (DeviceKind[])[DeviceKind.Cpu, DeviceKind.Cuda, DeviceKind.OpenCL, DeviceKind.Interpreter])
        {
            using Context context = Context.Create(builder => Ask(builder, kind, threads));
            entries.AddRange(context.Devices.Select((device, i) => new DeviceEntry(new DeviceSpec(kind, i).ToString(), device.Name, null)));
            entries.AddRange(context.Refusals.Select(refusal => new DeviceEntry("", refusal.Name, refusal.Reason)));
        }
        return entries;
    }

    /// <summary>Whether an accelerator is a graphics processor, and likes a GPU's kernel shapes.</summary>
    public static bool IsGpu(Accelerator accelerator) => accelerator.Device.IsGpu;

    /// <summary>Whether an accelerator has tensor cores that <see cref="TensorMatMul"/> can use.</summary>
    public static bool HasTensorCores(Accelerator accelerator) => accelerator.Device.HasTensorCores;

    /// <summary>Operations in fp32 that a device does, at most, while its memory sends a byte; null where nothing tells.</summary>
    public static double? OperationsPerByte(Accelerator accelerator) => accelerator.Device.OperationsPerByte;

    /// <summary>Refuses what certainly has no room beside the buffers of an accelerator, where that is known.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="what">What needs room, as a sentence's beginning.</param>
    /// <param name="bytes">How much it needs.</param>
    /// <exception cref="OutOfMemoryException">There is no room; the message says what needs how much.</exception>
    public static void ThrowIfNoRoom(Accelerator accelerator, string what, long bytes) => accelerator.ThrowIfNoRoom(what, bytes);

    /// <summary>Whether an exception is a device's refusal or failure, whose message says all that there is to say.</summary>
    public static bool IsOfDevice(Exception e) =>
        e is CudaException or AcceleratorLostException or KernelLaunchException or KernelCompilationException;

    /// <inheritdoc/>
    public void Dispose()
    {
        Accelerator.Dispose();
        context.Dispose();
    }

    private static void Ask(Context.Builder builder, DeviceKind kind, int threads)
    {
        if (kind is DeviceKind.Cpu or DeviceKind.Auto)
            builder.CPU(threads, 0);
        if (kind is DeviceKind.Cuda or DeviceKind.Auto)
            builder.Cuda();
        if (kind is DeviceKind.OpenCL or DeviceKind.Auto)
            builder.OpenCL();
        if (kind == DeviceKind.Interpreter)
            builder.Interpreter();
    }

    private static int Rank(Device device) => device.AcceleratorType switch
    {
        AcceleratorType.Cuda => 3,
        AcceleratorType.OpenCL => device.IsGpu ? 2 : 0,
        _ => 1,
    };

    private static DeviceNotFoundException NotFound(DeviceSpec wanted, Context context)
    {
        string reason = context.Refusals.Count > 0
            ? string.Join(" ", context.Refusals.Select(refusal => $"{refusal.Name}: {refusal.Reason}"))
            : $"The last of the kind is {wanted with { Index = context.Devices.Count - 1 }}.";
        return new($"There is no device {wanted} here. {reason} The processor (cpu) is always there.");
    }
}
