using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VaeGpu.CudaEmulator.Machine;

internal readonly struct PtxAnd<T> : IPtxVector2<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => a & b;
}

internal readonly struct PtxOr<T> : IPtxVector2<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => a | b;
}

internal readonly struct PtxXor<T> : IPtxVector2<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => a ^ b;
}

internal readonly struct PtxNot<T> : IPtxVector1<T>
{
    public static Vector256<T> Of(Vector256<T> a) => ~a;
}

internal readonly struct PtxCopy<T> : IPtxVector1<T>
{
    public static Vector256<T> Of(Vector256<T> a) => a;
}

internal readonly struct PtxAdd16 : IPtxScalar2<ushort, ushort, ushort>
{
    public static ushort Of(ushort a, ushort b) => (ushort)(a + b);
}

internal readonly struct PtxSub16 : IPtxScalar2<ushort, ushort, ushort>
{
    public static ushort Of(ushort a, ushort b) => (ushort)(a - b);
}

internal readonly struct PtxMul16 : IPtxScalar2<ushort, ushort, ushort>
{
    public static ushort Of(ushort a, ushort b) => (ushort)(a * b);
}

internal readonly struct PtxAddSaturating : IPtxScalar2<int, int, int>
{
    public static int Of(int a, int b) => (int)Math.Clamp((long)a + b, int.MinValue, int.MaxValue);
}

internal readonly struct PtxSubSaturating : IPtxScalar2<int, int, int>
{
    public static int Of(int a, int b) => (int)Math.Clamp((long)a - b, int.MinValue, int.MaxValue);
}

/// <summary>The upper half of the product.</summary>
internal readonly struct PtxMulHigh<T, TWide> : IPtxScalar2<T, T, T>
    where T : IBinaryInteger<T>
    where TWide : IBinaryInteger<TWide>
{
    public static T Of(T a, T b) =>
        T.CreateTruncating((TWide.CreateTruncating(a) * TWide.CreateTruncating(b)) >> (8 * Unsafe.SizeOf<T>()));
}

internal readonly struct PtxMadHigh<T, TWide> : IPtxScalar3<T, T, T, T>
    where T : IBinaryInteger<T>
    where TWide : IBinaryInteger<TWide>
{
    public static T Of(T a, T b, T c) => PtxMulHigh<T, TWide>.Of(a, b) + c;
}

/// <summary>The whole product, twice as wide.</summary>
internal readonly struct PtxMulWide<T, TWide> : IPtxScalar2<T, T, TWide>
    where T : IBinaryInteger<T>
    where TWide : IBinaryInteger<TWide>
{
    public static TWide Of(T a, T b) => TWide.CreateTruncating(a) * TWide.CreateTruncating(b);
}

internal readonly struct PtxMadWide<T, TWide> : IPtxScalar3<T, T, TWide, TWide>
    where T : IBinaryInteger<T>
    where TWide : IBinaryInteger<TWide>
{
    public static TWide Of(T a, T b, TWide c) => (TWide.CreateTruncating(a) * TWide.CreateTruncating(b)) + c;
}

/// <summary>Shifts: counts at and over the width shift everything out.</summary>
internal readonly struct PtxShiftLeft<T> : IPtxScalar2<T, uint, T> where T : IBinaryInteger<T>
{
    public static T Of(T a, uint count) =>
        count >= (uint)(8 * Unsafe.SizeOf<T>()) ? T.Zero : a << (int)count;
}

/// <summary>Right shift of signed values copies the sign, of unsigned ones brings zeros.</summary>
internal readonly struct PtxShiftRight<T> : IPtxScalar2<T, uint, T> where T : IBinaryInteger<T>
{
    public static T Of(T a, uint count)
    {
        int bits = 8 * Unsafe.SizeOf<T>();
        return count < (uint)bits ? a >> (int)count : (a >> (bits - 1)) >> 1;
    }
}

internal readonly struct PtxPopCount<T> : IPtxScalar1<T, uint> where T : IBinaryInteger<T>
{
    public static uint Of(T a) => uint.CreateTruncating(T.PopCount(a));
}

internal readonly struct PtxLeadingZeros<T> : IPtxScalar1<T, uint> where T : IBinaryInteger<T>
{
    public static uint Of(T a) => uint.CreateTruncating(T.LeadingZeroCount(a));
}

