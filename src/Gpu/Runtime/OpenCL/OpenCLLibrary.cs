using System.Runtime.InteropServices;

namespace VaeGpu.Gpu.Runtime;

/// <summary>
/// The entry points of the system's OpenCL loader that are used here, looked up once. Where there is none the program
/// goes on without OpenCL.
/// </summary>
internal sealed unsafe class OpenCLLibrary
{
    private static readonly string[] FileNames =
        ["libOpenCL.so.1", "libOpenCL.so", "OpenCL.dll", "/System/Library/Frameworks/OpenCL.framework/OpenCL"];

    private static readonly Lazy<OpenCLLibrary?> Loaded = new(Load);

    public readonly delegate* unmanaged<uint, nint*, uint*, OpenCLError> GetPlatformIDs;
    public readonly delegate* unmanaged<nint, uint, nuint, void*, nuint*, OpenCLError> GetPlatformInfo;
    public readonly delegate* unmanaged<nint, ulong, uint, nint*, uint*, OpenCLError> GetDeviceIDs;
    public readonly delegate* unmanaged<nint, uint, nuint, void*, nuint*, OpenCLError> GetDeviceInfo;
    public readonly delegate* unmanaged<nint*, uint, nint*, void*, void*, OpenCLError*, nint> CreateContext;
    public readonly delegate* unmanaged<nint, OpenCLError> ReleaseContext;
    public readonly delegate* unmanaged<nint, nint, ulong, OpenCLError*, nint> CreateCommandQueue;
    public readonly delegate* unmanaged<nint, OpenCLError> ReleaseCommandQueue;
    public readonly delegate* unmanaged<nint, ulong, nuint, void*, OpenCLError*, nint> CreateBuffer;
    public readonly delegate* unmanaged<nint, OpenCLError> ReleaseMemObject;
    public readonly delegate* unmanaged<nint, nint, uint, nuint, nuint, void*, uint, nint*, nint*, OpenCLError> EnqueueReadBuffer;
    public readonly delegate* unmanaged<nint, nint, uint, nuint, nuint, void*, uint, nint*, nint*, OpenCLError> EnqueueWriteBuffer;
    public readonly delegate* unmanaged<nint, nint, nint, nuint, nuint, nuint, uint, nint*, nint*, OpenCLError> EnqueueCopyBuffer;
    public readonly delegate* unmanaged<nint, nint, void*, nuint, nuint, nuint, uint, nint*, nint*, OpenCLError> EnqueueFillBuffer;
    public readonly delegate* unmanaged<nint, nint, uint, nuint*, nuint*, nuint*, uint, nint*, nint*, OpenCLError> EnqueueNDRangeKernel;
    public readonly delegate* unmanaged<nint, OpenCLError> Finish;
    public readonly delegate* unmanaged<nint, uint, byte**, nuint*, OpenCLError*, nint> CreateProgramWithSource;
    public readonly delegate* unmanaged<nint, uint, nint*, nuint*, byte**, OpenCLError*, OpenCLError*, nint> CreateProgramWithBinary;
    public readonly delegate* unmanaged<nint, uint, nint*, byte*, void*, void*, OpenCLError> BuildProgram;
    public readonly delegate* unmanaged<nint, nint, uint, nuint, void*, nuint*, OpenCLError> GetProgramBuildInfo;
    public readonly delegate* unmanaged<nint, uint, nuint, void*, nuint*, OpenCLError> GetProgramInfo;
    public readonly delegate* unmanaged<nint, OpenCLError> ReleaseProgram;
    public readonly delegate* unmanaged<nint, byte*, OpenCLError*, nint> CreateKernel;
    public readonly delegate* unmanaged<nint, OpenCLError> ReleaseKernel;
    public readonly delegate* unmanaged<nint, uint, nuint, void*, OpenCLError> SetKernelArg;
    private readonly delegate* unmanaged<nint, byte*, nint> getExtensionFunctionAddressForPlatform;

