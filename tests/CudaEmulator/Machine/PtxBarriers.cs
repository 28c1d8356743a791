using System.Numerics;

namespace VaeGpu.CudaEmulator.Machine;

/// <summary>
/// The sixteen barriers of a group. A warp arrives as a whole; a barrier opens when the threads that it waits for have come. Opening
/// orders the accesses to memory of those that came before against those after.
/// </summary>
internal sealed class PtxBarriers(PtxGroup group)
{
    private readonly State[] states = [.. Enumerable.Range(0, 16).Select(_ => new State(group.WarpCount))];

    public void Reset()
    {
        foreach (State state in states)
            state.Clear();
    }

    /// <summary>A warp arrives, all its lanes together. It waits unless it only announces itself, or is the last.</summary>
    public void Arrive(PtxWarp warp, PtxBarrier op, int number, int threads, uint lanesTrue)
    {
        State state = states[number];
        bool all = threads == 0;
        int expected = all ? group.WarpCount : threads / 32;
        if (state.Arrived > 0 && (state.Expected != expected || state.All != all || state.Kind.IsReduction != op.Kind.IsReduction))
            throw warp.Fault(PtxFaultKind.Barrier, op, warp.Live, null,
                $"barrier {number} is used with another thread count or reduction than by the warps that wait at it");
        if ((state.Came >> warp.Index & 1) != 0)
            throw warp.Fault(PtxFaultKind.Barrier, op, warp.Live, null, $"the warp arrives at barrier {number} again before it opened");
        if (expected > group.WarpCount)
            throw warp.Fault(PtxFaultKind.Barrier, op, warp.Live, null,
                $"barrier {number} waits for {threads} threads; the group has {group.Threads}");
        state.Expected = expected;
        state.All = all;
        state.Kind = op.Kind;
        state.Op = op;
        state.Came |= 1u << warp.Index;
        state.Arrived++;
        state.True += BitOperations.PopCount(lanesTrue);
        state.Lanes += BitOperations.PopCount(warp.Live);
        for (int i = 0; i < state.Seen.Length; i++)
            state.Seen[i] = Math.Max(state.Seen[i], warp.Seen[i]);
        state.Seen[warp.Index] = group.Clock.Advance();
        if (!op.Kind.IsArrival)
        {
            state.Waiting.Add((warp, op));
            warp.Park(warp.Counter, warp.Active, waits: true);
            warp.Active = 0;
        }
        if (state.Arrived == expected)
            Open(state, number);
    }

    /// <summary>A barrier that some warps came to and others ended without is a finding, even where nobody waits any longer.</summary>
    public void AtEnd()
    {
        for (int number = 0; number < states.Length; number++)
        {
            if (states[number] is { Arrived: > 0 } state)
                throw Missing(state, number);
        }
    }

    /// <summary>The fault of a group in which nobody can go on.</summary>
    public PtxFault Stuck()
    {
        int number = Array.FindIndex(states, state => state.Arrived > 0);
        return number >= 0 ? Missing(states[number], number)
            : group.Fault(PtxFaultKind.Deadlock, 0, 0, null, "no thread can go on");
    }

    private void Open(State state, int number)
    {
        if (state.All && state.Lanes < group.Threads)
            throw Missing(state, number);
        // Those that wait have done nothing since they came: all that they did up to now is ordered.
        foreach ((PtxWarp warp, _) in state.Waiting)
            state.Seen[warp.Index] = group.Clock.Now;
        group.Clock.Advance();
        foreach ((PtxWarp warp, PtxBarrier op) in state.Waiting)
        {
            for (int i = 0; i < state.Seen.Length; i++)
                warp.Seen[i] = Math.Max(warp.Seen[i], state.Seen[i]);
            op.Finish(warp, state.True, state.True == state.Lanes);
            warp.Release();
        }
        state.Clear();
    }

    private PtxFault Missing(State state, int number)
    {
        PtxWarp first = group.Warps[BitOperations.TrailingZeroCount(state.Came)];
        int ended = group.Threads - group.Warps.Sum(warp => BitOperations.PopCount(warp.Live));
        string elsewhere = string.Join(", ",
            states.Index().Where(other => other.Index != number && other.Item.Arrived > 0).Select(other => $"barrier {other.Index}"));
        return group.Fault(PtxFaultKind.Barrier, state.Op!.Line, 32 * first.Index, null,
            $"{state.Lanes} of {group.Threads} threads came to barrier {number}; {ended} ended without it"
                + (elsewhere == "" ? "" : $", others wait at {elsewhere}"));
    }

    private sealed class State(int warps)
    {
        public uint Came { get; set; }

        public int Arrived { get; set; }

        public int Expected { get; set; }

        public bool All { get; set; }

        public int True { get; set; }

        public int Lanes { get; set; }

        public PtxBarrierKind Kind { get; set; }

        public PtxBarrier? Op { get; set; }

        public ulong[] Seen { get; } = new ulong[warps];

        public List<(PtxWarp Warp, PtxBarrier Op)> Waiting { get; } = [];

        public void Clear()
        {
            Came = 0;
            Arrived = 0;
            True = 0;
            Lanes = 0;
            Array.Clear(Seen);
            Waiting.Clear();
        }
    }
}
