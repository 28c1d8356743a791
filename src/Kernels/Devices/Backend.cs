using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using VaeGpu.Gpu;
using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Ilgpu;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Devices;

/// <summary>An open device with its context.</summary>
public sealed class Backend : IDisposable
{
    private readonly Context context;

    private Backend(Context context, DeviceSpec spec, Device device)
    {
        this.context = context;
        Spec = spec;
        Accelerator = device.CreateAccelerator(context);
    }

    /// <summary>What names the device; never <c>auto</c>.</summary>
    public DeviceSpec Spec { get; }

    /// <summary>The open device.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>Opens a device.</summary>
    /// <param name="spec">See <see cref="DeviceSpec"/>.</param>
    /// <param name="threads">Workers on the processor; 0 for one per core.</param>
    /// <param name="place">
    /// Among processes that share the machine, the number of this one: where the specification leaves the choice, they take one GPU after
    /// the other.
    /// </param>
    /// <exception cref="FormatException">The specification names no kind of device.</exception>
    /// <exception cref="DeviceNotFoundException">There is no such device here.</exception>
    public static Backend Open(string spec = "auto", int threads = 0, int place = 0)
    {
        DeviceSpec wanted = DeviceSpec.Parse(spec);
        if (place > 0 && wanted.Kind is { IsCounted: true } counted && !spec.Contains(':', StringComparison.Ordinal))
            wanted = wanted with { Index = place % Math.Max(1, counted.Search(threads).Devices.Count) };
        (DeviceSpec found, Device device) = wanted.Kind is null ? Fastest(threads, place) : (wanted, Find(wanted, wanted.Kind, threads));
        return new Backend(CreateContext(device), found, device);
    }

    /// <summary>Every device of this machine, and what was found and cannot be used.</summary>
    public static IReadOnlyList<DeviceEntry> List(int threads = 0)
    {
        var entries = new List<DeviceEntry>();
        foreach (DeviceKind kind in DeviceKind.All)
        {
            DeviceSearch found = kind.Search(threads);
            entries.AddRange(found.Devices.Select((device, i) => new DeviceEntry(new DeviceSpec(kind, i).ToString(), device.Name, null)));
            entries.AddRange(found.Refusals.Select(refusal => new DeviceEntry("", refusal.Name, refusal.Reason)));
        }
        return entries;
    }

    /// <summary>Whether an accelerator is a graphics processor, and likes a GPU's kernel shapes.</summary>
    public static bool IsGpu(Accelerator accelerator) => accelerator is EngineAccelerator engine
        ? engine.Device.IsGpu
        : accelerator.AcceleratorType != AcceleratorType.CPU;

    /// <summary>Whether an accelerator has tensor cores that <see cref="TensorMatMul"/> can use.</summary>
    public static bool HasTensorCores(Accelerator accelerator) =>
        accelerator is EngineAccelerator { Device.HasTensorCores: true } or CudaAccelerator { Architecture.Major: >= 8 };

    /// <summary>Operations in fp32 that a device does, at most, while its memory sends a byte; null where nothing tells.</summary>
    public static double? OperationsPerByte(Accelerator accelerator) => (accelerator as EngineAccelerator)?.Device.OperationsPerByte;

    /// <summary>A device's driver with its version, as far as it tells.</summary>
    internal static string DriverOf(Accelerator accelerator) => accelerator switch
    {
        EngineAccelerator engine => engine.Device.DriverName,
        CudaAccelerator cuda => $"CUDA {cuda.DriverVersion}",
        CLAccelerator cl => $"{cl.VendorName} {cl.CVersion}",
        _ => "",
    };

    /// <summary>Refuses what certainly has no room beside the buffers of an accelerator, where that is known.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="what">What needs room, as a sentence's beginning.</param>
    /// <param name="bytes">How much it needs.</param>
    /// <exception cref="OutOfMemoryException">There is no room; the message says what needs how much.</exception>
    public static void ThrowIfNoRoom(Accelerator accelerator, string what, long bytes) =>
        (accelerator as EngineAccelerator)?.ThrowIfNoRoom(what, bytes);

    /// <summary>Whether an exception is a device's refusal or failure, whose message says all that there is to say.</summary>
    public static bool IsOfDevice(Exception e) =>
        e is Gpu.Runtime.Cuda.CudaException or AcceleratorLostException or AcceleratorException or KernelLaunchException
            or KernelCompilationException;

    /// <inheritdoc/>
    public void Dispose()
    {
        Accelerator.Dispose();
        context.Dispose();
    }

    private static (DeviceSpec Spec, Device Device) Fastest(int threads, int place)
    {
        foreach (DeviceKind kind in (DeviceKind[])[DeviceKind.Cuda, DeviceKind.OpenCL, DeviceKind.Cpu])
        {
            (int Index, Device Device)[] fit =
                [.. kind.Search(threads).Devices.Index().Where(one => kind == DeviceKind.Cpu || one.Item is EngineDevice { IsGpu: true })];
            if (fit.Length > 0)
                return (new(kind, fit[place % fit.Length].Index), fit[place % fit.Length].Device);
        }
        throw new DeviceNotFoundException("No device was found.");
    }

    private static Device Find(DeviceSpec wanted, DeviceKind kind, int threads)
    {
        DeviceSearch found = kind.Search(threads);
        if (found.Devices.ElementAtOrDefault(wanted.Index) is { } device)
            return device;
        string reason = found.Devices.Count > 0
            ? $"The last of the kind is {wanted with { Index = found.Devices.Count - 1 }}."
            : found.Refusals.Count > 0
                ? string.Join(" ", found.Refusals.Select(refusal => $"{refusal.Name}: {refusal.Reason}"))
                : "ILGPU finds none: it needs the GPU's driver, and for OpenCL one of version 2 or newer.";
        throw new DeviceNotFoundException($"There is no device {wanted}. {reason} The processor (cpu) is always available.");
    }

    // Only ILGPU's own compilers ask for intrinsics; registering them takes time.
    private static Context CreateContext(Device device) => Context.Create(builder =>
    {
        if (device is not EngineDevice)
            builder.EnableIntrinsics();
    });
}
