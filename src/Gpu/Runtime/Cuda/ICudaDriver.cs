namespace VaeGpu.Gpu.Runtime;

/// <summary>
/// The entry points of the CUDA driver that are used here, each as its manual has it, without the prefix "cu" and the version suffix: the
/// driver itself (<see cref="CudaLibrary"/>), and in tests one that runs PTX on an interpreter.
/// </summary>
internal unsafe interface ICudaDriver
{
    /// <summary>What tells this build of the driver from others for the same CUDA; empty where it is not known.</summary>
    string Build { get; }

    CudaError Init(uint flags);
    CudaError DriverGetVersion(int* version);
    CudaError DeviceGetCount(int* count);
    CudaError DeviceGet(int* device, int ordinal);
    CudaError DeviceGetName(byte* name, int length, int device);
    CudaError DeviceGetAttribute(int* value, CudaDeviceAttribute attribute, int device);
    CudaError DeviceTotalMem(nuint* bytes, int device);

    CudaError DevicePrimaryCtxRetain(nint* context, int device);
    CudaError DevicePrimaryCtxRelease(int device);
    CudaError CtxSetCurrent(nint context);

    CudaError MemGetInfo(nuint* free, nuint* total);
    CudaError MemAlloc(ulong* address, nuint bytes);
    CudaError MemFree(ulong address);
    CudaError MemHostAlloc(void** memory, nuint bytes, uint flags);
    CudaError MemFreeHost(void* memory);
    CudaError MemcpyHtoDAsync(ulong target, void* source, nuint bytes, nint stream);
    CudaError MemcpyDtoHAsync(void* target, ulong source, nuint bytes, nint stream);
    CudaError MemcpyDtoDAsync(ulong target, ulong source, nuint bytes, nint stream);
    CudaError MemsetD8Async(ulong target, byte value, nuint count, nint stream);

    CudaError StreamCreate(nint* stream, uint flags);
    CudaError StreamDestroy(nint stream);
    CudaError StreamSynchronize(nint stream);
    CudaError EventCreate(nint* @event, uint flags);
    CudaError EventDestroy(nint @event);
    CudaError EventRecord(nint @event, nint stream);
    CudaError EventSynchronize(nint @event);

    CudaError LinkCreate(uint options, CudaJitOption* names, void** values, nint* state);
    CudaError LinkAddData(nint state, int type, void* data, nuint bytes, byte* name, uint options, CudaJitOption* names, void** values);
    CudaError LinkComplete(nint state, void** cubin, nuint* bytes);
    CudaError LinkDestroy(nint state);
    CudaError ModuleLoadDataEx(nint* module, void* image, uint options, CudaJitOption* names, void** values);
    CudaError ModuleUnload(nint module);
    CudaError ModuleGetFunction(nint* function, nint module, byte* name);
    CudaError FuncGetAttribute(int* value, CudaFunctionAttribute attribute, nint function);
    CudaError FuncSetAttribute(nint function, CudaFunctionAttribute attribute, int value);
    CudaError LaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint groupX, uint groupY, uint groupZ, uint sharedBytes, nint stream,
        void** parameters, void** extra);

    CudaError StreamBeginCapture(nint stream, int mode);
    CudaError StreamEndCapture(nint stream, nint* graph);
    CudaError StreamGetCaptureInfo(nint stream, int* status, ulong* id, nint* graph, nint** dependencies, nuint* count);
    CudaError StreamUpdateCaptureDependencies(nint stream, nint* dependencies, nuint count, uint flags);
    CudaError GraphInstantiate(nint* executable, nint graph, ulong flags);
    CudaError GraphLaunch(nint executable, nint stream);
    CudaError GraphExecDestroy(nint executable);
    CudaError GraphDestroy(nint graph);
}
