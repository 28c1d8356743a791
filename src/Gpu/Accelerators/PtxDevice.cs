using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;
using VaeGpu.Gpu.Targets.Ptx;
using static ILGPU.Runtime.Cuda.DeviceAttributeKind;
using DeviceAttributeKind = ILGPU.Runtime.Cuda.DeviceAttributeKind;

namespace VaeGpu.Gpu.Accelerators;

/// <summary>A GPU of NVIDIA's, through the driver alone.</summary>
[DeviceType(AcceleratorTypes.Ptx)]
public sealed class PtxDevice : EngineDevice
{
    private readonly ICudaDriver driver;

    private PtxDevice(ICudaDriver driver) => this.driver = driver;

    /// <inheritdoc/>
    public override bool IsGpu => true;

    /// <inheritdoc/>
    public override string DriverName => $"CUDA {DriverVersion} {driver.Build}";

    private protected override string Kind => "CUDA";

    private protected override int Ordinal => Handle;

    /// <inheritdoc/>
    public override bool HasTensorCores => ComputeCapability.Major >= 8;

    /// <inheritdoc/>
    /// <remarks>
    /// processors · lanes · 2 · clock / (2 · memory clock · bus bits / 8): a fused multiply-add is two operations, and memory sends at
    /// both edges of its clock.
    /// </remarks>
    public override double? OperationsPerByte => ClockRate > 0 && MemoryClockRate > 0 && MemoryBusWidth > 0
        ? 8.0 * NumMultiprocessors * LanesPerMultiprocessor * ClockRate / ((double)MemoryBusWidth * MemoryClockRate)
        : null;

    /// <summary>Multiply-adds in fp32 that a processor starts in a clock: 64 in compute capability 6.0, 7.x and 8.0, else 128.</summary>
    private int LanesPerMultiprocessor => ComputeCapability is { Major: 7 } or { Major: 6 or 8, Minor: 0 } ? 64 : 128;

    /// <summary>What the hardware can do: 9.0 is Hopper.</summary>
    public Version ComputeCapability { get; private init; } = new();

    /// <summary>The CUDA that the driver knows.</summary>
    public Version DriverVersion { get; private init; } = new();

    /// <summary>The processors' highest clock in kHz; 0 where the driver does not tell.</summary>
    public int ClockRate { get; private init; }

    /// <summary>The memory's highest clock in kHz; 0 where the driver does not tell.</summary>
    public int MemoryClockRate { get; private init; }

    /// <summary>The width of the path to memory in bits; 0 where the driver does not tell.</summary>
    public int MemoryBusWidth { get; private init; }

    /// <summary>Whether machine code is kept on disk for the next run.</summary>
    internal bool KeepsBinaries { get; set; } = true;

    /// <summary>Whether each launch is to be waited for, so that the one that fails is known.</summary>
    internal bool LaunchesBlock { get; set; } = Environment.GetEnvironmentVariable("CUDA_LAUNCH_BLOCKING") == "1";

    /// <summary>The driver's own handle.</summary>
    internal int Handle { get; private init; }

    /// <summary>The devices of this machine's driver; what cannot be used is refused with its reason.</summary>
    public static DeviceSearch Search() =>
        CudaLibrary.Load(out string refusal) is { } driver ? Search(driver) : new([], [new("CUDA", refusal)]);

