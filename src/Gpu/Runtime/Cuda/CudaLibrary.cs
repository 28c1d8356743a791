using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using DeviceAttributeKind = ILGPU.Runtime.Cuda.DeviceAttributeKind;

namespace VaeGpu.Gpu.Runtime.Cuda;

/// <summary>
/// NVIDIA's driver library. Each entry point is declared by its exact symbol: the version suffix is part of the interface, and the plain
/// name of many is an older function with other parameters.
/// </summary>
internal sealed unsafe class CudaLibrary : ICudaDriver
{
    /// <summary>The oldest driver that has every entry point, as cuDriverGetVersion counts: CUDA 11.4.</summary>
    public const int OldestVersion = 11040;

    /// <summary>The same, as NVIDIA numbers its drivers.</summary>
    public const string OldestDriver = "470";

    private static readonly string[] FileNames = OperatingSystem.IsWindows() ? ["nvcuda.dll"] : ["libcuda.so.1"];

    private const string Name = "cuda";

    private readonly string fileName;

    private CudaLibrary(string fileName) => this.fileName = fileName;

    /// <summary>The driver of this machine, or why it cannot be used.</summary>
    public static CudaLibrary? Load(out string refusal) => Load(FileNames, out refusal);

    /// <summary>The first of the libraries that is there.</summary>
    internal static CudaLibrary? Load(string[] fileNames, out string refusal)
    {
        foreach (string name in fileNames)
        {
            if (!NativeLibrary.TryLoad(name, out nint library))
                continue;
            if (EntryPoints.Bind(typeof(CudaLibrary), Name, library) is not { } missing)
            {
                refusal = "";
                return new CudaLibrary(name);
            }
            refusal = $"NVIDIA's driver ({name}) is too old: it lacks {missing}. Install version {OldestDriver} or newer.";
            return null;
        }
        refusal = $"No NVIDIA driver was found on this machine ({string.Join(", ", fileNames)}). "
            + $"Install version {OldestDriver} or newer; nothing else is needed.";
        return null;
    }

    public string Build => field ??= BuildOf(fileName);

