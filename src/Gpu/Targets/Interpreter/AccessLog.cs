namespace VaeGpu.Gpu.Targets.Interpreter;

/// <summary>
/// Who last read and wrote each granule of a memory, to find threads that race. A granule is the smallest access that the
/// kernel makes, so no access covers part of one. Entries are allocated in pages that are touched: most of a large view may not be.
/// </summary>
internal sealed class AccessLog(Clock clock, long bytes, int granule, bool spansGroups)
{
    private const int PageBits = 14, PageMask = (1 << PageBits) - 1;

    private readonly int count = (int)((bytes + granule - 1) / granule);
    private readonly Entry[]?[] pages = new Entry[]?[(int)((bytes + granule - 1) / granule >> PageBits) + 1];
    private readonly int shift = int.Log2(granule);

    /// <summary>An access that another conflicts with: by whom, when, and what it was.</summary>
    public readonly record struct Conflict(int Who, int Time, bool Wrote);

    private struct Entry
    {
        public int Writer, WriteTime, Reader, ReadTime;
        /// <summary>Whether all writes since the last barrier were atomic.</summary>
        public bool Atomic;
    }

    /// <summary>Notes a read; gives the write that it races with.</summary>
    public Conflict? Read(long address, int size, int lane)
    {
        foreach (ref Entry entry in Granules(address, size))
        {
            if (!IsBefore(entry.Writer, entry.WriteTime, lane))
                return new(entry.Writer, entry.WriteTime, true);
            Note(ref entry.Reader, ref entry.ReadTime, lane);
        }
        return null;
    }

    /// <summary>Notes a write; gives the access that it races with. A write that changes nothing cannot be seen by another group.</summary>
    public Conflict? Write(long address, int size, int lane, bool changes)
    {
        foreach (ref Entry entry in Granules(address, size))
        {
            if ((changes || !spansGroups) && FindConflict(entry, lane, false) is { } conflict)
                return conflict;
            Note(ref entry.Writer, ref entry.WriteTime, lane);
            entry.Atomic = false;
        }
        return null;
    }

    /// <summary>Notes an atomic operation; gives the plain access that it races with.</summary>
    public Conflict? Atomic(long address, int size, int lane)
    {
        foreach (ref Entry entry in Granules(address, size))
        {
            if (FindConflict(entry, lane, entry.Atomic) is { } conflict)
                return conflict;
            // A plain write of this very thread still races with the atomics of the others.
            entry.Atomic |= IsSettled(entry.Writer, entry.WriteTime, lane);
            Note(ref entry.Writer, ref entry.WriteTime, lane);
        }
        return null;
    }

    /// <summary>Those of an access, which is aligned: they lie in one page.</summary>
    private Span<Entry> Granules(long address, int size)
    {
        int first = (int)(address >> shift);
        Entry[] page = pages[first >> PageBits] ??= new Entry[Math.Min(PageMask + 1, count - (first & ~PageMask))];
        return page.AsSpan(first & PageMask, size >> shift);
    }

    private Conflict? FindConflict(in Entry entry, int lane, bool writesAgree)
    {
        if (!writesAgree && !IsBefore(entry.Writer, entry.WriteTime, lane))
            return new(entry.Writer, entry.WriteTime, true);
        if (!IsBefore(entry.Reader, entry.ReadTime, lane))
            return new(entry.Reader, entry.ReadTime, false);
        return null;
    }

    private bool IsSettled(int who, int time, int lane) => !spansGroups && clock.IsOfEarlierGroup(time) || clock.IsSettled(who, time, lane);

    private bool IsBefore(int who, int time, int lane) => IsSettled(who, time, lane) || who == lane && !clock.IsOfEarlierGroup(time);

    private void Note(ref int who, ref int time, int lane)
    {
        if (IsBefore(who, time, lane))
        {
            who = lane;
        }
        else if (clock.IsOfEarlierGroup(time))
        {
            // Whatever conflicts with this lane's access conflicts with that of the earlier group, and stays so.
            return;
        }
        else
        {
            int warp = clock.Warp(lane);
            who = who == Clock.Several(warp) || who >= 0 && clock.Warp(who) == warp ? Clock.Several(warp) : Clock.Many;
        }
        time = clock.Now;
    }
}
