using System.Numerics;

namespace VaeGpu.Gpu.Targets.Simd;

/// <summary>
/// What vectors cannot do, lane by lane through memory: operands lie in slots of <see cref="SlotBytes"/> bytes from the
/// work area's start, the result goes to <see cref="ResultSlot"/>. Emitted code calls these by name.
/// </summary>
internal static unsafe class Lanes
{
    public const int SlotBytes = 128, ResultSlot = 3, WorkBytes = 4 * SlotBytes;

    private static T* Slot<T>(byte* work, int slot) where T : unmanaged => (T*)(work + slot * SlotBytes);

    /// <summary>An operation on two operands, both of the result's type.</summary>
    public static void Binary<T, TOperation>(byte* work, int lanes) where T : unmanaged where TOperation : struct, IBinary<T>
    {
        T* a = Slot<T>(work, 0), b = Slot<T>(work, 1), result = Slot<T>(work, ResultSlot);
        for (int i = 0; i < lanes; i++)
            result[i] = TOperation.Apply(a[i], b[i]);
    }

    /// <summary>A function or conversion of one operand.</summary>
    public static void Unary<TFrom, TTo, TOperation>(byte* work, int lanes)
        where TFrom : unmanaged where TTo : unmanaged where TOperation : struct, IUnary<TFrom, TTo>
    {
        TFrom* a = Slot<TFrom>(work, 0);
        TTo* result = Slot<TTo>(work, ResultSlot);
        for (int i = 0; i < lanes; i++)
            result[i] = TOperation.Apply(a[i]);
    }

    /// <summary>A shift whose counts, ints in slot 1, differ between lanes.</summary>
    public static void Shift<T>(byte* work, int lanes, int op) where T : unmanaged, IBinaryInteger<T>
    {
        T* a = Slot<T>(work, 0), result = Slot<T>(work, ResultSlot);
        int* count = Slot<int>(work, 1);
        for (int i = 0; i < lanes; i++)
            result[i] = (Op)op switch { Op.Shl => a[i] << count[i], Op.Shr => a[i] >> count[i], _ => a[i] >>> count[i] };
    }

    /// <summary>A warp shuffle: values in slot 0, lanes or deltas in slot 1. A lane without source keeps its own value.</summary>
    public static void Shuffle<T>(byte* work, int lanes, int op, ulong active) where T : unmanaged
    {
        T* a = Slot<T>(work, 0), result = Slot<T>(work, ResultSlot);
        int* selector = Slot<int>(work, 1);
        for (int i = 0; i < lanes; i++)
        {
            int source = (Op)op switch
            {
                Op.ShuffleUp => i - selector[i],
                Op.ShuffleDown => i + selector[i],
                Op.ShuffleXor => i ^ selector[i],
                _ => selector[i],
            };
            result[i] = a[(uint)source < (uint)lanes && (active >> source & 1) != 0 ? source : i];
        }
    }

    /// <summary>Loads from base + offset[lane] · scale in active lanes, offsets in slot 0. Small integers widen; others give 0.</summary>
    public static void Gather(byte* work, byte* origin, int scale, ulong active, int memory, int lanes)
    {
        int* offset = Slot<int>(work, 0);
        byte* result = work + ResultSlot * SlotBytes;
        Unsafe.InitBlock(result, 0, SlotBytes);
        for (; active != 0; active &= active - 1)
        {
            int i = BitOperations.TrailingZeroCount(active);
            byte* at = origin + (long)offset[i] * scale;
            long bits = ((MemoryType)memory).Read(in *at);
            if (((MemoryType)memory).Bytes() == sizeof(long))
                ((long*)result)[i] = bits;
            else
                ((int*)result)[i] = (int)bits;
        }
        _ = lanes;
    }

    /// <summary>Stores the values of slot 1 to base + offset[lane] · scale in the active lanes, lower lanes first.</summary>
    public static void Scatter(byte* work, byte* origin, int scale, ulong active, int memory, int lanes)
    {
        int* offset = Slot<int>(work, 0);
        byte* value = work + SlotBytes;
        for (; active != 0; active &= active - 1)
        {
            int i = BitOperations.TrailingZeroCount(active);
            byte* at = origin + (long)offset[i] * scale;
            long bits = ((MemoryType)memory).Bytes() == sizeof(long) ? ((long*)value)[i] : ((int*)value)[i];
            ((MemoryType)memory).Write(ref *at, bits);
        }
        _ = lanes;
    }

    /// <summary>An atomic operation in the active lanes: offsets in slot 0, values in slot 1, what to compare with in slot 2.</summary>
    public static void Atomically(byte* work, byte* origin, int scale, ulong active, int memory, int op)
    {
        int* offset = Slot<int>(work, 0);
        for (; active != 0; active &= active - 1)
        {
            int i = BitOperations.TrailingZeroCount(active);
            byte* at = origin + (long)offset[i] * scale;
            if ((MemoryType)memory is MemoryType.I64)
                Slot<long>(work, ResultSlot)[i] = Atomics.Apply(at, Slot<long>(work, 1)[i], Slot<long>(work, 2)[i], (Op)op);
            else
                Slot<int>(work, ResultSlot)[i] =
                    Atomics.Apply(at, Slot<int>(work, 1)[i], Slot<int>(work, 2)[i], (MemoryType)memory == MemoryType.F32, (Op)op);
        }
    }
}

/// <summary>Atomic operations on one element, as bits.</summary>
internal static unsafe class Atomics
{
    public static int Apply(byte* at, int value, int compare, bool isFloat, Op op) => Exchange(at, value, compare, op, isFloat);

    public static long Apply(byte* at, long value, long compare, Op op) => Exchange(at, value, compare, op, isFloat: false);

    private static T Exchange<T>(byte* at, T value, T compare, Op op, bool isFloat) where T : unmanaged, IBinaryInteger<T>
    {
        ref T target = ref *(T*)at;
        if (op == Op.AtomicCompareExchange)
            return Interlocked.CompareExchange(ref target, value, compare);
        while (true)
        {
            T before = target;
            T after = isFloat ? T.CreateTruncating(Float(int.CreateTruncating(before), int.CreateTruncating(value), op))
                : Next(before, value, op);
            if (Interlocked.CompareExchange(ref target, after, before) == before)
                return before;
        }
    }

    private static T Next<T>(T a, T b, Op op) where T : IBinaryInteger<T> => op switch
    {
        Op.AtomicAdd => a + b,
        Op.AtomicMax => T.Max(a, b),
        Op.AtomicMin => T.Min(a, b),
        // Extended by their signs, numbers keep the order that they have without.
        Op.AtomicMaxU => ulong.CreateTruncating(a) > ulong.CreateTruncating(b) ? a : b,
        Op.AtomicMinU => ulong.CreateTruncating(a) < ulong.CreateTruncating(b) ? a : b,
        Op.AtomicAnd => a & b,
        Op.AtomicOr => a | b,
        Op.AtomicXor => a ^ b,
        _ => b,
    };

    private static int Float(int a, int b, Op op)
    {
        float x = BitConverter.Int32BitsToSingle(a), y = BitConverter.Int32BitsToSingle(b);
        return BitConverter.SingleToInt32Bits(op switch
        {
            Op.AtomicAdd => x + y,
            Op.AtomicMax => MathF.Max(x, y),
            Op.AtomicMin => MathF.Min(x, y),
            _ => y,
        });
    }
}
