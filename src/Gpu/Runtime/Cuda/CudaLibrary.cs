using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace VaeGpu.Gpu.Runtime;

/// <summary>
/// NVIDIA's driver library, its entry points looked up once, each by the exact symbol: the version suffix is part of the interface, and
/// the plain name of many is an older function with other parameters.
/// </summary>
internal sealed unsafe class CudaLibrary : ICudaDriver
{
    /// <summary>The oldest driver that has every entry point, as cuDriverGetVersion counts: CUDA 11.4.</summary>
    public const int OldestVersion = 11040;

    /// <summary>The same, as NVIDIA numbers its drivers.</summary>
    public const string OldestDriver = "470";

    private static readonly string[] FileNames = OperatingSystem.IsWindows() ? ["nvcuda.dll"] : ["libcuda.so.1"];

    private readonly delegate* unmanaged<uint, CudaError> init;
    private readonly delegate* unmanaged<int*, CudaError> driverGetVersion;
    private readonly delegate* unmanaged<int*, CudaError> deviceGetCount;
    private readonly delegate* unmanaged<int*, int, CudaError> deviceGet;
    private readonly delegate* unmanaged<byte*, int, int, CudaError> deviceGetName;
    private readonly delegate* unmanaged<int*, CudaDeviceAttribute, int, CudaError> deviceGetAttribute;
    private readonly delegate* unmanaged<nuint*, int, CudaError> deviceTotalMem;
    private readonly delegate* unmanaged<nint*, int, CudaError> devicePrimaryCtxRetain;
    private readonly delegate* unmanaged<int, CudaError> devicePrimaryCtxRelease;
    private readonly delegate* unmanaged<nint, CudaError> ctxSetCurrent;
    private readonly delegate* unmanaged<nuint*, nuint*, CudaError> memGetInfo;
    private readonly delegate* unmanaged<ulong*, nuint, CudaError> memAlloc;
    private readonly delegate* unmanaged<ulong, CudaError> memFree;
    private readonly delegate* unmanaged<void**, nuint, uint, CudaError> memHostAlloc;
    private readonly delegate* unmanaged<void*, CudaError> memFreeHost;
    private readonly delegate* unmanaged<ulong, void*, nuint, nint, CudaError> memcpyHtoDAsync;
    private readonly delegate* unmanaged<void*, ulong, nuint, nint, CudaError> memcpyDtoHAsync;
    private readonly delegate* unmanaged<ulong, ulong, nuint, nint, CudaError> memcpyDtoDAsync;
    private readonly delegate* unmanaged<ulong, byte, nuint, nint, CudaError> memsetD8Async;
    private readonly delegate* unmanaged<nint*, uint, CudaError> streamCreate;
    private readonly delegate* unmanaged<nint, CudaError> streamDestroy;
    private readonly delegate* unmanaged<nint, CudaError> streamSynchronize;
    private readonly delegate* unmanaged<nint*, uint, CudaError> eventCreate;
    private readonly delegate* unmanaged<nint, CudaError> eventDestroy;
    private readonly delegate* unmanaged<nint, nint, CudaError> eventRecord;
    private readonly delegate* unmanaged<nint, CudaError> eventSynchronize;
    private readonly delegate* unmanaged<uint, CudaJitOption*, void**, nint*, CudaError> linkCreate;
    private readonly delegate* unmanaged<nint, int, void*, nuint, byte*, uint, CudaJitOption*, void**, CudaError> linkAddData;
    private readonly delegate* unmanaged<nint, void**, nuint*, CudaError> linkComplete;
    private readonly delegate* unmanaged<nint, CudaError> linkDestroy;
    private readonly delegate* unmanaged<nint*, void*, uint, CudaJitOption*, void**, CudaError> moduleLoadDataEx;
    private readonly delegate* unmanaged<nint, CudaError> moduleUnload;
    private readonly delegate* unmanaged<nint*, nint, byte*, CudaError> moduleGetFunction;
    private readonly delegate* unmanaged<int*, CudaFunctionAttribute, nint, CudaError> funcGetAttribute;
    private readonly delegate* unmanaged<nint, CudaFunctionAttribute, int, CudaError> funcSetAttribute;
    private readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, CudaError> launchKernel;
    private readonly delegate* unmanaged<nint, int, CudaError> streamBeginCapture;
    private readonly delegate* unmanaged<nint, nint*, CudaError> streamEndCapture;
    private readonly delegate* unmanaged<nint, int*, ulong*, nint*, nint**, nuint*, CudaError> streamGetCaptureInfo;
    private readonly delegate* unmanaged<nint, nint*, nuint, uint, CudaError> streamUpdateCaptureDependencies;
    private readonly delegate* unmanaged<nint*, nint, ulong, CudaError> graphInstantiate;
    private readonly delegate* unmanaged<nint, nint, CudaError> graphLaunch;
    private readonly delegate* unmanaged<nint, CudaError> graphExecDestroy;
    private readonly delegate* unmanaged<nint, CudaError> graphDestroy;

