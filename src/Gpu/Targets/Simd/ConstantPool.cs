using System.Runtime.InteropServices;

namespace VaeGpu.Gpu.Targets.Simd;

/// <summary>
/// Numbers in memory for emitted code to read. A constant that stands in the code several times is one that the JIT keeps in a register
/// throughout a loop, and with many of them it has none left for what the loop computes.
/// </summary>
internal static unsafe class ConstantPool
{
    private const int MostNumbers = 1 << 12;
    /// <summary>The bytes of a number, repeated throughout the widest vector.</summary>
    private const int Bytes = 64;
    private static readonly Lock adding = new();
    private static readonly Dictionary<int, int> places = [];

    /// <summary>Where the numbers lie, for as long as the process lives.</summary>
    public static byte* Memory { get; } = (byte*)NativeMemory.AlignedAlloc(MostNumbers * Bytes, Bytes);

    /// <summary>The place of a vector of four bytes, over and over, in <see cref="Memory"/>; null if the pool is full.</summary>
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
