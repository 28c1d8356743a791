using System.Numerics;
using System.Runtime.CompilerServices;

namespace VaeGpu.CudaEmulator.Machine;

/// <summary>
/// How far an access is strong (PTX ISA, "Memory Consistency Model"): atomics, .relaxed, .acquire, .release and .volatile (which is
/// .relaxed.sys), with .cta towards the own group only. All others are weak.
/// </summary>
internal enum PtxStrength
{
    Weak, Group, Device,
}

/// <summary>
/// The last accesses of each granule of a memory, by which races are found: two threads touch a granule, one of them writes, nothing orders
/// them, and they are not both strong, of one width and in each other's scope. Barriers order the threads of a group, by warp: a warp has
/// seen another's accesses up to a time. Groups of one launch are not ordered by anything: fences and acquiring accesses do not count,
/// because no kernel here relies on them. Equal values race, too.
/// </summary>
internal sealed class PtxRaces(PtxClock clock, PtxSpace space, ulong start, long bytes)
{
    /// <summary>In an access's record: thread, these bits, a bit for each width of strong accesses, then the time.</summary>
    private const ulong ThreadMask = (1 << 10) - 1, Several = 1 << 10, Writes = 1 << 11, OwnGroupOnly = 1 << 12;
    private const int WidthShift = 13, TimeShift = 18;
    private const ulong KindMask = (1 << TimeShift) - 1 - Several - ThreadMask;

    // A granule is as wide as the narrowest access so far, so that none covers a part of one.
    private int granuleShift = 2;
    private ulong[] writers = new ulong[(bytes >> 2) + 1];
    private Accesses[] readers = new Accesses[(bytes >> 2) + 1];

    // Made when the first strong access comes: few kernels have any.
    private Accesses[]? strong;

    /// <summary>
    /// Accesses with none between them that they all come before: the latest one's record, and the warps that made them. One by an earlier
    /// group stays: whatever comes to conflict with a later one conflicts with it.
    /// </summary>
    private struct Accesses
    {
        public ulong Latest;
        public uint Warps;
    }

    /// <summary>What is older is forgotten: a group's shared memory is its own, and launches follow each other.</summary>
    private ulong Oldest => space == PtxSpace.Shared ? clock.GroupStart : clock.LaunchStart;

    /// <summary>Notes a lane's read, after holding it against the writes before.</summary>
    public void NoteRead(PtxWarp warp, PtxOp op, int lane, long offset, int width)
    {
        if (op.Strength != PtxStrength.Weak)
        {
            NoteStrong(warp, op, lane, offset, width, writes: false);
            return;
        }
        uint thread = (uint)((32 * warp.Index) + lane);
        for (int granule = First(offset, width, out int last); granule <= last; granule++)
        {
            if (Races(warp, writers[granule], thread))
                throw Race(warp, op, lane, granule, "reads", "wrote", writers[granule]);
            if (strong is not null && (strong[granule].Latest & Writes) != 0 && Races(warp, strong[granule], thread))
                throw Race(warp, op, lane, granule, "reads", "wrote", strong[granule].Latest);
            Add(ref readers[granule], warp, thread, 0);
        }
    }

    /// <summary>Notes a lane's write, after holding it against the accesses before. Atomics count as writes.</summary>
    public void NoteWrite(PtxWarp warp, PtxOp op, int lane, long offset, int width)
    {
        if (op.Strength != PtxStrength.Weak)
        {
            NoteStrong(warp, op, lane, offset, width, writes: true);
            return;
        }
        uint thread = (uint)((32 * warp.Index) + lane);
        for (int granule = First(offset, width, out int last); granule <= last; granule++)
        {
            if (Races(warp, writers[granule], thread))
                throw Race(warp, op, lane, granule, "writes", "wrote", writers[granule]);
            if (Races(warp, readers[granule], thread))
                throw Race(warp, op, lane, granule, "writes", "read", readers[granule].Latest);
            if (strong is not null && Races(warp, strong[granule], thread))
                throw Race(warp, op, lane, granule, "writes", "used by a strong access", strong[granule].Latest);
            writers[granule] = (clock.Now << TimeShift) | thread;
            readers[granule] = default;
            if (strong is not null)
                strong[granule] = default;
        }
    }

    /// <summary>
    /// Notes weak accesses, of the next word by each next lane of a warp, where no other lane has touched the words; false where one has.
    /// </summary>
    public bool TryNoteRun(PtxWarp warp, long offset, bool write)
    {
        if (granuleShift != 2 || strong is not null)
            return false;
        int first = (int)(offset >> 2);
        Span<ulong> written = writers.AsSpan(first, 32);
        Span<Accesses> read = readers.AsSpan(first, 32);
        ulong fresh = Oldest << TimeShift;
        ulong own = (clock.Now << TimeShift) | (32 * (uint)warp.Index);
        for (int lane = 0; lane < 32; lane++)
        {
            if ((written[lane] >= fresh && written[lane] != own + (uint)lane)
                || (read[lane].Latest >= fresh && read[lane].Latest != own + (uint)lane))
                return false;
        }
        for (int lane = 0; lane < 32; lane++)
        {
            if (write)
                written[lane] = own + (uint)lane;
            read[lane] = write ? default : new() { Latest = own + (uint)lane, Warps = 1u << warp.Index };
        }
        return true;
    }