    private OpenCLLibrary(nint library)
    {
        void* Find(string name) => (void*)NativeLibrary.GetExport(library, name);
        GetPlatformIDs = (delegate* unmanaged<uint, nint*, uint*, OpenCLError>)Find("clGetPlatformIDs");
        GetPlatformInfo = (delegate* unmanaged<nint, uint, nuint, void*, nuint*, OpenCLError>)Find("clGetPlatformInfo");
        GetDeviceIDs = (delegate* unmanaged<nint, ulong, uint, nint*, uint*, OpenCLError>)Find("clGetDeviceIDs");
        GetDeviceInfo = (delegate* unmanaged<nint, uint, nuint, void*, nuint*, OpenCLError>)Find("clGetDeviceInfo");
        CreateContext = (delegate* unmanaged<nint*, uint, nint*, void*, void*, OpenCLError*, nint>)Find("clCreateContext");
        ReleaseContext = (delegate* unmanaged<nint, OpenCLError>)Find("clReleaseContext");
        CreateCommandQueue = (delegate* unmanaged<nint, nint, ulong, OpenCLError*, nint>)Find("clCreateCommandQueue");
        ReleaseCommandQueue = (delegate* unmanaged<nint, OpenCLError>)Find("clReleaseCommandQueue");
        CreateBuffer = (delegate* unmanaged<nint, ulong, nuint, void*, OpenCLError*, nint>)Find("clCreateBuffer");
        ReleaseMemObject = (delegate* unmanaged<nint, OpenCLError>)Find("clReleaseMemObject");
        EnqueueReadBuffer =
            (delegate* unmanaged<nint, nint, uint, nuint, nuint, void*, uint, nint*, nint*, OpenCLError>)Find("clEnqueueReadBuffer");
        EnqueueWriteBuffer =
            (delegate* unmanaged<nint, nint, uint, nuint, nuint, void*, uint, nint*, nint*, OpenCLError>)Find("clEnqueueWriteBuffer");
        EnqueueCopyBuffer =
            (delegate* unmanaged<nint, nint, nint, nuint, nuint, nuint, uint, nint*, nint*, OpenCLError>)Find("clEnqueueCopyBuffer");
        EnqueueFillBuffer =
            (delegate* unmanaged<nint, nint, void*, nuint, nuint, nuint, uint, nint*, nint*, OpenCLError>)Find("clEnqueueFillBuffer");
        EnqueueNDRangeKernel =
            (delegate* unmanaged<nint, nint, uint, nuint*, nuint*, nuint*, uint, nint*, nint*, OpenCLError>)Find("clEnqueueNDRangeKernel");
        Finish = (delegate* unmanaged<nint, OpenCLError>)Find("clFinish");
        CreateProgramWithSource = (delegate* unmanaged<nint, uint, byte**, nuint*, OpenCLError*, nint>)Find("clCreateProgramWithSource");
        CreateProgramWithBinary =
            (delegate* unmanaged<nint, uint, nint*, nuint*, byte**, OpenCLError*, OpenCLError*, nint>)Find("clCreateProgramWithBinary");
        BuildProgram = (delegate* unmanaged<nint, uint, nint*, byte*, void*, void*, OpenCLError>)Find("clBuildProgram");
        GetProgramBuildInfo = (delegate* unmanaged<nint, nint, uint, nuint, void*, nuint*, OpenCLError>)Find("clGetProgramBuildInfo");
        GetProgramInfo = (delegate* unmanaged<nint, uint, nuint, void*, nuint*, OpenCLError>)Find("clGetProgramInfo");
        ReleaseProgram = (delegate* unmanaged<nint, OpenCLError>)Find("clReleaseProgram");
        CreateKernel = (delegate* unmanaged<nint, byte*, OpenCLError*, nint>)Find("clCreateKernel");
        ReleaseKernel = (delegate* unmanaged<nint, OpenCLError>)Find("clReleaseKernel");
        SetKernelArg = (delegate* unmanaged<nint, uint, nuint, void*, OpenCLError>)Find("clSetKernelArg");
        getExtensionFunctionAddressForPlatform = (delegate* unmanaged<nint, byte*, nint>)Find("clGetExtensionFunctionAddressForPlatform");
    }

    /// <summary>The loader; null where there is none, or one too old to know OpenCL 1.2.</summary>
    public static OpenCLLibrary? Instance => Loaded.Value;

    /// <summary>The address of an extension's function; 0 where the driver does not have it.</summary>
    public nint ExtensionFunction(nint platform, string name)
    {
        fixed (byte* text = System.Text.Encoding.ASCII.GetBytes(name + '\0'))
            return getExtensionFunctionAddressForPlatform(platform, text);
    }

    private static OpenCLLibrary? Load()
    {
        foreach (string name in FileNames)
        {
            if (!NativeLibrary.TryLoad(name, out nint library))
                continue;
            try
            {
                return new OpenCLLibrary(library);
            }
            catch (EntryPointNotFoundException)
            {
                NativeLibrary.Free(library);
            }
        }
        return null;
    }
}
