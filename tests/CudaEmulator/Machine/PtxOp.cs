using System.Numerics;

namespace VaeGpu.CudaEmulator.Machine;

/// <summary>A decoded instruction. One is shared by all warps: what changes lies in the warp.</summary>
internal abstract unsafe class PtxOp
{
    public int Line { get; set; }

    /// <summary>The predicate under which it runs, or −1.</summary>
    public int Guard { get; set; } = -1;

    public bool GuardNegated { get; set; }

    /// <summary>How its accesses to memory race with others.</summary>
    public PtxStrength Strength { get; set; }

    /// <summary>Registers whose lanes must have been written before.</summary>
    public int[] Checked { get; set; } = [];

    /// <summary>Registers whose written lanes are remembered.</summary>
    public int[] Marked { get; set; } = [];

    /// <summary>Runs the instruction for the lanes of the mask, which is not empty. The program counter already points behind it.</summary>
    public abstract void Execute(PtxWarp warp, uint mask);

    /// <summary>Takes the lowest lane out of the mask.</summary>
    protected static int NextLane(ref uint mask)
    {
        int lane = BitOperations.TrailingZeroCount(mask);
        mask &= mask - 1;
        return lane;
    }
}

/// <summary><c>bra</c>: lanes whose guard holds go on at the target, the others behind it.</summary>
internal sealed class PtxBranch(int target, bool uniform) : PtxOp
{
    public int Target { get; set; } = target;

    public override void Execute(PtxWarp warp, uint mask)
    {
        uint staying = warp.Active & ~mask;
        if (staying == 0)
        {
            warp.Counter = Target;
            return;
        }
        if (uniform && !warp.Group.AllowDivergence)
            throw warp.Fault(PtxFaultKind.Undefined, this, mask, null, "bra.uni, but some lanes of the warp go on behind it");
        warp.Active = staying;
        warp.Park(Target, mask, waits: false);
    }
}

/// <summary><c>ret</c>, <c>exit</c>: the lanes end. <c>trap</c> ends the launch.</summary>
internal sealed class PtxLeave(bool trap) : PtxOp
{
    public override void Execute(PtxWarp warp, uint mask)
    {
        if (trap)
            throw warp.Fault(PtxFaultKind.Trap, this, mask, null, "trap");
        warp.Active &= ~mask;
        warp.Live &= ~mask;
    }
}

/// <summary>An instruction that changes nothing that the machine keeps: fences, prefetches, sleep.</summary>
internal sealed class PtxNothing : PtxOp
{
    public override void Execute(PtxWarp warp, uint mask)
    {
    }
}