    /// <summary>The devices of a driver.</summary>
    internal static unsafe DeviceSearch Search(ICudaDriver driver)
    {
        int number = 0, count = 0;
        CudaError error = driver.Init(0);
        if (error == CudaError.CUDA_SUCCESS)
            error = driver.DriverGetVersion(&number);
        if (error == CudaError.CUDA_SUCCESS && number < CudaLibrary.OldestVersion)
        {
            return new([], [new("CUDA", $"NVIDIA's driver is for CUDA {VersionOf(number)}, which is too old. "
                + $"Install version {CudaLibrary.OldestDriver} or newer.")]);
        }
        if (error == CudaError.CUDA_SUCCESS)
            error = driver.DeviceGetCount(&count);
        if (error == CudaError.CUDA_SUCCESS && count == 0)
            error = CudaError.CUDA_ERROR_NO_DEVICE;
        if (error != CudaError.CUDA_SUCCESS)
            return new([], [new("CUDA", error.WhyUnusable())]);
        var devices = new List<EngineDevice>();
        var refusals = new List<DeviceRefusal>();
        for (int ordinal = 0; ordinal < count; ordinal++)
        {
            try
            {
                int handle;
                driver.DeviceGet(&handle, ordinal).Check("cuDeviceGet");
                PtxDevice device = Describe(driver, handle, VersionOf(number));
                if (device.Objection() is { } objection)
                    refusals.Add(new(device.Name, objection));
                else
                    devices.Add(device);
            }
            catch (CudaException e)
            {
                // One GPU out of order must not hide the others.
                refusals.Add(new($"CUDA device {ordinal}", e.Message));
            }
        }
        return new(devices, refusals);
    }

    /// <inheritdoc/>
    public override Accelerator CreateAccelerator(Context context) => CreatePtxAccelerator(context);

    public PtxAccelerator CreatePtxAccelerator(Context context) => new(context, this, driver);

    /// <summary>Why the GPU cannot be used; null where it can.</summary>
    private string? Objection()
    {
        if (Number(driver, Handle, CU_DEVICE_ATTRIBUTE_COMPUTE_MODE) == CudaNumber.ComputeModeProhibited)
            return "The GPU's compute mode forbids its use. Set it with nvidia-smi --compute-mode=DEFAULT.";
        Version oldest = PtxIsa.Base.Capability;
        return ComputeCapability >= oldest
            ? null
            : $"The GPU is too old: its compute capability is {ComputeCapability}, and kernels need {oldest}. Use another device.";
    }

    private static unsafe PtxDevice Describe(ICudaDriver driver, int handle, Version version)
    {
        int Ask(DeviceAttributeKind what) => Number(driver, handle, what);
        int AskPerhaps(DeviceAttributeKind what)
        {
            int value;
            return driver.DeviceGetAttribute(&value, what, handle) == CudaError.CUDA_SUCCESS ? value : 0;
        }
        byte[] name = new byte[256];
        fixed (byte* start = name)
            driver.DeviceGetName(start, name.Length, handle).Check("cuDeviceGetName");
        nuint memory;
        driver.DeviceTotalMem(&memory, handle).Check("cuDeviceTotalMem");
        return new PtxDevice(driver)
        {
            Handle = handle,
            Name = Encoding.UTF8.GetString(name, 0, Array.IndexOf(name, (byte)0)),
            DriverVersion = version,
            ComputeCapability = new(Ask(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR), Ask(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)),
            WarpSize = Ask(CU_DEVICE_ATTRIBUTE_WARP_SIZE),
            MaxNumThreadsPerGroup = Ask(CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK),
            MaxSharedMemoryPerGroup =
                Math.Max(Ask(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK), Ask(CudaNumber.MaxSharedMemoryPerBlockOptin)),
            MaxNumThreadsPerMultiprocessor =
                Math.Max(AskPerhaps(CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR), Ask(CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK)),
            MaxConstantMemory = AskPerhaps(CU_DEVICE_ATTRIBUTE_TOTAL_CONSTANT_MEMORY),
            NumMultiprocessors = Ask(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
            MemorySize = (long)memory,
            ClockRate = AskPerhaps(CU_DEVICE_ATTRIBUTE_CLOCK_RATE),
            MemoryClockRate = AskPerhaps(CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE),
            MemoryBusWidth = AskPerhaps(CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH),
            MaxGroupSize = new(
                Ask(CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X), Ask(CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y),
                Ask(CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z)),
            MaxGridSize = new(
                Ask(CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X), Ask(CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y), Ask(CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z)),
        };
    }

    private static unsafe int Number(ICudaDriver driver, int handle, DeviceAttributeKind what)
    {
        int value;
        driver.DeviceGetAttribute(&value, what, handle).Check($"cuDeviceGetAttribute({what})");
        return value;
    }

    /// <summary>12040 is 12.4.</summary>
    private static Version VersionOf(int number) => new(number / 1000, number % 1000 / 10);
}
