using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace VaeGpu.Kernels.Devices;

/// <summary>Finds and opens devices with the packages ILGPU and ILGPU.Algorithms.</summary>
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
    /// <param name="spec">See <see cref="DeviceSpec"/>; ILGPU has no interpreter.</param>
    /// <param name="threads">Not used: ILGPU's CPU accelerator chooses for itself.</param>
    /// <exception cref="FormatException">The specification is none.</exception>
    /// <exception cref="DeviceNotFoundException">There is no such device here.</exception>
    public static Backend Open(string spec = "auto", int threads = 0)
    {
        DeviceSpec wanted = DeviceSpec.Parse(spec);
        Context context = Create();
        Device? device = wanted.Kind == DeviceKind.Auto
            ? context.Devices.MaxBy(Rank)
            : context.Devices.Where(device => KindOf(device) == wanted.Kind).ElementAtOrDefault(wanted.Index);
        return new Backend(context, device ?? throw new DeviceNotFoundException($"ILGPU finds no device {wanted} here."));
    }

    /// <summary>Every device that ILGPU finds.</summary>
    public static IReadOnlyList<DeviceEntry> List(int threads = 0)
    {
        using Context context = Create();
        return
        [
            .. context.Devices.GroupBy(KindOf).SelectMany(kind =>
                kind.Select((device, i) => new DeviceEntry(new DeviceSpec(kind.Key, i).ToString(), device.Name, null))),
        ];
    }

    /// <summary>Whether an accelerator is a graphics processor, and likes a GPU's kernel shapes.</summary>
    public static bool IsGpu(Accelerator accelerator) => accelerator.AcceleratorType != AcceleratorType.CPU;

    /// <summary>Whether an accelerator has tensor cores that <see cref="TensorMatMul"/> can use.</summary>
    public static bool HasTensorCores(Accelerator accelerator) => accelerator is CudaAccelerator { Architecture.Major: >= 8 };

    /// <summary>Operations in fp32 that a device does, at most, while its memory sends a byte; here not known.</summary>
    public static double? OperationsPerByte(Accelerator accelerator) => null;

    /// <summary>Here not known before it is tried.</summary>
    public static void ThrowIfNoRoom(Accelerator accelerator, string what, long bytes)
    {
    }

    /// <summary>Whether an exception is a device's refusal or failure, whose message says all: ILGPU's do not.</summary>
    public static bool IsOfDevice(Exception e) => false;

    /// <inheritdoc/>
    public void Dispose()
    {
        Accelerator.Dispose();
        context.Dispose();
    }

    private static Context Create() => Context.Create(builder => builder.DefaultCPU().Cuda().OpenCL().EnableAlgorithms());

    private static DeviceKind KindOf(Device device) => device.AcceleratorType switch
    {
        AcceleratorType.Cuda => DeviceKind.Cuda,
        AcceleratorType.OpenCL => DeviceKind.OpenCL,
        _ => DeviceKind.Cpu,
    };

    private static int Rank(Device device) => device.AcceleratorType switch
    {
        AcceleratorType.Cuda => 2,
        AcceleratorType.OpenCL => 1,
        _ => 0,
    };
}
