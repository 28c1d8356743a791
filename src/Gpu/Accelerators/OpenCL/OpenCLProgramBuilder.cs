using ILGPU.Runtime.OpenCL;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;
using VaeGpu.Gpu.Runtime;
using VaeGpu.Gpu.Targets.OpenCL;
using static VaeGpu.Gpu.Runtime.OpenCL.OpenCLLibrary;

namespace VaeGpu.Gpu.Accelerators.OpenCL;

/// <summary>Has the driver compile texts for one device, or takes what it compiled in an earlier run.</summary>
internal sealed unsafe class OpenCLProgramBuilder(OpenCL12Device device, nint context)
{
    private const uint BuildLog = 0x1183, BinarySizes = 0x1165, Binaries = 0x1166;
    private const int LogLines = 12;

    private readonly string options = "-cl-std=CL1.2" + (device.RoundsCorrectly ? " -cl-fp32-correctly-rounded-divide-sqrt" : "");

    public nint Build(string kernel, OpenCLText text)
    {
        string key = Key(text.Source);
        nint program = FromBinary(BinaryCache.Read(key), text.Entry);
        if (program == 0)
        {
            program = FromSource(kernel, text.Source);
            BinaryCache.Write(key, Binary(program));
        }
        return program;
    }

    /// <summary>A kernel object of a program: it holds a launch's arguments.</summary>
    public nint Kernel(nint program, OpenCLText text)
    {
        CLError error = Kernel(program, text.Entry, out nint handle);
        error.Check("clCreateKernel");
        return handle;
    }

    /// <summary>What a text's binary is kept under.</summary>
    internal string Key(string source) => BinaryCache.Key(source, device.Name, device.Driver, options);

    private nint FromSource(string kernel, string source)
    {
        CLError error;
        nint program;
        fixed (byte* bytes = Terminated(source))
        {
            byte* start = bytes;
            program = clCreateProgramWithSource(context, 1, &start, null, &error);
        }
        error.Check("clCreateProgramWithSource");
        error = BuildProgram(program);
        if (error == CLError.CL_SUCCESS)
            return program;
        string log = Log(program);
        clReleaseProgram(program);
        throw new KernelLaunchException(
            $"{device.Name} does not compile {kernel} ({error}). This is a defect of the compiler or the driver. The driver says:\n{log}");
    }

    private static CLError Kernel(nint program, string entry, out nint handle)
    {
        CLError error;
        fixed (byte* name = Terminated(entry))
            handle = clCreateKernel(program, name, &error);
        return error;
    }

    /// <summary>The program of a cached binary; 0 where there is none, the driver refuses it, or it has no such kernel.</summary>
    private nint FromBinary(byte[]? binary, string entry)
    {
        if (binary is null)
            return 0;
        nint handle = device.Handle, program;
        nuint size = (nuint)binary.Length;
        CLError status, error;
        fixed (byte* bytes = binary)
        {
            byte* start = bytes;
            program = clCreateProgramWithBinary(context, 1, &handle, &size, &start, &status, &error);
        }
        if (error != CLError.CL_SUCCESS)
            return 0;
        if (status == CLError.CL_SUCCESS && BuildProgram(program) == CLError.CL_SUCCESS
            && Kernel(program, entry, out nint kernel) == CLError.CL_SUCCESS)
        {
            clReleaseKernel(kernel);
            return program;
        }
        clReleaseProgram(program);
        return 0;
    }

    private CLError BuildProgram(nint program)
    {
        nint handle = device.Handle;
        fixed (byte* text = Terminated(options))
            return clBuildProgram(program, 1, &handle, text, null, null);
    }

    private byte[]? Binary(nint program)
    {
        nuint size = 0;
        if (clGetProgramInfo(program, BinarySizes, (nuint)sizeof(nuint), &size, null) != CLError.CL_SUCCESS || size == 0)
            return null;
        byte[] binary = new byte[size];
        fixed (byte* bytes = binary)
        {
            byte* start = bytes;
            return clGetProgramInfo(program, Binaries, (nuint)sizeof(byte*), &start, null) == CLError.CL_SUCCESS ? binary : null;
        }
    }

    private string Log(nint program)
    {
        string log = OpenCLInfo.Text("clGetProgramBuildInfo",
            (bytes, value, size) => clGetProgramBuildInfo(program, device.Handle, BuildLog, bytes, value, size));
        return log.Length == 0 ? "(nothing)" : string.Join('\n', log.Split('\n').Take(LogLines));
    }

    private static byte[] Terminated(string text) => Encoding.UTF8.GetBytes(text + '\0');
}
