using static VaeGpu.Gpu.Runtime.Cuda.CudaLibrary;
using DeviceAttributeKind = ILGPU.Runtime.Cuda.DeviceAttributeKind;

namespace VaeGpu.Gpu.Runtime.Cuda;

/// <summary>
/// The functions of the CUDA driver that are used here, each as its manual has it, without the prefix "cu" and the version suffix: those
/// of the driver itself (<see cref="CudaLibrary"/>); a test has others, which run PTX on an interpreter.
/// </summary>
internal unsafe interface ICudaDriver
{
    /// <summary>What tells this build of the driver from others for the same CUDA; empty where it is not known.</summary>
    string Build { get; }

    CudaError Init(uint flags) => cuInit(flags);
    CudaError DriverGetVersion(int* version) => cuDriverGetVersion(version);
    CudaError DeviceGetCount(int* count) => cuDeviceGetCount(count);
    CudaError DeviceGet(int* device, int ordinal) => cuDeviceGet(device, ordinal);
    CudaError DeviceGetName(byte* name, int length, int device) => cuDeviceGetName(name, length, device);
    CudaError DeviceGetAttribute(int* value, DeviceAttributeKind attribute, int device) => cuDeviceGetAttribute(value, attribute, device);
    CudaError DeviceTotalMem(nuint* bytes, int device) => cuDeviceTotalMem_v2(bytes, device);

    CudaError DevicePrimaryCtxRetain(nint* context, int device) => cuDevicePrimaryCtxRetain(context, device);
    CudaError DevicePrimaryCtxRelease(int device) => cuDevicePrimaryCtxRelease_v2(device);
    CudaError CtxSetCurrent(nint context) => cuCtxSetCurrent(context);

    CudaError MemGetInfo(nuint* free, nuint* total) => cuMemGetInfo_v2(free, total);
    CudaError MemAlloc(ulong* address, nuint bytes) => cuMemAlloc_v2(address, bytes);
    CudaError MemFree(ulong address) => cuMemFree_v2(address);
    CudaError MemHostAlloc(void** memory, nuint bytes, uint flags) => cuMemHostAlloc(memory, bytes, flags);
    CudaError MemFreeHost(void* memory) => cuMemFreeHost(memory);
    CudaError MemcpyHtoDAsync(ulong target, void* source, nuint bytes, nint stream) => cuMemcpyHtoDAsync_v2(target, source, bytes, stream);
    CudaError MemcpyDtoHAsync(void* target, ulong source, nuint bytes, nint stream) => cuMemcpyDtoHAsync_v2(target, source, bytes, stream);
    CudaError MemcpyDtoDAsync(ulong target, ulong source, nuint bytes, nint stream) => cuMemcpyDtoDAsync_v2(target, source, bytes, stream);
    CudaError MemsetD8Async(ulong target, byte value, nuint count, nint stream) => cuMemsetD8Async(target, value, count, stream);

    CudaError StreamCreate(nint* stream, uint flags) => cuStreamCreate(stream, flags);
    CudaError StreamDestroy(nint stream) => cuStreamDestroy_v2(stream);
    CudaError StreamSynchronize(nint stream) => cuStreamSynchronize(stream);
    CudaError EventCreate(nint* @event, uint flags) => cuEventCreate(@event, flags);
    CudaError EventDestroy(nint @event) => cuEventDestroy_v2(@event);
    CudaError EventRecord(nint @event, nint stream) => cuEventRecord(@event, stream);
    CudaError EventElapsedTime(float* milliseconds, nint start, nint end) => cuEventElapsedTime(milliseconds, start, end);
    CudaError EventSynchronize(nint @event) => cuEventSynchronize(@event);

    CudaError LinkCreate(uint options, CudaJitOption* names, void** values, nint* state) => cuLinkCreate_v2(options, names, values, state);
    CudaError LinkAddData(
        nint state, int type, void* data, nuint bytes, byte* name, uint options, CudaJitOption* names, void** values) =>
        cuLinkAddData_v2(state, type, data, bytes, name, options, names, values);
    CudaError LinkComplete(nint state, void** cubin, nuint* bytes) => cuLinkComplete(state, cubin, bytes);
    CudaError LinkDestroy(nint state) => cuLinkDestroy(state);
    CudaError ModuleLoadDataEx(nint* module, void* image, uint options, CudaJitOption* names, void** values) =>
        cuModuleLoadDataEx(module, image, options, names, values);
    CudaError ModuleUnload(nint module) => cuModuleUnload(module);
    CudaError ModuleGetFunction(nint* function, nint module, byte* name) => cuModuleGetFunction(function, module, name);
    CudaError FuncGetAttribute(int* value, CudaFunctionAttribute attribute, nint function) =>
        cuFuncGetAttribute(value, attribute, function);
    CudaError FuncSetAttribute(nint function, CudaFunctionAttribute attribute, int value) => cuFuncSetAttribute(function, attribute, value);
    CudaError LaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint groupX, uint groupY, uint groupZ,
        uint sharedBytes, nint stream, void** parameters, void** extra) =>
        cuLaunchKernel(function, gridX, gridY, gridZ, groupX, groupY, groupZ, sharedBytes, stream, parameters, extra);

    CudaError StreamBeginCapture(nint stream, int mode) => cuStreamBeginCapture_v2(stream, mode);
    CudaError StreamEndCapture(nint stream, nint* graph) => cuStreamEndCapture(stream, graph);
    CudaError StreamGetCaptureInfo(nint stream, int* status, ulong* id, nint* graph, nint** dependencies, nuint* count) =>
        cuStreamGetCaptureInfo_v2(stream, status, id, graph, dependencies, count);
    CudaError StreamUpdateCaptureDependencies(nint stream, nint* dependencies, nuint count, uint flags) =>
        cuStreamUpdateCaptureDependencies(stream, dependencies, count, flags);
    CudaError GraphInstantiate(nint* executable, nint graph, ulong flags) => cuGraphInstantiateWithFlags(executable, graph, flags);
    CudaError GraphLaunch(nint executable, nint stream) => cuGraphLaunch(executable, stream);
    CudaError GraphExecDestroy(nint executable) => cuGraphExecDestroy(executable);
    CudaError GraphDestroy(nint graph) => cuGraphDestroy(graph);
}
