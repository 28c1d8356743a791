using ILGPU.Runtime.OpenCL;
using VaeGpu.Gpu.Runtime.Cuda;

namespace VaeGpu.Gpu.Runtime.OpenCL;

/// <summary>A failed call of the OpenCL driver.</summary>
public sealed class OpenCLException : Exception
{
    internal OpenCLException(string call, CLError error) : base($"{call} failed with {error}.") => Error = error;

    internal CLError Error { get; }
}

internal static class OpenCLErrors
{
    /// <summary>Goes on after success only.</summary>
    /// <exception cref="OpenCLException">The call failed.</exception>
    public static void Check(this CLError error, string call)
    {
        if (error != CLError.CL_SUCCESS)
            throw new OpenCLException(call, error);
    }

    /// <summary>Whether the device has run out of something that a smaller request might get.</summary>
    public static bool IsOutOfMemory(this CLError error) => error is CLError.CL_MEM_OBJECT_ALLOCATION_FAILURE
        or CLError.CL_OUT_OF_RESOURCES or CLError.CL_OUT_OF_HOST_MEMORY or CLError.CL_INVALID_BUFFER_SIZE;
}
