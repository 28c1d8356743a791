using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VaeGpu.Gpu.Targets.Simd;

/// <summary>
/// Vector operations that need more than one instruction set's names: each is tried by what the processor has, which the
/// JIT decides once. Overloads differ by width alone; emitted code picks one by its types.
/// </summary>
internal static unsafe class VectorHelpers
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>The upper halves of unsigned 32 × 32 bit products: even lanes, then odd lanes, then both put together.</summary>
    [MethodImpl(Inline)]
    public static Vector512<int> MulHighU(Vector512<int> a, Vector512<int> b)
    {
        Vector512<ulong> x = a.AsUInt64(), y = b.AsUInt64(), low = Vector512.Create(0xFFFFFFFFUL);
        Vector512<ulong> even = Avx512F.IsSupported ? Avx512F.Multiply(a.AsUInt32(), b.AsUInt32()) : (x & low) * (y & low);
        Vector512<ulong> odd = Avx512F.IsSupported ? Avx512F.Multiply((x >> 32).AsUInt32(), (y >> 32).AsUInt32()) : (x >> 32) * (y >> 32);
        return ((even >> 32) | (odd & ~low)).AsInt32();
    }

    [MethodImpl(Inline)]
    public static Vector256<int> MulHighU(Vector256<int> a, Vector256<int> b)
    {
        Vector256<ulong> x = a.AsUInt64(), y = b.AsUInt64(), low = Vector256.Create(0xFFFFFFFFUL);
        Vector256<ulong> even = Avx2.IsSupported ? Avx2.Multiply(a.AsUInt32(), b.AsUInt32()) : (x & low) * (y & low);
        Vector256<ulong> odd = Avx2.IsSupported ? Avx2.Multiply((x >> 32).AsUInt32(), (y >> 32).AsUInt32()) : (x >> 32) * (y >> 32);
        return ((even >> 32) | (odd & ~low)).AsInt32();
    }

    [MethodImpl(Inline)]
    public static Vector128<int> MulHighU(Vector128<int> a, Vector128<int> b)
    {
        Vector128<ulong> x = a.AsUInt64(), y = b.AsUInt64(), low = Vector128.Create(0xFFFFFFFFUL);
        Vector128<ulong> even = Sse2.IsSupported ? Sse2.Multiply(a.AsUInt32(), b.AsUInt32()) : (x & low) * (y & low);
        Vector128<ulong> odd = Sse2.IsSupported ? Sse2.Multiply((x >> 32).AsUInt32(), (y >> 32).AsUInt32()) : (x >> 32) * (y >> 32);
        return ((even >> 32) | (odd & ~low)).AsInt32();
    }

    /// <summary>Loads consecutive elements where the mask is set; 0 elsewhere, and nothing is read there.</summary>
    [MethodImpl(Inline)]
    public static Vector512<int> MaskLoad(int* source, Vector512<int> mask)
    {
        if (Avx512F.IsSupported)
            return Avx512F.MaskLoad(source, mask, Vector512<int>.Zero);
        return Vector512.Create(MaskLoad(source, mask.GetLower()), MaskLoad(source + 8, mask.GetUpper()));
    }

    [MethodImpl(Inline)]
    public static Vector256<int> MaskLoad(int* source, Vector256<int> mask)
    {
        if (Avx2.IsSupported)
            return Avx2.MaskLoad(source, mask);
        return Vector256.Create(MaskLoad(source, mask.GetLower()), MaskLoad(source + 4, mask.GetUpper()));
    }

    [MethodImpl(Inline)]
    public static Vector128<int> MaskLoad(int* source, Vector128<int> mask)
    {
        if (Avx2.IsSupported)
            return Avx2.MaskLoad(source, mask);
        Vector128<int> result = default;
        for (int i = 0; i < 4; i++)
        {
            if (mask[i] != 0)
                result = result.WithElement(i, source[i]);
        }
        return result;
    }

    /// <summary>Stores consecutive elements where the mask is set.</summary>
    [MethodImpl(Inline)]
    public static void MaskStore(int* target, Vector512<int> mask, Vector512<int> value)
    {
        if (Avx512F.IsSupported)
        {
            Avx512F.MaskStore(target, mask, value);
            return;
        }
        MaskStore(target, mask.GetLower(), value.GetLower());
        MaskStore(target + 8, mask.GetUpper(), value.GetUpper());
    }

    [MethodImpl(Inline)]
    public static void MaskStore(int* target, Vector256<int> mask, Vector256<int> value)
    {
        if (Avx2.IsSupported)
        {
            Avx2.MaskStore(target, mask, value);
            return;
        }
        MaskStore(target, mask.GetLower(), value.GetLower());
        MaskStore(target + 4, mask.GetUpper(), value.GetUpper());
    }

    [MethodImpl(Inline)]
    public static void MaskStore(int* target, Vector128<int> mask, Vector128<int> value)
    {
        if (Avx2.IsSupported)
        {
            Avx2.MaskStore(target, mask, value);
            return;
        }
        for (int i = 0; i < 4; i++)
        {
            if (mask[i] != 0)
                target[i] = value[i];
        }
    }

    /// <summary>Loads 32 bits from origin + 4 · index where the mask is set.</summary>
    [MethodImpl(Inline)]
    public static Vector512<int> Gather4(byte* origin, Vector512<int> index, Vector512<int> mask) =>
        Vector512.Create(Gather4(origin, index.GetLower(), mask.GetLower()), Gather4(origin, index.GetUpper(), mask.GetUpper()));

    [MethodImpl(Inline)]
    public static Vector256<int> Gather4(byte* origin, Vector256<int> index, Vector256<int> mask)
    {
        if (Avx2.IsSupported)
            return Avx2.GatherMaskVector256(Vector256<int>.Zero, (int*)origin, index, mask, 4);
        return Vector256.Create(Gather4(origin, index.GetLower(), mask.GetLower()), Gather4(origin, index.GetUpper(), mask.GetUpper()));
    }

    [MethodImpl(Inline)]
    public static Vector128<int> Gather4(byte* origin, Vector128<int> index, Vector128<int> mask)
    {
        Vector128<int> result = default;
        for (int i = 0; i < 4; i++)
        {
            if (mask[i] != 0)
                result = result.WithElement(i, ((int*)origin)[index[i]]);
        }
        return result;
    }

    /// <summary>value[index[lane]] in each lane; a lane whose index is outside the vector keeps its own value.</summary>
    [MethodImpl(Inline)]
    public static Vector512<int> Shuffle(Vector512<int> value, Vector512<int> index)
    {
        Vector512<int> inside = Vector512.LessThan(index.AsUInt32(), Vector512.Create(16u)).AsInt32();
        Vector512<int> source = Vector512.ConditionalSelect(inside, index, Vector512.CreateSequence(0, 1));
        return Avx512F.IsSupported ? Avx512F.PermuteVar16x32(value, source) : Vector512.Shuffle(value, source);
    }

    [MethodImpl(Inline)]
    public static Vector256<int> Shuffle(Vector256<int> value, Vector256<int> index)
    {
        Vector256<int> inside = Vector256.LessThan(index.AsUInt32(), Vector256.Create(8u)).AsInt32();
        Vector256<int> source = Vector256.ConditionalSelect(inside, index, Vector256.CreateSequence(0, 1));
        return Avx2.IsSupported ? Avx2.PermuteVar8x32(value, source) : Vector256.Shuffle(value, source);
    }

    [MethodImpl(Inline)]
    public static Vector128<int> Shuffle(Vector128<int> value, Vector128<int> index)
    {
        Vector128<int> inside = Vector128.LessThan(index.AsUInt32(), Vector128.Create(4u)).AsInt32();
        return Vector128.Shuffle(value, Vector128.ConditionalSelect(inside, index, Vector128.CreateSequence(0, 1)));
    }

    /// <summary>Sixteen consecutive bytes, each widened to an int.</summary>
    [MethodImpl(Inline)]
    public static void WidenBytes(byte* source, out Vector512<int> result) => result = Avx512F.IsSupported
        ? Avx512F.ConvertToVector512Int32(Vector128.Load(source))
        : Vector512.Create(WidenEight(source), WidenEight(source + 8));

    /// <summary>Eight consecutive bytes, each widened to an int.</summary>
    [MethodImpl(Inline)]
    public static void WidenBytes(byte* source, out Vector256<int> result) => result = WidenEight(source);

    /// <summary>Four consecutive bytes, each widened to an int.</summary>
    [MethodImpl(Inline)]
    public static void WidenBytes(byte* source, out Vector128<int> result) =>
        result = Vector128.Create(source[0], source[1], source[2], source[3]);

    [MethodImpl(Inline)]
    private static Vector256<int> WidenEight(byte* source)
    {
        Vector128<ushort> wide = Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(source)).AsByte());
        return Vector256.Create(Vector128.WidenLower(wide), Vector128.WidenUpper(wide)).AsInt32();
    }
}
