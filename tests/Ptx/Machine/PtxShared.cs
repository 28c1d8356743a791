using System.Numerics;
using System.Runtime.InteropServices;

namespace VaeGpu.Tests.Ptx.Machine;

/// <summary>
/// A group's shared memory, with the last accesses of each granule, by which races are found: two threads touch one granule, one of them
/// writes, and nothing orders them. Order is kept by warp: a warp has seen another's accesses up to a time that barriers move on.
/// </summary>
internal sealed unsafe class PtxShared : IDisposable
{
    /// <summary>Known of a byte: written; owned by a cp.async that nobody waited for.</summary>
    public const byte Written = 1, Pending = 2;

    /// <summary>In an access's record: time, then these two bits, then the thread.</summary>
    private const uint Several = 1 << 10, Atomic = 1 << 11, ThreadMask = Several - 1;
    private const int TimeShift = 12;

    private readonly uint[] writers;
    private readonly uint[] readers;
    private readonly uint[] readerWarps;
    private readonly int granuleShift;
    private readonly byte* data;
    private readonly byte* shadow;

    public PtxShared(int bytes, int granule)
    {
        Bytes = bytes;
        granuleShift = BitOperations.TrailingZeroCount(granule);
        data = (byte*)NativeMemory.AlignedAlloc((nuint)bytes + 64, 64);
        shadow = (byte*)NativeMemory.AlignedAlloc((nuint)bytes + 64, 64);
        int granules = (bytes >> granuleShift) + 1;
        writers = new uint[granules];
        readers = new uint[granules];
        readerWarps = new uint[granules];
    }

    public int Bytes { get; }

    /// <summary>Moves on whenever a barrier or warp barrier orders accesses.</summary>
    public uint Time { get; set; } = 1;

    /// <summary>Begins a group: nothing is written.</summary>
    public void Reset()
    {
        new Span<byte>(shadow, Bytes).Clear();
        if (Time < 1u << (31 - TimeShift))
            return;
        Time = 1;
        Array.Clear(writers);
        Array.Clear(readers);
        Array.Clear(readerWarps);
    }

    /// <summary>The bytes at an address of the shared window, checked against its bounds and the access's width.</summary>
    public byte* At(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes, out byte* known)
    {
        ulong offset = address - PtxFunction.SharedBase;
        if (offset > (ulong)Bytes || (ulong)bytes > (ulong)Bytes - offset)
            throw warp.LaneFault(PtxFaultKind.OutOfBounds, op, lane, address,
                $"{bytes} bytes of shared memory, of which there are {Bytes} from {PtxFunction.SharedBase}");
        if ((address & (uint)(bytes - 1)) != 0)
            throw warp.LaneFault(PtxFaultKind.Misaligned, op, lane, address, $"an access of {bytes} bytes in shared memory");
        known = shadow + offset;
        return data + offset;
    }

    /// <summary>Notes a read by a lane, after holding it against the last writes.</summary>
    public void NoteRead(PtxWarp warp, PtxOp op, int lane, byte* place, int bytes)
    {
        uint thread = (uint)((32 * warp.Index) + lane);
        uint now = (Time << TimeShift) | thread;
        uint warpBit = 1u << warp.Index;
        uint[] seen = warp.Seen;
        int last = (int)(place - data + bytes - 1) >> granuleShift;
        for (int granule = (int)(place - data) >> granuleShift; granule <= last; granule++)
        {
            uint writer = writers[granule];
            if (writer >> TimeShift > seen[(writer & ThreadMask) >> 5] && (writer & ThreadMask) != thread)
                throw Race(warp, op, lane, granule, "reads", "wrote", writer);
            uint reader = readers[granule];
            if (reader == now)
                continue;
            uint readers0 = readerWarps[granule];
            bool alone = (reader & (ThreadMask | Several)) == thread || AllSeen(seen, readers0, reader >> TimeShift);
            readers[granule] = alone ? now : now | Several;
            readerWarps[granule] = alone ? warpBit : readers0 | warpBit;
        }
    }

    /// <summary>Notes a write by a lane, after holding it against the last writes and reads. Atomics do not race with each other.</summary>
    public void NoteWrite(PtxWarp warp, PtxOp op, int lane, byte* place, int bytes, bool atomic)
    {
        uint thread = (uint)((32 * warp.Index) + lane);
        uint[] seen = warp.Seen;
        int last = (int)(place - data + bytes - 1) >> granuleShift;
        for (int granule = (int)(place - data) >> granuleShift; granule <= last; granule++)
        {
            uint writer = writers[granule];
            if (writer >> TimeShift > seen[(writer & ThreadMask) >> 5] && (writer & ThreadMask) != thread
                && !(atomic && (writer & Atomic) != 0))
                throw Race(warp, op, lane, granule, "writes", "wrote", writer);
            uint reader = readers[granule];
            if (reader != 0 && (reader & (ThreadMask | Several)) != thread && !AllSeen(seen, readerWarps[granule], reader >> TimeShift))
                throw Race(warp, op, lane, granule, "writes", "read", reader);
            writers[granule] = (Time << TimeShift) | (atomic ? Atomic : 0) | thread;
            readers[granule] = 0;
            readerWarps[granule] = 0;
        }
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(data);
        NativeMemory.AlignedFree(shadow);
    }

    private static bool AllSeen(uint[] seen, uint warps, uint time)
    {
        for (uint rest = warps; rest != 0; rest &= rest - 1)
        {
            if (time > seen[BitOperations.TrailingZeroCount(rest)])
                return false;
        }
        return true;
    }

    private PtxFault Race(PtxWarp warp, PtxOp op, int lane, int granule, string does, string did, uint other)
    {
        string who = (other & Several) != 0 ? "several threads" : $"thread {warp.Group.ThreadAt((int)(other & ThreadMask))}";
        ulong address = (ulong)(granule << granuleShift) + PtxFunction.SharedBase;
        return warp.LaneFault(PtxFaultKind.Race, op, lane, address, $"{does} shared memory that {who} {did}, with no barrier between");
    }
}
