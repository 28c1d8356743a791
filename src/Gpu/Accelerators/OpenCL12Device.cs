using ILGPU.Runtime.OpenCL;
using VaeGpu.Gpu.Accelerators.OpenCL;
using VaeGpu.Gpu.Runtime.OpenCL;
using static ILGPU.Runtime.OpenCL.CLDeviceInfoType;
using static ILGPU.Runtime.OpenCL.CLPlatformInfoType;

namespace VaeGpu.Gpu.Accelerators;

/// <summary>A device of an OpenCL driver.</summary>
[DeviceType(AcceleratorTypes.OpenCL12)]
public sealed class OpenCL12Device : EngineDevice
{
    private const ulong CorrectlyRounded = 1 << 7;

    /// <summary>PoCL 3.1 lets a second thread into a platform whose devices the first has not filled in yet.</summary>
    private static readonly Lock finding = new();

    private OpenCL12Device() { }

    private protected override string Kind => "OpenCL";

    private protected override int Ordinal => Handle.GetHashCode();

    /// <inheritdoc/>
    public override bool IsGpu => (TypeBits & (ulong)CLDeviceType.CL_DEVICE_TYPE_GPU) != 0;

    internal nint Handle { get; private init; }

    /// <summary>The driver that it belongs to.</summary>
    internal nint Platform { get; private init; }

    /// <summary>Whether the driver has <see cref="CommandBuffers"/> that can be queued while they run.</summary>
    internal bool HasCommandBuffers { get; private init; }

    /// <summary>The bits of CL_DEVICE_TYPE.</summary>
    internal ulong TypeBits { get; private init; }

    /// <inheritdoc/>
    /// <remarks>A compiled program is good for one of them only.</remarks>
    public override string DriverName => Driver;

    /// <summary>What the driver calls itself, with its version.</summary>
    internal string Driver { get; private init; } = "";

    /// <summary>Whether the device has 64-bit floats.</summary>
    internal bool HasDoubles { get; private init; }

    internal bool HasLongAtomics { get; private init; }

    /// <summary>Whether float division and square root can be had as IEEE 754 wants them.</summary>
    internal bool RoundsCorrectly { get; private init; }

    /// <summary>The largest single buffer.</summary>
    internal long MaxAllocation { get; private init; }

    /// <summary>Looks through every platform; what cannot be used is refused with its reason.</summary>
    public static DeviceSearch Search()
    {
        if (!OpenCLLibrary.IsPresent)
            return None("No OpenCL loader was found on this machine.");
        using Lock.Scope alone = finding.EnterScope();
        nint[] platforms = OpenCLInfo.Platforms();
        if (platforms.Length == 0)
            return None("The OpenCL loader is installed but lists no driver.");
        var devices = new List<EngineDevice>();
        var refusals = new List<DeviceRefusal>();
        foreach (nint platform in platforms)
        {
            nint[] handles = OpenCLInfo.Devices(platform);
            if (handles.Length == 0)
                refusals.Add(new(OpenCLInfo.PlatformText(platform, CL_PLATFORM_NAME),
                    "The driver is installed but finds no device of its own."));
            foreach (nint handle in handles)
            {
                if (Objection(platform, handle) is { } objection)
                    refusals.Add(new(OpenCLInfo.DeviceText(handle, CL_DEVICE_NAME), objection));
                else
                    devices.Add(Describe(platform, handle));
            }
        }
        return new(devices, refusals);

        static DeviceSearch None(string why) =>
            new([], [new("OpenCL", why + " Install your GPU's driver, or, for the processor, PoCL (Debian: pocl-opencl-icd).")]);
    }

    /// <inheritdoc/>
    public override Accelerator CreateAccelerator(Context context) => CreateOpenCL12Accelerator(context);

    public OpenCL12Accelerator CreateOpenCL12Accelerator(Context context) => new(context, this);

