namespace VaeGpu.Gpu;

/// <summary>Memory that the threads of a group share.</summary>
public static class SharedMemory
{
    /// <summary>An array of <paramref name="extent"/> elements, a constant; its contents are undefined at first.</summary>
    public static ArrayView<T> Allocate<T>(int extent) where T : unmanaged => throw HostThread.DeviceOnly("SharedMemory.Allocate");

    /// <summary>The array whose length the launch gave (<see cref="SharedMemoryConfig.RequestDynamic{T}"/>).</summary>
    public static ArrayView<T> GetDynamic<T>() where T : unmanaged => throw HostThread.DeviceOnly("SharedMemory.GetDynamic");
}

/// <summary>Memory of one thread. The compiler keeps it in registers, so every index must be constant after unrolling.</summary>
public static class LocalMemory
{
    /// <summary>An array of <paramref name="extent"/> elements, a constant; its contents are undefined at first.</summary>
    public static unsafe ArrayView<T> Allocate<T>(int extent) where T : unmanaged =>
        new(Runtime.MemoryBuffer.OnHost((long)extent * sizeof(T)), 0, extent);
}

/// <summary>Reinterprets the bits of numbers.</summary>
public static class Interop
{
    /// <summary>The bits of a float.</summary>
    public static uint FloatAsInt(float value) => BitConverter.SingleToUInt32Bits(value);
    /// <summary>The bits of a double.</summary>
    public static ulong FloatAsInt(double value) => BitConverter.DoubleToUInt64Bits(value);
    /// <summary>The float with these bits.</summary>
    public static float IntAsFloat(uint value) => BitConverter.UInt32BitsToSingle(value);
    /// <summary>The double with these bits.</summary>
    public static double IntAsFloat(ulong value) => BitConverter.UInt64BitsToDouble(value);
}
