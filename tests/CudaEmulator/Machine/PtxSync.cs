using System.Numerics;

namespace VaeGpu.CudaEmulator.Machine;

/// <summary>What a barrier instruction does beside arriving: nothing (sync), not wait (arrive), or combine predicates.</summary>
internal readonly record struct PtxBarrierKind(bool IsArrival, string? Reduction)
{
    public bool IsReduction => Reduction is not null;
}

/// <summary><c>bar</c> and <c>barrier</c>. Aligned ones want all threads of the warp at once; the others gather them first.</summary>
internal sealed unsafe class PtxBarrier(PtxBarrierKind kind, bool aligned, PtxSlot number, PtxSlot? threads, PtxArgument? result,
    PtxArgument? source) : PtxOp
{
    public PtxBarrierKind Kind => kind;

    public override void Execute(PtxWarp warp, uint mask)
    {
        if (mask != warp.Live)
        {
            if (aligned)
                throw warp.Fault(PtxFaultKind.Barrier, this, mask, null,
                    $"an aligned barrier that only lanes 0x{mask:x8} of the warp's 0x{warp.Live:x8} reach");
            warp.Active &= ~mask;
            warp.Park(warp.Counter - 1, mask, waits: true);
            return;
        }
        uint barrier = Uniform(warp, mask, number, "number");
        uint count = threads is { } slot ? Uniform(warp, mask, slot, "thread count") : 0;
        if (barrier > 15)
            throw warp.Fault(PtxFaultKind.Barrier, this, mask, null, $"barrier {barrier}; there are 0 to 15");
        if (count % 32 != 0 || (threads is not null && count == 0))
            throw warp.Fault(PtxFaultKind.Barrier, this, mask, null, $"a thread count of {count} is no multiple of the warp size");
        uint holds = source is null ? 0 : warp.Predicate(source) & mask;
        warp.Group.Barriers.Arrive(warp, this, (int)barrier, (int)count, holds);
    }

    /// <summary>Writes a reduction's result for a warp that waited.</summary>
    public void Finish(PtxWarp warp, int count, bool all)
    {
        if (kind.Reduction == "popc")
        {
            uint* target = warp.At<uint>(result!.Slot!.Value);
            for (uint rest = warp.Live; rest != 0;)
                target[NextLane(ref rest)] = (uint)count;
        }
        else if (kind.IsReduction)
        {
            warp.SetPredicate(result, (kind.Reduction == "and" ? all : count > 0) ? uint.MaxValue : 0, warp.Live);
        }
    }

    private uint Uniform(PtxWarp warp, uint mask, PtxSlot slot, string what)
    {
        uint* values = warp.At<uint>(slot);
        uint first = values[BitOperations.TrailingZeroCount(mask)];
        for (uint rest = mask; rest != 0;)
        {
            if (values[NextLane(ref rest)] != first)
                throw warp.Fault(PtxFaultKind.Barrier, this, mask, null, $"the barrier's {what} differs within the warp");
        }
        return first;
    }
}

/// <summary>An instruction that lanes execute together: each waits until all lanes that its member mask names have come.</summary>
internal abstract unsafe class PtxWarpSync(PtxSlot? members) : PtxOp
{
    /// <summary>Runs the instruction for lanes that have all come.</summary>
    protected abstract void Together(PtxWarp warp, uint lanes);

    public override void Execute(PtxWarp warp, uint mask)
    {
        if (members is not { } slot)
        {
            if (mask != uint.MaxValue)
                throw warp.Fault(PtxFaultKind.Barrier, this, mask, null,
                    $"an aligned instruction of the whole warp that only lanes 0x{mask:x8} reach");
            Together(warp, mask);
            return;
        }
        uint* named = warp.At<uint>(slot);
        uint waiting = 0;
        for (uint rest = mask; rest != 0;)
        {
            uint wanted = named[BitOperations.TrailingZeroCount(rest)];
            uint come = 0;
            for (uint other = rest; other != 0;)
            {
                int lane = NextLane(ref other);
                if (named[lane] == wanted)
                    come |= 1u << lane;
            }
            rest &= ~come;
            if ((come & ~wanted) is not 0 and var strangers)
                throw warp.Fault(PtxFaultKind.Barrier, this, strangers, null, $"the lane is not in its own member mask 0x{wanted:x8}");
            if ((wanted & ~warp.Live) is not 0 and var ended)
                throw warp.Fault(PtxFaultKind.Barrier, this, come, null,
                    $"member mask 0x{wanted:x8} names lanes 0x{ended:x8}, which ended or do not exist");
            if (come == wanted)
                Together(warp, come);
            else
                waiting |= come;
        }
        if (waiting == 0)
            return;
        warp.Active &= ~waiting;
        warp.Park(warp.Counter - 1, waiting, waits: true);
    }
}

/// <summary><c>bar.warp.sync</c>: orders the accesses to memory within the warp where all its lanes take part.</summary>
internal sealed class PtxWarpBarrier(PtxSlot members) : PtxWarpSync(members)
{
    protected override void Together(PtxWarp warp, uint lanes)
    {
        if (lanes == warp.Live)
            warp.Seen[warp.Index] = warp.Group.Clock.Advance();
    }
}

