using System.Runtime.CompilerServices;
using System.Text;

namespace VaeGpu.Gpu.Runtime;

/// <summary>Answers of the driver about its platforms and devices.</summary>
internal static unsafe class OpenCLInfo
{
    public const uint PlatformVersion = 0x0901, PlatformName = 0x0902;
    public const uint DeviceType = 0x1000;
    /// <summary>CL_DEVICE_TYPE_GPU.</summary>
    public const ulong Gpu = 4;
    public const uint MaxComputeUnits = 0x1002, MaxWorkGroupSize = 0x1004, AddressBits = 0x100D;
    public const uint SingleFloatConfig = 0x101B, GlobalMemorySize = 0x101F, MaxAllocation = 0x1010, LocalMemorySize = 0x1023;
    public const uint EndianLittle = 0x1026, Available = 0x1027, CompilerAvailable = 0x1028;
    public const uint DeviceName = 0x102B, DriverVersion = 0x102D, Profile = 0x102E, DeviceVersion = 0x102F;
    public const uint Extensions = 0x1030, DoubleFloatConfig = 0x1032, CommandBufferCapabilities = 0x12A9;

    /// <summary>The platforms of every installed driver.</summary>
    public static nint[] Platforms(OpenCLLibrary cl)
    {
        uint count = 0;
        if (cl.GetPlatformIDs(0, null, &count) != OpenCLError.CL_SUCCESS || count == 0)
            return [];
        var platforms = new nint[count];
        fixed (nint* p = platforms)
            cl.GetPlatformIDs(count, p, null).Check("clGetPlatformIDs");
        return platforms;
    }

    /// <summary>The devices of a platform, of every type.</summary>
    public static nint[] Devices(OpenCLLibrary cl, nint platform)
    {
        const ulong AllTypes = 0xFFFFFFFF;
        uint count = 0;
        if (cl.GetDeviceIDs(platform, AllTypes, 0, null, &count) != OpenCLError.CL_SUCCESS || count == 0)
            return [];
        var devices = new nint[count];
        fixed (nint* p = devices)
            cl.GetDeviceIDs(platform, AllTypes, count, p, null).Check("clGetDeviceIDs");
        return devices;
    }

    public static string PlatformText(OpenCLLibrary cl, nint platform, uint what)
    {
        nuint size = 0;
        if (cl.GetPlatformInfo(platform, what, 0, null, &size) != OpenCLError.CL_SUCCESS || size == 0)
            return "";
        byte[] bytes = new byte[size];
        fixed (byte* p = bytes)
            cl.GetPlatformInfo(platform, what, size, p, null).Check("clGetPlatformInfo");
        return Text(bytes);
    }

    public static string DeviceText(OpenCLLibrary cl, nint device, uint what)
    {
        nuint size = 0;
        if (cl.GetDeviceInfo(device, what, 0, null, &size) != OpenCLError.CL_SUCCESS || size == 0)
            return "";
        byte[] bytes = new byte[size];
        fixed (byte* p = bytes)
            cl.GetDeviceInfo(device, what, size, p, null).Check("clGetDeviceInfo");
        return Text(bytes);
    }

    /// <summary>A number about a device; 0 where the driver does not know the question.</summary>
    public static T Number<T>(OpenCLLibrary cl, nint device, uint what) where T : unmanaged
    {
        T value = default;
        return cl.GetDeviceInfo(device, what, (nuint)Unsafe.SizeOf<T>(), &value, null) == OpenCLError.CL_SUCCESS ? value : default;
    }

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes).TrimEnd('\0').Trim();
}
