namespace VaeGpu.CudaEmulator.Machine;

/// <summary>
/// The groups of one launch, one after the other: warps, shared memory, barriers. Made once per launch and restarted for each group.
/// </summary>
internal sealed class PtxGroup : IDisposable
{
    private const long Slice = 200_000;

    private readonly PtxWarp[] warps;

    public PtxGroup(PtxEntry entry, PtxMemory memory, (int X, int Y, int Z) grid, (int X, int Y, int Z) shape, int dynamicSharedBytes,
        byte[] parameters)
    {
        Entry = entry;
        Memory = memory;
        Grid = grid;
        Shape = shape;
        DynamicSharedBytes = dynamicSharedBytes;
        Parameters = parameters;
        Threads = shape.X * shape.Y * shape.Z;
        Shared = new(Clock, entry.Function.DynamicBase - PtxFunction.SharedBase + dynamicSharedBytes);
        Barriers = new(this);
        warps = new PtxWarp[WarpCount];
        for (int i = 0; i < warps.Length; i++)
            warps[i] = new(this, i);
    }

    public PtxEntry Entry { get; }

    public PtxProgram Program => Entry.Program;

    public PtxMemory Memory { get; }

    public (int X, int Y, int Z) Grid { get; }

    public (int X, int Y, int Z) Shape { get; }

    public (int X, int Y, int Z) Index { get; private set; }

    public int DynamicSharedBytes { get; }

    public byte[] Parameters { get; }

    public int Threads { get; }

    public int WarpCount => (Threads + 31) / 32;

    public PtxClock Clock => Memory.Clock;

    public PtxShared Shared { get; }

    public PtxBarriers Barriers { get; }

    public bool AllowApproximations { get; init; }

    public bool AllowDivergence { get; init; }

    public IReadOnlyList<PtxWarp> Warps => warps;

    /// <summary>Runs the group at an index of the grid to its end.</summary>
    /// <param name="budget">Warp instructions that may yet be run.</param>
    public void Run((int X, int Y, int Z) index, ref long budget)
    {
        Index = index;
        Clock.StartGroup();
        Shared.Reset();
        Barriers.Reset();
        foreach (PtxWarp warp in warps)
            warp.Reset();
        for (bool done = false; !done;)
        {
            done = true;
            bool ran = false;
            foreach (PtxWarp warp in warps)
            {
                long slice = Math.Min(Slice, budget);
                long before = slice;
                ran |= warp.Run(ref slice);
                budget -= before - slice;
                done &= warp.IsDone;
            }
            if (budget <= 0 && !done)
                throw Fault(PtxFaultKind.Timeout, 0, 0, null, "the launch runs on after all the instructions that the machine allows it");
            if (!ran && !done)
                throw Stuck();
        }
        Barriers.AtEnd();
    }

    /// <summary>Where a thread stands in the group: x runs fastest.</summary>
    public (int X, int Y, int Z) ThreadAt(int thread) => (thread % Shape.X, thread / Shape.X % Shape.Y, thread / (Shape.X * Shape.Y));

    /// <summary>The index in the grid of a group, counted in the order in which they run.</summary>
    public (int X, int Y, int Z) GroupNumber(int number) => (number % Grid.X, number / Grid.X % Grid.Y, number / (Grid.X * Grid.Y));

    public PtxFault Fault(PtxFaultKind kind, int line, int thread, ulong? address, string message)
    {
        (int x, int y, int z) = ThreadAt(thread);
        string where = $"kernel '{Entry.Name}', group ({Index.X}, {Index.Y}, {Index.Z}), thread ({x}, {y}, {z})";
        string at = address is { } place ? $", address 0x{place:x}" : "";
        string text = line > 0 ? $", line {line}: {Program.TextOf(line)}" : "";
        return new(kind, Entry.Name, line, Index, (x, y, z), address, $"{kind}: {message} ({where}{at}{text})");
    }

    public void Dispose()
    {
        foreach (PtxWarp warp in warps)
            warp.Dispose();
        Shared.Dispose();
    }

    /// <summary>Names the first threads that wait and what the others do instead.</summary>
    private PtxFault Stuck()
    {
        foreach (PtxWarp warp in warps)
        {
            foreach ((uint lanes, int counter) in warp.Waiting())
            {
                PtxOp op = Program.Code[Math.Min(counter, Program.Code.Length - 1)];
                if (op is PtxWarpSync)
                {
                    return warp.Fault(PtxFaultKind.Barrier, op, lanes, null,
                        $"lanes 0x{lanes:x8} of 0x{warp.Live:x8} wait for lanes of their mask that ended or wait elsewhere");
                }
            }
        }
        return Barriers.Stuck();
    }
}
