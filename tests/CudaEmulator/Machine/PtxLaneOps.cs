using System.Numerics;
using System.Runtime.Intrinsics;

namespace VaeGpu.CudaEmulator.Machine;

/// <summary>A function of one, two or three vectors of lanes; registers and instruction have one width.</summary>
internal interface IPtxVector1<T>
{
    static abstract Vector256<T> Of(Vector256<T> a);
}

internal interface IPtxVector2<T>
{
    static abstract Vector256<T> Of(Vector256<T> a, Vector256<T> b);
}

internal interface IPtxVector3<T>
{
    static abstract Vector256<T> Of(Vector256<T> a, Vector256<T> b, Vector256<T> c);
}

/// <summary>A function of one lane's values.</summary>
internal interface IPtxScalar1<TA, TR>
{
    static abstract TR Of(TA a);
}

internal interface IPtxScalar2<TA, TB, TR>
{
    static abstract TR Of(TA a, TB b);
}

internal interface IPtxScalar3<TA, TB, TC, TR>
{
    static abstract TR Of(TA a, TB b, TC c);
}

/// <summary>All-ones in the lanes that a mask of bits names.</summary>
internal static class PtxLanes
{
    private static readonly uint[] Bits32 = [.. Enumerable.Range(0, 32).Select(lane => 1u << lane)];
    private static readonly ulong[] Bits64 = [.. Enumerable.Range(0, 32).Select(lane => 1ul << lane)];

    public static Vector256<T> Select<T>(uint mask, int lane, Vector256<T> taken, Vector256<T> other)
    {
        if (Vector256<T>.Count == 8)
        {
            Vector256<uint> bits = Vector256.Create(Bits32.AsSpan(lane));
            return Vector256.ConditionalSelect(Vector256.Equals(bits & Vector256.Create(mask), bits).As<uint, T>(), taken, other);
        }
        Vector256<ulong> wide = Vector256.Create(Bits64.AsSpan(lane));
        return Vector256.ConditionalSelect(Vector256.Equals(wide & Vector256.Create((ulong)mask), wide).As<ulong, T>(), taken, other);
    }
}

internal sealed unsafe class PtxMap1<T, TOp>(PtxSlot d, PtxSlot a) : PtxOp
    where T : unmanaged
    where TOp : struct, IPtxVector1<T>
{
    public override void Execute(PtxWarp warp, uint mask)
    {
        T* target = warp.At<T>(d);
        T* x = warp.At<T>(a);
        for (int lane = 0; lane < 32; lane += Vector256<T>.Count)
        {
            Vector256<T> result = TOp.Of(Vector256.Load(x + lane));
            (mask == uint.MaxValue ? result : PtxLanes.Select(mask, lane, result, Vector256.Load(target + lane))).Store(target + lane);
        }
    }
}

internal sealed unsafe class PtxMap2<T, TOp>(PtxSlot d, PtxSlot a, PtxSlot b) : PtxOp
    where T : unmanaged
    where TOp : struct, IPtxVector2<T>
{
    public override void Execute(PtxWarp warp, uint mask)
    {
        T* target = warp.At<T>(d);
        T* x = warp.At<T>(a);
        T* y = warp.At<T>(b);
        for (int lane = 0; lane < 32; lane += Vector256<T>.Count)
        {
            Vector256<T> result = TOp.Of(Vector256.Load(x + lane), Vector256.Load(y + lane));
            (mask == uint.MaxValue ? result : PtxLanes.Select(mask, lane, result, Vector256.Load(target + lane))).Store(target + lane);
        }
    }
}

internal sealed unsafe class PtxMap3<T, TOp>(PtxSlot d, PtxSlot a, PtxSlot b, PtxSlot c) : PtxOp
    where T : unmanaged
    where TOp : struct, IPtxVector3<T>
{
    public override void Execute(PtxWarp warp, uint mask)
    {
        T* target = warp.At<T>(d);
        T* x = warp.At<T>(a);
        T* y = warp.At<T>(b);
        T* z = warp.At<T>(c);
        for (int lane = 0; lane < 32; lane += Vector256<T>.Count)
        {
            Vector256<T> result = TOp.Of(Vector256.Load(x + lane), Vector256.Load(y + lane), Vector256.Load(z + lane));
            (mask == uint.MaxValue ? result : PtxLanes.Select(mask, lane, result, Vector256.Load(target + lane))).Store(target + lane);
        }
    }
}

internal sealed unsafe class PtxScalar1<TA, TR, TOp>(PtxSlot d, PtxSlot a) : PtxOp
    where TA : unmanaged
    where TR : unmanaged
    where TOp : struct, IPtxScalar1<TA, TR>
{
    public override void Execute(PtxWarp warp, uint mask)
    {
        byte* target = warp.Registers + d.Offset;
        byte* x = warp.Registers + a.Offset;
        for (uint rest = mask; rest != 0;)
        {
            int lane = NextLane(ref rest);
            *(TR*)(target + (lane * d.Stride)) = TOp.Of(*(TA*)(x + (lane * a.Stride)));
        }
    }
}

internal sealed unsafe class PtxScalar2<TA, TB, TR, TOp>(PtxSlot d, PtxSlot a, PtxSlot b) : PtxOp
    where TA : unmanaged
    where TB : unmanaged
    where TR : unmanaged
    where TOp : struct, IPtxScalar2<TA, TB, TR>
{
    public override void Execute(PtxWarp warp, uint mask)
    {
        byte* target = warp.Registers + d.Offset;
        byte* x = warp.Registers + a.Offset;
        byte* y = warp.Registers + b.Offset;
        for (uint rest = mask; rest != 0;)
        {
            int lane = NextLane(ref rest);
            *(TR*)(target + (lane * d.Stride)) = TOp.Of(*(TA*)(x + (lane * a.Stride)), *(TB*)(y + (lane * b.Stride)));
        }
    }
}