    private readonly string fileName;

    private CudaLibrary(string fileName, nint library)
    {
        this.fileName = fileName;
        void* Find(string symbol) => NativeLibrary.TryGetExport(library, symbol, out nint address)
            ? (void*)address
            : throw new EntryPointNotFoundException(symbol);
        init = (delegate* unmanaged<uint, CudaError>)Find("cuInit");
        driverGetVersion = (delegate* unmanaged<int*, CudaError>)Find("cuDriverGetVersion");
        deviceGetCount = (delegate* unmanaged<int*, CudaError>)Find("cuDeviceGetCount");
        deviceGet = (delegate* unmanaged<int*, int, CudaError>)Find("cuDeviceGet");
        deviceGetName = (delegate* unmanaged<byte*, int, int, CudaError>)Find("cuDeviceGetName");
        deviceGetAttribute = (delegate* unmanaged<int*, CudaDeviceAttribute, int, CudaError>)Find("cuDeviceGetAttribute");
        deviceTotalMem = (delegate* unmanaged<nuint*, int, CudaError>)Find("cuDeviceTotalMem_v2");
        devicePrimaryCtxRetain = (delegate* unmanaged<nint*, int, CudaError>)Find("cuDevicePrimaryCtxRetain");
        devicePrimaryCtxRelease = (delegate* unmanaged<int, CudaError>)Find("cuDevicePrimaryCtxRelease_v2");
        ctxSetCurrent = (delegate* unmanaged<nint, CudaError>)Find("cuCtxSetCurrent");
        memGetInfo = (delegate* unmanaged<nuint*, nuint*, CudaError>)Find("cuMemGetInfo_v2");
        memAlloc = (delegate* unmanaged<ulong*, nuint, CudaError>)Find("cuMemAlloc_v2");
        memFree = (delegate* unmanaged<ulong, CudaError>)Find("cuMemFree_v2");
        memHostAlloc = (delegate* unmanaged<void**, nuint, uint, CudaError>)Find("cuMemHostAlloc");
        memFreeHost = (delegate* unmanaged<void*, CudaError>)Find("cuMemFreeHost");
        memcpyHtoDAsync = (delegate* unmanaged<ulong, void*, nuint, nint, CudaError>)Find("cuMemcpyHtoDAsync_v2");
        memcpyDtoHAsync = (delegate* unmanaged<void*, ulong, nuint, nint, CudaError>)Find("cuMemcpyDtoHAsync_v2");
        memcpyDtoDAsync = (delegate* unmanaged<ulong, ulong, nuint, nint, CudaError>)Find("cuMemcpyDtoDAsync_v2");
        memsetD8Async = (delegate* unmanaged<ulong, byte, nuint, nint, CudaError>)Find("cuMemsetD8Async");
        streamCreate = (delegate* unmanaged<nint*, uint, CudaError>)Find("cuStreamCreate");
        streamDestroy = (delegate* unmanaged<nint, CudaError>)Find("cuStreamDestroy_v2");
        streamSynchronize = (delegate* unmanaged<nint, CudaError>)Find("cuStreamSynchronize");
        eventCreate = (delegate* unmanaged<nint*, uint, CudaError>)Find("cuEventCreate");
        eventDestroy = (delegate* unmanaged<nint, CudaError>)Find("cuEventDestroy_v2");
        eventRecord = (delegate* unmanaged<nint, nint, CudaError>)Find("cuEventRecord");
        eventSynchronize = (delegate* unmanaged<nint, CudaError>)Find("cuEventSynchronize");
        linkCreate = (delegate* unmanaged<uint, CudaJitOption*, void**, nint*, CudaError>)Find("cuLinkCreate_v2");
        linkAddData = (delegate* unmanaged<nint, int, void*, nuint, byte*, uint, CudaJitOption*, void**, CudaError>)
            Find("cuLinkAddData_v2");
        linkComplete = (delegate* unmanaged<nint, void**, nuint*, CudaError>)Find("cuLinkComplete");
        linkDestroy = (delegate* unmanaged<nint, CudaError>)Find("cuLinkDestroy");
        moduleLoadDataEx = (delegate* unmanaged<nint*, void*, uint, CudaJitOption*, void**, CudaError>)Find("cuModuleLoadDataEx");
        moduleUnload = (delegate* unmanaged<nint, CudaError>)Find("cuModuleUnload");
        moduleGetFunction = (delegate* unmanaged<nint*, nint, byte*, CudaError>)Find("cuModuleGetFunction");
        funcGetAttribute = (delegate* unmanaged<int*, CudaFunctionAttribute, nint, CudaError>)Find("cuFuncGetAttribute");
        funcSetAttribute = (delegate* unmanaged<nint, CudaFunctionAttribute, int, CudaError>)Find("cuFuncSetAttribute");
        launchKernel = (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, CudaError>)
            Find("cuLaunchKernel");
        streamBeginCapture = (delegate* unmanaged<nint, int, CudaError>)Find("cuStreamBeginCapture_v2");
        streamEndCapture = (delegate* unmanaged<nint, nint*, CudaError>)Find("cuStreamEndCapture");
        streamGetCaptureInfo = (delegate* unmanaged<nint, int*, ulong*, nint*, nint**, nuint*, CudaError>)Find("cuStreamGetCaptureInfo_v2");
        streamUpdateCaptureDependencies =
            (delegate* unmanaged<nint, nint*, nuint, uint, CudaError>)Find("cuStreamUpdateCaptureDependencies");
        graphInstantiate = (delegate* unmanaged<nint*, nint, ulong, CudaError>)Find("cuGraphInstantiateWithFlags");
        graphLaunch = (delegate* unmanaged<nint, nint, CudaError>)Find("cuGraphLaunch");
        graphExecDestroy = (delegate* unmanaged<nint, CudaError>)Find("cuGraphExecDestroy");
        graphDestroy = (delegate* unmanaged<nint, CudaError>)Find("cuGraphDestroy");
    }