/// <summary><c>shfl.sync</c> (PTX ISA, "shfl.sync"): the value of another lane; the predicate says whether that lane is in range.</summary>
internal sealed unsafe class PtxShuffle(string mode, PtxSlot target, PtxArgument? inRange, PtxSlot source, PtxSlot lane, PtxSlot clamp,
    PtxSlot members)
    : PtxWarpSync(members)
{
    protected override void Together(PtxWarp warp, uint lanes)
    {
        uint* values = warp.At<uint>(source);
        uint* others = warp.At<uint>(lane);
        uint* clamps = warp.At<uint>(clamp);
        uint* results = stackalloc uint[32];
        uint ranged = 0;
        for (uint rest = lanes; rest != 0;)
        {
            int own = NextLane(ref rest);
            int b = (int)(others[own] & 31);
            int segment = (int)(clamps[own] >> 8 & 31);
            int bound = (int)(clamps[own] & 31);
            int max = (own & segment) | (bound & ~segment);
            int min = own & segment;
            (int from, bool within) = mode switch
            {
                "up" => (own - b, own - b >= max),
                "down" => (own + b, own + b <= max),
                "bfly" => (own ^ b, (own ^ b) <= max),
                _ => (min | (b & ~segment), (min | (b & ~segment)) <= max),
            };
            if (!within)
                from = own;
            else
                ranged |= 1u << own;
            if ((lanes >> from & 1) == 0)
                throw warp.LaneFault(PtxFaultKind.Undefined, this, own, null, $"the value of lane {from}, which does not take part");
            results[own] = values[from];
        }
        uint* output = warp.At<uint>(target);
        for (uint rest = lanes; rest != 0;)
        {
            int own = NextLane(ref rest);
            output[own] = results[own];
        }
        warp.SetPredicate(inRange, ranged, lanes);
    }
}

/// <summary><c>vote.sync</c>: all, any, uni and ballot over the member lanes.</summary>
internal sealed unsafe class PtxVote(string mode, PtxArgument target, PtxArgument source, PtxSlot members) : PtxWarpSync(members)
{
    protected override void Together(PtxWarp warp, uint lanes)
    {
        uint holds = warp.Predicate(source) & lanes;
        if (mode == "ballot")
        {
            uint* output = warp.At<uint>(target.Slot!.Value);
            for (uint rest = lanes; rest != 0;)
                output[NextLane(ref rest)] = holds;
            return;
        }
        bool result = mode switch { "all" => holds == lanes, "any" => holds != 0, _ => holds == lanes || holds == 0 };
        warp.SetPredicate(target, result ? uint.MaxValue : 0, lanes);
    }
}

/// <summary><c>match.sync</c>: the lanes that hold the same value.</summary>
internal sealed unsafe class PtxMatch(bool all, PtxSlot target, PtxArgument? same, PtxSlot source, PtxSlot members) : PtxWarpSync(members)
{
    protected override void Together(PtxWarp warp, uint lanes)
    {
        uint equal = 0;
        for (uint rest = lanes; rest != 0;)
        {
            int own = NextLane(ref rest);
            equal = 0;
            for (uint others = lanes; others != 0;)
            {
                int other = NextLane(ref others);
                if (Value(warp, other) == Value(warp, own))
                    equal |= 1u << other;
            }
            warp.At<uint>(target)[own] = all && equal != lanes ? 0 : equal;
        }
        warp.SetPredicate(same, equal == lanes ? uint.MaxValue : 0, lanes);
    }

    private ulong Value(PtxWarp warp, int lane) => source.Stride == 8 ? warp.At<ulong>(source)[lane] : warp.At<uint>(source)[lane];
}

/// <summary><c>redux.sync</c>: one 32-bit integer reduction over the member lanes.</summary>
internal sealed unsafe class PtxRedux(string operation, bool signed, PtxSlot target, PtxSlot source, PtxSlot members) : PtxWarpSync(members)
{
    protected override void Together(PtxWarp warp, uint lanes)
    {
        uint* values = warp.At<uint>(source);
        uint result = values[BitOperations.TrailingZeroCount(lanes)];
        for (uint rest = lanes & (lanes - 1); rest != 0;)
        {
            uint value = values[NextLane(ref rest)];
            result = operation switch
            {
                "add" => result + value,
                "and" => result & value,
                "or" => result | value,
                "xor" => result ^ value,
                "min" => signed ? (uint)Math.Min((int)result, (int)value) : Math.Min(result, value),
                _ => signed ? (uint)Math.Max((int)result, (int)value) : Math.Max(result, value),
            };
        }
        for (uint rest = lanes; rest != 0;)
            warp.At<uint>(target)[NextLane(ref rest)] = result;
    }
}

/// <summary>
/// <c>activemask</c>: the lanes that execute it together, which the ISA leaves open; here those at the same program counter.
/// </summary>
internal sealed unsafe class PtxActiveMask(PtxSlot target) : PtxOp
{
    public override void Execute(PtxWarp warp, uint mask)
    {
        uint* output = warp.At<uint>(target);
        for (uint rest = mask; rest != 0;)
            output[NextLane(ref rest)] = mask;
    }
}