/// <summary>The highest bit that is set (of negative numbers: not set), from bit 0; all ones where there is none.</summary>
internal readonly struct PtxFindBit<T> : IPtxScalar1<T, uint> where T : IBinaryInteger<T>
{
    public static uint Of(T a)
    {
        T bits = T.IsNegative(a) ? ~a : a;
        return bits == T.Zero ? uint.MaxValue
            : (uint)(8 * Unsafe.SizeOf<T>()) - 1 - uint.CreateTruncating(T.LeadingZeroCount(bits));
    }
}

internal readonly struct PtxReverse32 : IPtxScalar1<uint, uint>
{
    public static uint Of(uint a)
    {
        uint result = 0;
        for (int i = 0; i < 32; i++)
            result |= (a >> i & 1) << (31 - i);
        return result;
    }
}

internal readonly struct PtxReverse64 : IPtxScalar1<ulong, ulong>
{
    public static ulong Of(ulong a) => ((ulong)PtxReverse32.Of((uint)a) << 32) | PtxReverse32.Of((uint)(a >> 32));
}

/// <summary>Bit-field instructions (PTX ISA, "bfe", "bfi", "prmt", "lop3", "shf").</summary>
internal static class PtxBits
{
    /// <summary>Bits from position on, as many as length says, extended by their highest one where signed.</summary>
    public static ulong Extract(ulong a, uint position, uint length, int bits, bool signed)
    {
        int start = (int)(position & 0xFF);
        int count = (int)(length & 0xFF);
        ulong sign = !signed || count == 0 ? 0 : a >> Math.Min(start + count - 1, bits - 1) & 1;
        ulong result = 0;
        for (int i = 0; i < bits; i++)
            result |= (i < count && start + i < bits ? a >> (start + i) & 1 : sign) << i;
        return result;
    }

    public static ulong Insert(ulong a, ulong b, uint position, uint length, int bits)
    {
        int start = (int)(position & 0xFF);
        int count = (int)(length & 0xFF);
        ulong result = b;
        for (int i = 0; i < count && start + i < bits; i++)
            result = (result & ~(1ul << (start + i))) | ((a >> i & 1) << (start + i));
        return result;
    }

    /// <summary>Picks four of the eight bytes of b and a; the fourth bit of a selector repeats the byte's sign.</summary>
    public static uint Permute(uint a, uint b, uint selector)
    {
        ulong bytes = ((ulong)b << 32) | a;
        uint result = 0;
        for (int i = 0; i < 4; i++)
        {
            uint pick = selector >> (4 * i) & 15;
            uint value = (uint)(bytes >> (8 * (int)(pick & 7))) & 0xFF;
            if ((pick & 8) != 0)
                value = (value & 0x80) != 0 ? 0xFFu : 0;
            result |= value << (8 * i);
        }
        return result;
    }

    /// <summary>The function whose table is the byte: bit 4a+2b+c of it.</summary>
    public static uint Lookup(uint a, uint b, uint c, int table)
    {
        uint result = 0;
        for (int i = 0; i < 8; i++)
        {
            if ((table >> i & 1) != 0)
                result |= ((i & 4) != 0 ? a : ~a) & ((i & 2) != 0 ? b : ~b) & ((i & 1) != 0 ? c : ~c);
        }
        return result;
    }

    /// <summary>A shift of the 64 bits b:a, of which a word is kept.</summary>
    public static uint Funnel(uint a, uint b, uint count, bool left, bool wrap)
    {
        int n = (int)(wrap ? count & 31 : Math.Min(count, 32));
        ulong both = ((ulong)b << 32) | a;
        return (uint)(left ? both << n >> 32 : both >> n);
    }
}

/// <summary>Integer division and remainder. The ISA leaves division by zero open: a finding.</summary>
internal sealed unsafe class PtxDivide<T>(PtxSlot d, PtxSlot a, PtxSlot b, bool remainder) : PtxOp
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    public override void Execute(PtxWarp warp, uint mask)
    {
        for (uint rest = mask; rest != 0;)
        {
            int lane = NextLane(ref rest);
            T x = *(T*)(warp.Registers + a.Offset + (lane * a.Stride));
            T y = *(T*)(warp.Registers + b.Offset + (lane * b.Stride));
            if (y == T.Zero)
                throw warp.LaneFault(PtxFaultKind.Undefined, this, lane, null, "a division by zero");
            bool overflows = T.IsNegative(y) && y == T.Zero - T.One && x == T.MinValue;
            T result = overflows ? (remainder ? T.Zero : x) : remainder ? x % y : x / y;
            *(T*)(warp.Registers + d.Offset + (lane * d.Stride)) = result;
        }
    }
}