    /// <summary>Path, size and date of the file that a library was loaded from; the loader alone knows which that is.</summary>
    internal static string BuildOf(string fileName)
    {
        string start = Path.GetFileNameWithoutExtension(fileName);
        try
        {
            using var process = Process.GetCurrentProcess();
            string? path = process.Modules.Cast<ProcessModule>().Select(module => module.FileName)
                .FirstOrDefault(path => Path.GetFileName(path).StartsWith(start, StringComparison.OrdinalIgnoreCase));
            return path is null ? "" : string.Create(CultureInfo.InvariantCulture,
                $"{path} {new FileInfo(path).Length} {File.GetLastWriteTimeUtc(path):O}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception or InvalidOperationException)
        {
            return "";
        }
    }

    [DllImport(Name)] public static extern CudaError cuInit(uint flags);
    [DllImport(Name)] public static extern CudaError cuDriverGetVersion(int* version);
    [DllImport(Name)] public static extern CudaError cuDeviceGetCount(int* count);
    [DllImport(Name)] public static extern CudaError cuDeviceGet(int* device, int ordinal);
    [DllImport(Name)] public static extern CudaError cuDeviceGetName(byte* name, int length, int device);
    [DllImport(Name)] public static extern CudaError cuDeviceGetAttribute(int* value, DeviceAttributeKind attribute, int device);
    [DllImport(Name)] public static extern CudaError cuDeviceTotalMem_v2(nuint* bytes, int device);
    [DllImport(Name)] public static extern CudaError cuDevicePrimaryCtxRetain(nint* context, int device);
    [DllImport(Name)] public static extern CudaError cuDevicePrimaryCtxRelease_v2(int device);
    [DllImport(Name)] public static extern CudaError cuCtxSetCurrent(nint context);
    [DllImport(Name)] public static extern CudaError cuMemGetInfo_v2(nuint* free, nuint* total);
    [DllImport(Name)] public static extern CudaError cuMemAlloc_v2(ulong* address, nuint bytes);
    [DllImport(Name)] public static extern CudaError cuMemFree_v2(ulong address);
    [DllImport(Name)] public static extern CudaError cuMemHostAlloc(void** memory, nuint bytes, uint flags);
    [DllImport(Name)] public static extern CudaError cuMemFreeHost(void* memory);
    [DllImport(Name)] public static extern CudaError cuMemcpyHtoDAsync_v2(ulong target, void* source, nuint bytes, nint stream);
    [DllImport(Name)] public static extern CudaError cuMemcpyDtoHAsync_v2(void* target, ulong source, nuint bytes, nint stream);
    [DllImport(Name)] public static extern CudaError cuMemcpyDtoDAsync_v2(ulong target, ulong source, nuint bytes, nint stream);
    [DllImport(Name)] public static extern CudaError cuMemsetD8Async(ulong target, byte value, nuint count, nint stream);
    [DllImport(Name)] public static extern CudaError cuStreamCreate(nint* stream, uint flags);
    [DllImport(Name)] public static extern CudaError cuStreamDestroy_v2(nint stream);
    [DllImport(Name)] public static extern CudaError cuStreamSynchronize(nint stream);
    [DllImport(Name)] public static extern CudaError cuEventCreate(nint* @event, uint flags);
    [DllImport(Name)] public static extern CudaError cuEventDestroy_v2(nint @event);
    [DllImport(Name)] public static extern CudaError cuEventRecord(nint @event, nint stream);
    [DllImport(Name)] public static extern CudaError cuEventElapsedTime(float* milliseconds, nint start, nint end);
    [DllImport(Name)] public static extern CudaError cuEventSynchronize(nint @event);
    [DllImport(Name)] public static extern CudaError cuLinkCreate_v2(
        uint options, CudaJitOption* names, void** values, nint* state);
    [DllImport(Name)] public static extern CudaError cuLinkAddData_v2(
        nint state, int type, void* data, nuint bytes, byte* name, uint options, CudaJitOption* names, void** values);
    [DllImport(Name)] public static extern CudaError cuLinkComplete(nint state, void** cubin, nuint* bytes);
    [DllImport(Name)] public static extern CudaError cuLinkDestroy(nint state);
    [DllImport(Name)] public static extern CudaError cuModuleLoadDataEx(
        nint* module, void* image, uint options, CudaJitOption* names, void** values);
    [DllImport(Name)] public static extern CudaError cuModuleUnload(nint module);
    [DllImport(Name)] public static extern CudaError cuModuleGetFunction(nint* function, nint module, byte* name);
    [DllImport(Name)] public static extern CudaError cuFuncGetAttribute(
        int* value, CudaFunctionAttribute attribute, nint function);
    [DllImport(Name)] public static extern CudaError cuFuncSetAttribute(
        nint function, CudaFunctionAttribute attribute, int value);
    [DllImport(Name)] public static extern CudaError cuLaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint groupX, uint groupY, uint groupZ, uint sharedBytes,
        nint stream, void** parameters, void** extra);
    [DllImport(Name)] public static extern CudaError cuStreamBeginCapture_v2(nint stream, int mode);
    [DllImport(Name)] public static extern CudaError cuStreamEndCapture(nint stream, nint* graph);
    [DllImport(Name)] public static extern CudaError cuStreamGetCaptureInfo_v2(
        nint stream, int* status, ulong* id, nint* graph, nint** dependencies, nuint* count);
    [DllImport(Name)] public static extern CudaError cuStreamUpdateCaptureDependencies(
        nint stream, nint* dependencies, nuint count, uint flags);
    [DllImport(Name)] public static extern CudaError cuGraphInstantiateWithFlags(nint* executable, nint graph, ulong flags);
    [DllImport(Name)] public static extern CudaError cuGraphLaunch(nint executable, nint stream);
    [DllImport(Name)] public static extern CudaError cuGraphExecDestroy(nint executable);
    [DllImport(Name)] public static extern CudaError cuGraphDestroy(nint graph);
}
