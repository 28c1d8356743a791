using System.Runtime.InteropServices;
using ILGPU.Runtime.OpenCL;

namespace VaeGpu.Gpu.Runtime.OpenCL;

/// <summary>The functions of the system's OpenCL loader that are used here. Without one the program goes on without OpenCL.</summary>
internal static unsafe class OpenCLLibrary
{
    private const string Name = "opencl";

    private static readonly string[] FileNames =
        ["libOpenCL.so.1", "libOpenCL.so", "OpenCL.dll", "/System/Library/Frameworks/OpenCL.framework/OpenCL"];

    /// <summary>Whether there is a loader, and one that knows OpenCL 1.2.</summary>
    public static bool IsPresent { get; } = FileNames.Any(file =>
        NativeLibrary.TryLoad(file, out nint library) && EntryPoints.Bind(typeof(OpenCLLibrary), Name, library) is null);

    [DllImport(Name)] public static extern CLError clGetPlatformIDs(uint count, nint* platforms, uint* found);
    [DllImport(Name)] public static extern CLError clGetPlatformInfo(
        nint platform, CLPlatformInfoType what, nuint bytes, void* value, nuint* size);
    [DllImport(Name)] public static extern CLError clGetDeviceIDs(
        nint platform, ulong types, uint count, nint* devices, uint* found);
    [DllImport(Name)] public static extern CLError clGetDeviceInfo(
        nint device, CLDeviceInfoType what, nuint bytes, void* value, nuint* size);
    [DllImport(Name)] public static extern nint clCreateContext(
        nint* properties, uint count, nint* devices, void* callback, void* data, CLError* error);
    [DllImport(Name)] public static extern CLError clReleaseContext(nint context);
    [DllImport(Name)] public static extern nint clCreateCommandQueue(
        nint context, nint device, ulong properties, CLError* error);
    [DllImport(Name)] public static extern CLError clReleaseCommandQueue(nint queue);
    [DllImport(Name)] public static extern nint clCreateBuffer(
        nint context, ulong flags, nuint bytes, void* host, CLError* error);
    [DllImport(Name)] public static extern CLError clReleaseMemObject(nint memory);
    [DllImport(Name)] public static extern CLError clEnqueueReadBuffer(
        nint queue, nint buffer, uint blocks, nuint offset, nuint bytes, void* target, uint waits, nint* events, nint* @event);
    [DllImport(Name)] public static extern CLError clEnqueueWriteBuffer(
        nint queue, nint buffer, uint blocks, nuint offset, nuint bytes, void* source, uint waits, nint* events, nint* @event);
    [DllImport(Name)] public static extern CLError clEnqueueCopyBuffer(
        nint queue, nint source, nint target, nuint sourceOffset, nuint targetOffset, nuint bytes, uint waits, nint* events, nint* @event);
    [DllImport(Name)] public static extern CLError clEnqueueFillBuffer(
        nint queue, nint buffer, void* pattern, nuint width, nuint offset, nuint bytes, uint waits, nint* events, nint* @event);
    [DllImport(Name)] public static extern CLError clEnqueueNDRangeKernel(
        nint queue, nint kernel, uint axes, nuint* offset, nuint* global, nuint* local, uint waits, nint* events, nint* @event);
    [DllImport(Name)] public static extern CLError clGetEventProfilingInfo(
        nint @event, uint what, nuint bytes, void* value, nuint* size);
    [DllImport(Name)] public static extern CLError clReleaseEvent(nint @event);
    [DllImport(Name)] public static extern CLError clFinish(nint queue);
    [DllImport(Name)] public static extern nint clCreateProgramWithSource(
        nint context, uint count, byte** texts, nuint* lengths, CLError* error);
    [DllImport(Name)] public static extern nint clCreateProgramWithBinary(
        nint context, uint count, nint* devices, nuint* lengths, byte** binaries, CLError* states, CLError* error);
    [DllImport(Name)] public static extern CLError clBuildProgram(
        nint program, uint count, nint* devices, byte* options, void* callback, void* data);
    [DllImport(Name)] public static extern CLError clGetProgramBuildInfo(
        nint program, nint device, uint what, nuint bytes, void* value, nuint* size);
    [DllImport(Name)] public static extern CLError clGetProgramInfo(
        nint program, uint what, nuint bytes, void* value, nuint* size);
    [DllImport(Name)] public static extern CLError clReleaseProgram(nint program);
    [DllImport(Name)] public static extern nint clCreateKernel(nint program, byte* name, CLError* error);
    [DllImport(Name)] public static extern CLError clReleaseKernel(nint kernel);
    [DllImport(Name)] public static extern CLError clSetKernelArg(nint kernel, uint index, nuint bytes, void* value);
    [DllImport(Name)] public static extern nint clGetExtensionFunctionAddressForPlatform(nint platform, byte* name);
}