    private static string? Objection(nint platform, nint device)
    {
        string platformVersion = OpenCLInfo.PlatformText(platform, CL_PLATFORM_VERSION);
        string deviceVersion = OpenCLInfo.DeviceText(device, CL_DEVICE_VERSION);
        if (OpenCLInfo.Number<uint>(device, CL_DEVICE_AVAILABLE) == 0)
            return "The driver says that the device is not available.";
        if (OpenCLInfo.Number<uint>(device, CL_DEVICE_COMPILER_AVAILABLE) == 0)
            return "The driver has no compiler for OpenCL C.";
        if (!IsRecent(platformVersion))
            return $"The driver is for {platformVersion}; OpenCL 1.2 or newer is needed.";
        if (!IsRecent(deviceVersion))
            return $"The device is for {deviceVersion}; OpenCL 1.2 or newer is needed.";
        if (OpenCLInfo.DeviceText(device, CL_DEVICE_PROFILE) != "FULL_PROFILE")
            return "The device has OpenCL's embedded profile only, without exact arithmetic and 64-bit integers.";
        if (OpenCLInfo.Number<uint>(device, CL_DEVICE_ENDIAN_LITTLE) == 0)
            return "The device is not little-endian.";
        uint bits = OpenCLInfo.Number<uint>(device, CL_DEVICE_ADDRESS_BITS);
        return bits == 64 ? null : $"The device has {bits}-bit addresses; 64 are needed.";
    }

    private static OpenCL12Device Describe(nint platform, nint device)
    {
        string[] extensions = OpenCLInfo.DeviceText(device, CL_DEVICE_EXTENSIONS).Split(' ');
        int threads = (int)Math.Min(int.MaxValue, OpenCLInfo.Number<ulong>(device, CL_DEVICE_MAX_WORK_GROUP_SIZE));
        return new OpenCL12Device
        {
            Handle = device,
            Platform = platform,
            HasCommandBuffers = extensions.Contains(CommandBuffers.Extension)
                && (OpenCLInfo.Number<ulong>(device, OpenCLInfo.CommandBufferCapabilities) & CommandBuffers.SimultaneousUse) != 0,
            Name = OpenCLInfo.DeviceText(device, CL_DEVICE_NAME),
            Driver = OpenCLInfo.PlatformText(platform, CL_PLATFORM_VERSION) + " "
                + OpenCLInfo.DeviceText(device, CL_DRIVER_VERSION),
            TypeBits = OpenCLInfo.Number<ulong>(device, CL_DEVICE_TYPE),
            // Without sub-groups, which OpenCL 1.2 does not have, no threads are known to run in step.
            WarpSize = 1,
            MaxNumThreadsPerGroup = threads,
            MaxNumThreadsPerMultiprocessor = threads,
            // The driver bounds each axis too; what it refuses it refuses at the launch.
            MaxGroupSize = new(threads, threads, threads),
            MaxGridSize = new(int.MaxValue, int.MaxValue, int.MaxValue),
            MaxConstantMemory = int.MaxValue,
            MaxSharedMemoryPerGroup = (int)Math.Min(int.MaxValue, OpenCLInfo.Number<ulong>(device, CL_DEVICE_LOCAL_MEM_SIZE)),
            NumMultiprocessors = (int)OpenCLInfo.Number<uint>(device, CL_DEVICE_MAX_COMPUTE_UNITS),
            MemorySize = (long)OpenCLInfo.Number<ulong>(device, CL_DEVICE_GLOBAL_MEM_SIZE),
            MaxAllocation = (long)OpenCLInfo.Number<ulong>(device, CL_DEVICE_MAX_MEM_ALLOC_SIZE),
            HasDoubles = OpenCLInfo.Number<ulong>(device, CL_DEVICE_DOUBLE_FP_CONFIG) != 0,
            HasLongAtomics = extensions.Contains("cl_khr_int64_base_atomics") && extensions.Contains("cl_khr_int64_extended_atomics"),
            RoundsCorrectly = (OpenCLInfo.Number<ulong>(device, CL_DEVICE_SINGLE_FP_CONFIG) & CorrectlyRounded) != 0,
        };
    }

    /// <summary>Whether a version text, "OpenCL 1.2 …", says 1.2 or newer.</summary>
    private static bool IsRecent(string text)
    {
        string[] words = text.Split(' ');
        return words.Length > 1 && Version.TryParse(words[1], out Version? version) && version >= new Version(1, 2);
    }
}
