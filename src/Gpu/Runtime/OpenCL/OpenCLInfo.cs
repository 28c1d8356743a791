using ILGPU.Runtime.OpenCL;
using VaeGpu.Gpu.Runtime.Cuda;
using static VaeGpu.Gpu.Runtime.OpenCL.OpenCLLibrary;

namespace VaeGpu.Gpu.Runtime.OpenCL;

/// <summary>Answers of the driver about its platforms and devices.</summary>
internal static unsafe class OpenCLInfo
{
    /// <summary>CL_DEVICE_COMMAND_BUFFER_CAPABILITIES_KHR.</summary>
    public const CLDeviceInfoType CommandBufferCapabilities = (CLDeviceInfoType)0x12A9;

    /// <summary>The platforms of every installed driver.</summary>
    public static nint[] Platforms() => List("clGetPlatformIDs", clGetPlatformIDs);

    /// <summary>The devices of a platform, of every type.</summary>
    public static nint[] Devices(nint platform) =>
        List("clGetDeviceIDs", (count, devices, found) => clGetDeviceIDs(platform, 0xFFFFFFFF, count, devices, found));

    private delegate CLError Listing(uint count, nint* handles, uint* found);

    private static nint[] List(string call, Listing ask)
    {
        uint count = 0;
        if (ask(0, null, &count) != CLError.CL_SUCCESS || count == 0)
            return [];
        var handles = new nint[count];
        fixed (nint* start = handles)
            ask(count, start, null).Check(call);
        return handles;
    }

    public static string PlatformText(nint platform, CLPlatformInfoType what) =>
        Text("clGetPlatformInfo", (bytes, value, size) => clGetPlatformInfo(platform, what, bytes, value, size));

    public static string DeviceText(nint device, CLDeviceInfoType what) =>
        Text("clGetDeviceInfo", (bytes, value, size) => clGetDeviceInfo(device, what, bytes, value, size));

    /// <summary>A number about a device; 0 where the driver does not know the question.</summary>
    public static T Number<T>(nint device, CLDeviceInfoType what) where T : unmanaged
    {
        T value = default;
        return clGetDeviceInfo(device, what, (nuint)Unsafe.SizeOf<T>(), &value, null) == CLError.CL_SUCCESS ? value : default;
    }

    /// <summary>One of OpenCL's questions whose answer is a text.</summary>
    public delegate CLError Question(nuint bytes, void* value, nuint* size);

    /// <summary>The answer; empty where the driver does not know the question.</summary>
    public static string Text(string call, Question ask)
    {
        nuint size = 0;
        if (ask(0, null, &size) != CLError.CL_SUCCESS || size == 0)
            return "";
        byte[] bytes = new byte[size];
        fixed (byte* start = bytes)
            ask(size, start, null).Check(call);
        return Encoding.UTF8.GetString(bytes).TrimEnd('\0').Trim();
    }
}