    /// <summary>The driver of this machine, or why it cannot be used.</summary>
    public static CudaLibrary? Load(out string refusal) => Load(FileNames, out refusal);

    /// <summary>The first of the libraries that is there.</summary>
    internal static CudaLibrary? Load(string[] fileNames, out string refusal)
    {
        foreach (string name in fileNames)
        {
            if (!NativeLibrary.TryLoad(name, out nint library))
                continue;
            try
            {
                refusal = "";
                return new CudaLibrary(name, library);
            }
            catch (EntryPointNotFoundException missing)
            {
                NativeLibrary.Free(library);
                refusal = $"NVIDIA's driver ({name}) is too old: it has no {missing.Message}. Install version {OldestDriver} or newer.";
                return null;
            }
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

    public CudaError Init(uint flags) => init(flags);
    public CudaError DriverGetVersion(int* version) => driverGetVersion(version);
    public CudaError DeviceGetCount(int* count) => deviceGetCount(count);
    public CudaError DeviceGet(int* device, int ordinal) => deviceGet(device, ordinal);
    public CudaError DeviceGetName(byte* name, int length, int device) => deviceGetName(name, length, device);
    public CudaError DeviceGetAttribute(int* value, CudaDeviceAttribute attribute, int device) =>
        deviceGetAttribute(value, attribute, device);
    public CudaError DeviceTotalMem(nuint* bytes, int device) => deviceTotalMem(bytes, device);

    public CudaError DevicePrimaryCtxRetain(nint* context, int device) => devicePrimaryCtxRetain(context, device);
    public CudaError DevicePrimaryCtxRelease(int device) => devicePrimaryCtxRelease(device);
    public CudaError CtxSetCurrent(nint context) => ctxSetCurrent(context);

    public CudaError MemGetInfo(nuint* free, nuint* total) => memGetInfo(free, total);
    public CudaError MemAlloc(ulong* address, nuint bytes) => memAlloc(address, bytes);
    public CudaError MemFree(ulong address) => memFree(address);
    public CudaError MemHostAlloc(void** memory, nuint bytes, uint flags) => memHostAlloc(memory, bytes, flags);
    public CudaError MemFreeHost(void* memory) => memFreeHost(memory);
    public CudaError MemcpyHtoDAsync(ulong target, void* source, nuint bytes, nint stream) =>
        memcpyHtoDAsync(target, source, bytes, stream);
    public CudaError MemcpyDtoHAsync(void* target, ulong source, nuint bytes, nint stream) =>
        memcpyDtoHAsync(target, source, bytes, stream);
    public CudaError MemcpyDtoDAsync(ulong target, ulong source, nuint bytes, nint stream) => memcpyDtoDAsync(target, source, bytes, stream);

    public CudaError MemsetD8Async(ulong target, byte value, nuint count, nint stream) => memsetD8Async(target, value, count, stream);

    public CudaError StreamCreate(nint* stream, uint flags) => streamCreate(stream, flags);
    public CudaError StreamDestroy(nint stream) => streamDestroy(stream);
    public CudaError StreamSynchronize(nint stream) => streamSynchronize(stream);
    public CudaError EventCreate(nint* @event, uint flags) => eventCreate(@event, flags);
    public CudaError EventDestroy(nint @event) => eventDestroy(@event);
    public CudaError EventRecord(nint @event, nint stream) => eventRecord(@event, stream);
    public CudaError EventSynchronize(nint @event) => eventSynchronize(@event);

    public CudaError LinkCreate(uint options, CudaJitOption* names, void** values, nint* state) =>
        linkCreate(options, names, values, state);
    public CudaError LinkAddData(
        nint state, int type, void* data, nuint bytes, byte* name, uint options, CudaJitOption* names,
        void** values) =>
        linkAddData(state, type, data, bytes, name, options, names, values);
    public CudaError LinkComplete(nint state, void** cubin, nuint* bytes) => linkComplete(state, cubin, bytes);
    public CudaError LinkDestroy(nint state) => linkDestroy(state);
    public CudaError ModuleLoadDataEx(nint* module, void* image, uint options, CudaJitOption* names, void** values) =>
        moduleLoadDataEx(module, image, options, names, values);
    public CudaError ModuleUnload(nint module) => moduleUnload(module);
    public CudaError ModuleGetFunction(nint* function, nint module, byte* name) => moduleGetFunction(function, module, name);
    public CudaError FuncGetAttribute(int* value, CudaFunctionAttribute attribute, nint function) =>
        funcGetAttribute(value, attribute, function);
    public CudaError FuncSetAttribute(nint function, CudaFunctionAttribute attribute, int value) =>
        funcSetAttribute(function, attribute, value);
    public CudaError LaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint groupX, uint groupY, uint groupZ, uint sharedBytes,
        nint stream, void** parameters, void** extra) =>
        launchKernel(function, gridX, gridY, gridZ, groupX, groupY, groupZ, sharedBytes, stream, parameters, extra);

    public CudaError StreamBeginCapture(nint stream, int mode) => streamBeginCapture(stream, mode);
    public CudaError StreamEndCapture(nint stream, nint* graph) => streamEndCapture(stream, graph);
    public CudaError StreamGetCaptureInfo(nint stream, int* status, ulong* id, nint* graph, nint** dependencies, nuint* count) =>
        streamGetCaptureInfo(stream, status, id, graph, dependencies, count);
    public CudaError StreamUpdateCaptureDependencies(nint stream, nint* dependencies, nuint count, uint flags) =>
        streamUpdateCaptureDependencies(stream, dependencies, count, flags);
    public CudaError GraphInstantiate(nint* executable, nint graph, ulong flags) => graphInstantiate(executable, graph, flags);
    public CudaError GraphLaunch(nint executable, nint stream) => graphLaunch(executable, stream);
    public CudaError GraphExecDestroy(nint executable) => graphExecDestroy(executable);
    public CudaError GraphDestroy(nint graph) => graphDestroy(graph);
}
