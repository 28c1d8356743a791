namespace VaeGpu.Gpu.Targets.Interpreter;

/// <summary>
/// A pointer as bits: the number of its allocation above, its distance in bytes from the allocation's start below. No
/// arithmetic leads from one allocation into another.
/// </summary>
internal static class Pointer
{
    private const int OffsetBits = 48;
    private const long Limit = (1L << (OffsetBits - 1)) - 1;
    private const long OffsetMask = (1L << OffsetBits) - 1;
    private const long FarIndex = 1L << 40;

    /// <summary>The start of an allocation.</summary>
    public static long To(int allocation) => (long)allocation << OffsetBits;

    public static int Allocation(long pointer) => (int)((ulong)pointer >> OffsetBits);

    public static long Offset(long pointer) => pointer << (64 - OffsetBits) >> (64 - OffsetBits);

    /// <summary>The pointer moved by elements. A distance beyond every allocation is cut short: it stays out of bounds.</summary>
    public static long Add(long pointer, long index, long bytes)
    {
        long offset = Offset(pointer) + Math.Clamp(index, -FarIndex, FarIndex) * bytes;
        return pointer & ~OffsetMask | Math.Clamp(offset, -Limit, Limit) & OffsetMask;
    }
}