internal sealed unsafe class PtxScalar3<TA, TB, TC, TR, TOp>(PtxSlot d, PtxSlot a, PtxSlot b, PtxSlot c) : PtxOp
    where TA : unmanaged
    where TB : unmanaged
    where TC : unmanaged
    where TR : unmanaged
    where TOp : struct, IPtxScalar3<TA, TB, TC, TR>
{
    public override void Execute(PtxWarp warp, uint mask)
    {
        byte* target = warp.Registers + d.Offset;
        byte* x = warp.Registers + a.Offset;
        byte* y = warp.Registers + b.Offset;
        byte* z = warp.Registers + c.Offset;
        for (uint rest = mask; rest != 0;)
        {
            int lane = NextLane(ref rest);
            *(TR*)(target + (lane * d.Stride)) =
                TOp.Of(*(TA*)(x + (lane * a.Stride)), *(TB*)(y + (lane * b.Stride)), *(TC*)(z + (lane * c.Stride)));
        }
    }
}

/// <summary>A function given as a delegate: for what is rare.</summary>
internal sealed unsafe class PtxEach(Action<PtxWarp, int> body) : PtxOp
{
    public override void Execute(PtxWarp warp, uint mask)
    {
        for (uint rest = mask; rest != 0;)
            body(warp, NextLane(ref rest));
    }
}

/// <summary>A vector comparison that writes lanes' bits.</summary>
internal sealed unsafe class PtxCompare<T, TOp>(PtxArgument target, PtxSlot a, PtxSlot b, PtxCombine combine) : PtxOp
    where T : unmanaged
    where TOp : struct, IPtxVector2<T>
{
    public override void Execute(PtxWarp warp, uint mask)
    {
        T* x = warp.At<T>(a);
        T* y = warp.At<T>(b);
        uint holds = 0;
        for (int lane = 0; lane < 32; lane += Vector256<T>.Count)
            holds |= TOp.Of(Vector256.Load(x + lane), Vector256.Load(y + lane)).ExtractMostSignificantBits() << lane;
        combine.Write(warp, target, holds, mask);
    }
}

/// <summary>A comparison of lanes that do not fill their places (16 bits).</summary>
internal sealed unsafe class PtxCompareEach(PtxArgument target, Func<int, int, bool> holds, bool signed, PtxSlot a, PtxSlot b,
    PtxCombine combine) : PtxOp
{
    public override void Execute(PtxWarp warp, uint mask)
    {
        uint result = 0;
        for (uint rest = mask; rest != 0;)
        {
            int lane = NextLane(ref rest);
            uint x = warp.At<uint>(a)[lane] & 0xFFFF;
            uint y = warp.At<uint>(b)[lane] & 0xFFFF;
            if (holds(signed ? (short)x : (int)x, signed ? (short)y : (int)y))
                result |= 1u << lane;
        }
        combine.Write(warp, target, result, mask);
    }
}

/// <summary>
/// What becomes of a comparison: combined with a predicate, written to a predicate (and its complement to another) or, by set, as a
/// number.
/// </summary>
internal sealed unsafe record PtxCombine(string? Operation, PtxArgument? Other, uint? True)
{
    public void Write(PtxWarp warp, PtxArgument target, uint holds, uint mask)
    {
        uint result = Apply(warp, holds);
        if (True is { } one)
        {
            uint* output = warp.At<uint>(target.Slot!.Value);
            for (uint rest = mask; rest != 0; rest &= rest - 1)
            {
                int lane = BitOperations.TrailingZeroCount(rest);
                output[lane] = (result >> lane & 1) != 0 ? one : 0;
            }
            return;
        }
        uint complement = Apply(warp, ~holds);
        warp.SetPredicate(target, result, mask);
        warp.SetPredicate(target.Second, complement, mask);
    }

    private uint Apply(PtxWarp warp, uint holds) => Operation switch
    {
        "and" => holds & warp.Predicate(Other!),
        "or" => holds | warp.Predicate(Other!),
        "xor" => holds ^ warp.Predicate(Other!),
        _ => holds,
    };
}

/// <summary>A function of predicates, 32 lanes in a word.</summary>
internal sealed class PtxPredicateOp(PtxArgument target, Func<uint, uint, uint> function, PtxArgument a, PtxArgument? b) : PtxOp
{
    public override void Execute(PtxWarp warp, uint mask) =>
        warp.SetPredicate(target, function(warp.Predicate(a), b is null ? 0 : warp.Predicate(b)), mask);
}

/// <summary><c>selp</c>.</summary>
internal sealed unsafe class PtxSelect<T>(PtxSlot d, PtxSlot a, PtxSlot b, PtxArgument condition) : PtxOp
    where T : unmanaged
{
    public override void Execute(PtxWarp warp, uint mask)
    {
        uint taken = warp.Predicate(condition);
        T* target = warp.At<T>(d);
        T* x = warp.At<T>(a);
        T* y = warp.At<T>(b);
        for (int lane = 0; lane < 32; lane += Vector256<T>.Count)
        {
            Vector256<T> result = PtxLanes.Select(taken, lane, Vector256.Load(x + lane), Vector256.Load(y + lane));
            (mask == uint.MaxValue ? result : PtxLanes.Select(mask, lane, result, Vector256.Load(target + lane))).Store(target + lane);
        }
    }
}
