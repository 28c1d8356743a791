using System.Runtime.InteropServices;

namespace VaeGpu.Gpu.Targets.Simd;

/// <summary>
/// Constants in memory for emitted code to read. The JIT keeps a constant that occurs several times in a register throughout a loop; with
/// many of them, no registers are left for what the loop computes.
/// </summary>
internal static unsafe class ConstantPool
{
    private const int MostNumbers = 1 << 12;
    /// <summary>The bytes of a number, repeated throughout the widest vector.</summary>
    private const int Bytes = 64;
    private static readonly Lock adding = new();
    private static readonly Dictionary<int, int> places = [];

    /// <summary>The constants, which stay for the life of the process.</summary>
    public static byte* Memory { get; } = (byte*)NativeMemory.AlignedAlloc(MostNumbers * Bytes, Bytes);

    /// <summary>The offset in <see cref="Memory"/> of a vector that repeats four bytes; null if the pool is full.</summary>
    public static int? OffsetOf(int bits)
    {
        lock (adding)
        {
            if (places.TryGetValue(bits, out int place))
                return place * Bytes;
            if (places.Count == MostNumbers)
                return null;
            places.Add(bits, place = places.Count);
            new Span<int>(Memory + place * Bytes, Bytes / sizeof(int)).Fill(bits);
            return place * Bytes;
        }
    }
}