    /// <summary>Whether anybody wrote one of the bytes after a time.</summary>
    public bool IsWrittenSince(long offset, int width, ulong time)
    {
        for (int granule = First(offset, width, out int last); granule <= last; granule++)
        {
            bool changed = strong is not null && (strong[granule].Latest & Writes) != 0 && strong[granule].Latest >> TimeShift > time;
            if (changed || writers[granule] >> TimeShift > time)
                return true;
        }
        return false;
    }

    /// <summary>Who of the running launch wrote the first of the bytes that somebody wrote, for a message.</summary>
    public string WriterOf(PtxGroup group, long offset, int width)
    {
        int granule = First(offset, width, out int last);
        while (granule < last && writers[granule] >> TimeShift < Oldest && (strong is null || strong[granule].Latest >> TimeShift < Oldest))
            granule++;
        return Who(group, Math.Max(writers[granule], strong is null ? 0 : strong[granule].Latest));
    }

    private void NoteStrong(PtxWarp warp, PtxOp op, int lane, long offset, int width, bool writes)
    {
        uint thread = (uint)((32 * warp.Index) + lane);
        ulong kind = ((ulong)width << WidthShift) | (writes ? Writes : 0) | (op.Strength == PtxStrength.Group ? OwnGroupOnly : 0);
        string does = writes ? "updates" : "reads";
        int granule = First(offset, width, out int last);
        strong ??= new Accesses[readers.Length];
        for (; granule <= last; granule++)
        {
            if (Races(warp, writers[granule], thread))
                throw Race(warp, op, lane, granule, does, "wrote", writers[granule]);
            if (writes && Races(warp, readers[granule], thread))
                throw Race(warp, op, lane, granule, does, "read", readers[granule].Latest);
            ref Accesses others = ref strong[granule];
            ulong both = others.Latest | kind;
            if ((both & Writes) != 0 && !AreMutual(both, others.Latest >> TimeShift) && Races(warp, others, thread))
                throw Race(warp, op, lane, granule, does, "used with another width or scope", others.Latest);
            Add(ref others, warp, thread, kind);
        }
    }

    /// <summary>True for strong accesses of one width that are in each other's scope.</summary>
    private bool AreMutual(ulong both, ulong time) => BitOperations.IsPow2((both & KindMask) >> WidthShift)
        && ((both & OwnGroupOnly) == 0 || time >= clock.GroupStart);

    private bool Races(PtxWarp warp, ulong record, uint thread)
    {
        ulong time = record >> TimeShift;
        return time >= Oldest && (time < clock.GroupStart
            || ((record & ThreadMask) != thread && time > warp.Seen[(record & ThreadMask) >> 5]));
    }

    private bool Races(PtxWarp warp, in Accesses accesses, uint thread)
    {
        ulong time = accesses.Latest >> TimeShift;
        return time >= Oldest && (time < clock.GroupStart
            || ((accesses.Latest & (ThreadMask | Several)) != thread && !AllSeen(warp.Seen, accesses.Warps, time)));
    }

    private void Add(ref Accesses accesses, PtxWarp warp, uint thread, ulong kind)
    {
        ulong now = (clock.Now << TimeShift) | kind | thread;
        ulong latest = accesses.Latest;
        if (latest == now)
            return;
        ulong time = latest >> TimeShift;
        if (time >= Oldest && time < clock.GroupStart)
        {
            accesses.Latest |= kind;
            return;
        }
        bool settled = time < Oldest || AllSeen(warp.Seen, accesses.Warps, time);
        bool alone = settled || (latest & (ThreadMask | Several)) == thread;
        accesses.Latest = now | (settled ? 0 : latest & KindMask) | (alone ? 0 : Several);
        accesses.Warps = (alone ? 0 : accesses.Warps) | (1u << warp.Index);
    }

    private static bool AllSeen(ulong[] seen, uint warps, ulong time)
    {
        for (uint rest = warps; rest != 0; rest &= rest - 1)
        {
            if (time > seen[BitOperations.TrailingZeroCount(rest)])
                return false;
        }
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int First(long offset, int width, out int last)
    {
        if (width < 1 << granuleShift)
            Refine(BitOperations.Log2((uint)width));
        last = (int)((offset + width - 1) >> granuleShift);
        return (int)(offset >> granuleShift);
    }

    private void Refine(int shift)
    {
        int ratio = granuleShift - shift;
        writers = Each(writers);
        readers = Each(readers);
        strong = strong is null ? null : Each(strong);
        granuleShift = shift;

        T[] Each<T>(T[] wide)
        {
            T[] narrow = new T[wide.Length << ratio];
            for (int i = 0; i < narrow.Length; i++)
                narrow[i] = wide[i >> ratio];
            return narrow;
        }
    }

    private PtxFault Race(PtxWarp warp, PtxOp op, int lane, int granule, string does, string did, ulong other)
    {
        PtxGroup group = warp.Group;
        long offset = (long)granule << granuleShift;
        string order = other >> TimeShift < clock.GroupStart ? "and groups do not wait for each other" : "with no barrier between";
        string where = space == PtxSpace.Shared ? "shared memory" : $"global memory (byte {offset} of the {bytes} from 0x{start:x})";
        return warp.LaneFault(PtxFaultKind.Race, op, lane, start + (ulong)offset,
            $"{does} {where} that {Who(group, other)} {did}, {order}");
    }

    private string Who(PtxGroup group, ulong record)
    {
        string who = (record & Several) != 0 ? "several threads" : $"thread {group.ThreadAt((int)(record & ThreadMask))}";
        ulong time = record >> TimeShift;
        return time < clock.GroupStart ? $"{who} of group {group.GroupNumber(clock.GroupAt(time))}" : who;
    }
}
