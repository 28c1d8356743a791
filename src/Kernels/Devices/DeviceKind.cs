using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using VaeGpu.Gpu.Accelerators;

namespace VaeGpu.Kernels.Devices;

/// <summary>A kind of device. <see cref="All"/> is the table that <c>--device</c>, the list of devices and the checks go by.</summary>
public sealed class DeviceKind
{
    private readonly Func<int, DeviceSearch> search;
    private readonly Func<Accelerator, bool> owns;

    private DeviceKind(string name, bool isCounted, Func<int, DeviceSearch> search, Func<Accelerator, bool> owns) =>
        (Name, IsCounted, this.search, this.owns) = (name, isCounted, search, owns);

    /// <summary>Every kind, ours first.</summary>
    public static IReadOnlyList<DeviceKind> All { get; } =
    [
        Cpu = new("cpu", false, threads => new([SimdDevice.Create(threads)], []), accelerator => accelerator is SimdAccelerator),
        Cuda = new("cuda", true, _ => PtxDevice.Search(), accelerator => accelerator is PtxAccelerator),
        OpenCL = new("opencl", true, _ => OpenCL12Device.Search(), accelerator => accelerator is OpenCL12Accelerator),
        new("interpreter", false, _ => new([InterpreterDevice.Create()], []), accelerator => accelerator is InterpreterAccelerator)
        {
            IsForChecking = true,
        },
        new("ilgpu-cuda", true, _ => Ilgpu(() => CudaDevice.GetDevices(_ => true)), accelerator => accelerator is CudaAccelerator),
        new("ilgpu-opencl", true, _ => Ilgpu(() => CLDevice.GetDevices(device => device.Capabilities.GenericAddressSpace)),
            accelerator => accelerator is CLAccelerator),
        new("ilgpu-cpu", false, _ => new([CPUDevice.Default], []), accelerator => accelerator is CPUAccelerator) { IsForChecking = true },
    ];

    /// <summary>The processor, through SIMD code.</summary>
    public static DeviceKind Cpu { get; }

    /// <summary>NVIDIA's GPUs, through PTX.</summary>
    public static DeviceKind Cuda { get; }

    /// <summary>The devices of OpenCL drivers, through OpenCL C 1.2.</summary>
    public static DeviceKind OpenCL { get; }

    /// <summary>As <c>--device</c> names it.</summary>
    public string Name { get; }

    /// <summary>Whether there can be several, so that one is named by a number: <c>cuda:1</c>.</summary>
    public bool IsCounted { get; }

    /// <summary>Whether it is there to check kernels, which it runs slowly.</summary>
    public bool IsForChecking { get; private init; }

    /// <summary>The kind that runs the same GPUs with ILGPU's own compiler; null where there is no such kind.</summary>
    public DeviceKind? WithIlgpu => IsCounted ? All.FirstOrDefault(kind => kind.Name == $"ilgpu-{Name}") : null;

    /// <summary>The kind of an open device.</summary>
    public static DeviceKind Of(Accelerator accelerator) => All.First(kind => kind.owns(accelerator));

    /// <summary>The devices of this kind here.</summary>
    /// <param name="threads">Workers on the processor; 0 for one per core.</param>
    internal DeviceSearch Search(int threads) => search(threads);

    // Where a driver is missing, ILGPU's searches end in the loader's exceptions.
    private static DeviceSearch Ilgpu(Func<IEnumerable<Device>> search)
    {
        try
        {
            return new([.. search()], []);
        }
        catch (Exception e)
            when (e is DllNotFoundException or EntryPointNotFoundException or AcceleratorException or TypeInitializationException)
        {
            return new([], []);
        }
    }
}
