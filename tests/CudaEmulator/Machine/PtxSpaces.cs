using System.Runtime.CompilerServices;

namespace VaeGpu.CudaEmulator.Machine;

/// <summary>A state space: where its bytes lie, and what must hold of an access of 1 to 16 bytes.</summary>
internal unsafe interface IPtxSpace
{
    static abstract byte* Read(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes);

    static abstract byte* Write(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes);

    /// <summary>The bytes of an atomic operation, which reads and writes them.</summary>
    static abstract byte* Change(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes);

    /// <summary>
    /// The place of 32 neighboring words that may be read, or written, at once; null where each lane has to be looked at.
    /// </summary>
    static virtual byte* Run(PtxWarp warp, ulong address, bool write) => null;
}

/// <summary>What is known of bytes.</summary>
internal static unsafe class PtxBytes
{
    /// <summary>True where each of the bytes has the mark.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool All(byte* known, int bytes, byte mark)
    {
        switch (bytes)
        {
            case 1:
                return (*known & mark) != 0;
            case 2:
                return (*(ushort*)known & (mark * 0x0101)) == mark * 0x0101;
            case 4:
                return (*(uint*)known & (mark * 0x01010101u)) == mark * 0x01010101u;
        }
        ulong wanted = mark * 0x0101010101010101ul;
        for (int i = 0; i < bytes; i += 8)
        {
            if ((*(ulong*)(known + i) & wanted) != wanted)
                return false;
        }
        return true;
    }

    public static bool Any(byte* known, int bytes, int mark)
    {
        for (int i = 0; i < bytes; i++)
        {
            if ((known[i] & mark) != 0)
                return true;
        }
        return false;
    }

    public static void Mark(byte* known, int bytes, int mark)
    {
        for (int i = 0; i < bytes; i++)
            known[i] |= (byte)mark;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(byte* known, int bytes, byte mark)
    {
        if (bytes == 4)
            *(uint*)known = mark * 0x01010101u;
        else
            Unsafe.InitBlockUnaligned(known, mark, (uint)bytes);
    }
}

/// <summary>Device memory. A module with ld.global.nc also remembers what it wrote and what it took for constant.</summary>
internal readonly unsafe struct PtxGlobalSpace : IPtxSpace
{
    public static byte* Run(PtxWarp warp, ulong address, bool write)
    {
        if (Inside(warp, address) is not { } allocation || (write && warp.Group.Program.ReadsNonCoherent))
            return null;
        ulong offset = address - allocation.Address;
        if (!write && !PtxBytes.All(allocation.ShadowPointer + offset, RunBytes, PtxAllocation.Written))
            return null;
        if (!allocation.Races.TryNoteRun(warp, (long)offset, write))
            return null;
        if (write)
            PtxBytes.Set(allocation.ShadowPointer + offset, RunBytes, PtxAllocation.Written);
        return allocation.DataPointer + offset;
    }

    public static byte* Read(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes)
    {
        byte* place = Written(warp, op, lane, address, bytes, out PtxAllocation allocation);
        allocation.Races.NoteRead(warp, op, lane, (long)(address - allocation.Address), bytes);
        return place;
    }

    public static byte* Write(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes)
    {
        byte* place = At(warp, op, lane, address, bytes, out byte* known, out PtxAllocation allocation);
        NoteWrite(warp, op, lane, address, bytes, known, allocation);
        return place;
    }

    public static byte* Change(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes)
    {
        _ = Written(warp, op, lane, address, bytes, out _);
        return Write(warp, op, lane, address, bytes);
    }

    /// <summary>Ends a cp.async's reading of bytes that it began to read before the end of a time.</summary>
    public static void EndCopy(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes, ulong began)
    {
        _ = At(warp, op, lane, address, 1, out _, out PtxAllocation allocation);
        long offset = (long)(address - allocation.Address);
        if (allocation.Races.IsWrittenSince(offset, bytes, began))
            throw warp.LaneFault(PtxFaultKind.AsyncCopy, op, lane, address, "the source of a cp.async was written before this wait for it");
        allocation.Races.NoteRead(warp, op, lane, offset, bytes);
    }

    /// <summary>Bytes of a run: a word for each lane.</summary>
    public const int RunBytes = 128;

    /// <summary>The allocation that holds a whole run at an aligned address.</summary>
    public static PtxAllocation? Inside(PtxWarp warp, ulong address)
    {
        PtxAllocation? found = warp.Group.Memory.At(address);
        bool inside = found is not null && (address & 3) == 0 && found.Bytes >= RunBytes
            && address - found.Address <= (ulong)(found.Bytes - RunBytes);
        return inside ? found : null;
    }

    public static byte* At(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes, out byte* known, out PtxAllocation allocation)
    {
        PtxAllocation? found = warp.Group.Memory.At(address);
        ulong offset = address - (found?.Address ?? 0);
        if (found is null || offset > (ulong)found.Bytes || (ulong)bytes > (ulong)found.Bytes - offset)
        {
            string near = found is null ? "no allocation is near"
                : $"the nearest allocation has {found.Bytes} bytes from 0x{found.Address:x}: this is byte {(long)offset}";
            throw warp.LaneFault(PtxFaultKind.OutOfBounds, op, lane, address, $"{bytes} bytes of global memory; {near}");
        }
        if ((address & (uint)(bytes - 1)) != 0)
            throw warp.LaneFault(PtxFaultKind.Misaligned, op, lane, address, $"an access of {bytes} bytes in global memory");
        allocation = found;
        known = found.ShadowPointer + offset;
        return found.DataPointer + offset;
    }

    private static byte* Written(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes, out PtxAllocation allocation)
    {
        byte* place = At(warp, op, lane, address, bytes, out byte* known, out allocation);
        return PtxBytes.All(known, bytes, PtxAllocation.Written) ? place
            : throw warp.LaneFault(PtxFaultKind.Uninitialized, op, lane, address,
                $"{bytes} bytes of global memory that were never all written");
    }

    private static void NoteWrite(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes, byte* known, PtxAllocation allocation)
    {
        allocation.Races.NoteWrite(warp, op, lane, (long)(address - allocation.Address), bytes);
        if (!warp.Group.Program.ReadsNonCoherent)
        {
            PtxBytes.Set(known, bytes, PtxAllocation.Written);
            return;
        }
        if (PtxBytes.Any(known, bytes, PtxAllocation.ReadAsConstant))
            throw warp.LaneFault(PtxFaultKind.ReadOnly, op, lane, address, "a write to memory that this launch reads by ld.global.nc");
        allocation.Touched = true;
        PtxBytes.Mark(known, bytes, PtxAllocation.Written | PtxAllocation.WrittenNow);
    }
}

/// <summary>Device memory read by ld.global.nc: nothing may write it in the same launch.</summary>
internal readonly unsafe struct PtxConstantSpace : IPtxSpace
{
    public static byte* Run(PtxWarp warp, ulong address, bool write)
    {
        if (PtxGlobalSpace.Inside(warp, address) is not { } allocation)
            return null;
        ulong offset = address - allocation.Address;
        const byte both = PtxAllocation.Written | PtxAllocation.ReadAsConstant;
        bool known = PtxBytes.All(allocation.ShadowPointer + offset, PtxGlobalSpace.RunBytes, both);
        return known ? allocation.DataPointer + offset : null;
    }

    public static byte* Read(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes)
    {
        byte* place = PtxGlobalSpace.At(warp, op, lane, address, bytes, out byte* known, out PtxAllocation allocation);
        if (!PtxBytes.All(known, bytes, PtxAllocation.Written))
            throw warp.LaneFault(PtxFaultKind.Uninitialized, op, lane, address,
                $"{bytes} bytes of global memory that were never all written");
        if (PtxBytes.All(known, bytes, PtxAllocation.ReadAsConstant))
            return place;
        if (PtxBytes.Any(known, bytes, PtxAllocation.WrittenNow))
            throw warp.LaneFault(PtxFaultKind.ReadOnly, op, lane, address,
                $"ld.global.nc of memory that {allocation.Races.WriterOf(warp.Group, (long)(address - allocation.Address), bytes)} wrote");
        allocation.Touched = true;
        PtxBytes.Mark(known, bytes, PtxAllocation.ReadAsConstant);
        return place;
    }

    public static byte* Write(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes) =>
        throw new NotSupportedException("ld.global.nc only reads");

    public static byte* Change(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes) =>
        throw new NotSupportedException("ld.global.nc only reads");
}

/// <summary>The group's shared memory.</summary>
internal readonly unsafe struct PtxSharedSpace : IPtxSpace
{
    public static byte* Read(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes)
    {
        PtxShared shared = warp.Group.Shared;
        byte* place = shared.At(warp, op, lane, address, bytes, out byte* known);
        if (!PtxBytes.All(known, bytes, PtxShared.Written))
        {
            throw PtxBytes.Any(known, bytes, PtxShared.Pending)
                ? warp.LaneFault(PtxFaultKind.AsyncCopy, op, lane, address, "a read of shared memory whose cp.async nobody waited for")
                : warp.LaneFault(PtxFaultKind.Uninitialized, op, lane, address,
                    $"{bytes} bytes of shared memory that were never all written");
        }
        shared.NoteRead(warp, op, lane, place, bytes);
        return place;
    }

    public static byte* Write(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes)
    {
        PtxShared shared = warp.Group.Shared;
        byte* place = shared.At(warp, op, lane, address, bytes, out byte* known);
        if (PtxBytes.Any(known, bytes, PtxShared.Pending))
            throw warp.LaneFault(PtxFaultKind.AsyncCopy, op, lane, address, "a write to shared memory whose cp.async nobody waited for");
        shared.NoteWrite(warp, op, lane, place, bytes);
        PtxBytes.Set(known, bytes, PtxShared.Written);
        return place;
    }

    public static byte* Change(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes)
    {
        PtxShared shared = warp.Group.Shared;
        byte* place = shared.At(warp, op, lane, address, bytes, out byte* known);
        if (!PtxBytes.All(known, bytes, PtxShared.Written))
            throw warp.LaneFault(PtxFaultKind.Uninitialized, op, lane, address,
                $"an atomic on {bytes} bytes of shared memory that were never all written");
        shared.NoteWrite(warp, op, lane, place, bytes);
        return place;
    }
}

/// <summary>A thread's own arrays.</summary>
internal readonly unsafe struct PtxLocalSpace : IPtxSpace
{
    public static byte* Read(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes)
    {
        byte* place = At(warp, op, lane, address, bytes, out byte* known);
        return PtxBytes.All(known, bytes, 1) ? place
            : throw warp.LaneFault(PtxFaultKind.Uninitialized, op, lane, address,
                $"{bytes} bytes of local memory that were never all written");
    }

    public static byte* Write(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes)
    {
        byte* place = At(warp, op, lane, address, bytes, out byte* known);
        PtxBytes.Set(known, bytes, 1);
        return place;
    }

    public static byte* Change(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes) =>
        throw new NotSupportedException("there are no atomics in local memory");

    private static byte* At(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes, out byte* known)
    {
        int size = warp.Group.Entry.LocalBytes;
        if (address > (ulong)size || (ulong)bytes > (ulong)size - address)
            throw warp.LaneFault(PtxFaultKind.OutOfBounds, op, lane, address, $"{bytes} bytes of local memory, of which there are {size}");
        if ((address & (uint)(bytes - 1)) != 0)
            throw warp.LaneFault(PtxFaultKind.Misaligned, op, lane, address, $"an access of {bytes} bytes in local memory");
        int offset = (lane * size) + (int)address;
        known = (byte*)Unsafe.AsPointer(ref warp.LocalShadow[offset]);
        return (byte*)Unsafe.AsPointer(ref warp.Local[offset]);
    }
}

/// <summary>Generic addresses: windows of shared and local memory, and device memory everywhere else.</summary>
internal readonly unsafe struct PtxGenericSpace : IPtxSpace
{
    /// <summary>Where the windows lie: above all device memory.</summary>
    public const ulong SharedWindow = 0x7_0000_0000_0000, LocalWindow = 0x7_0001_0000_0000;

    public static byte* Run(PtxWarp warp, ulong address, bool write) => PtxGlobalSpace.Run(warp, address, write);

    public static byte* Read(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes) => Window(address) switch
    {
        PtxSpace.Shared => PtxSharedSpace.Read(warp, op, lane, address - SharedWindow, bytes),
        PtxSpace.Local => PtxLocalSpace.Read(warp, op, lane, address - LocalWindow, bytes),
        _ => PtxGlobalSpace.Read(warp, op, lane, address, bytes),
    };

    public static byte* Write(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes) => Window(address) switch
    {
        PtxSpace.Shared => PtxSharedSpace.Write(warp, op, lane, address - SharedWindow, bytes),
        PtxSpace.Local => PtxLocalSpace.Write(warp, op, lane, address - LocalWindow, bytes),
        _ => PtxGlobalSpace.Write(warp, op, lane, address, bytes),
    };

    public static byte* Change(PtxWarp warp, PtxOp op, int lane, ulong address, int bytes) => Window(address) switch
    {
        PtxSpace.Shared => PtxSharedSpace.Change(warp, op, lane, address - SharedWindow, bytes),
        PtxSpace.Local => throw warp.LaneFault(PtxFaultKind.OutOfBounds, op, lane, address, "an atomic in local memory"),
        _ => PtxGlobalSpace.Change(warp, op, lane, address, bytes),
    };

    /// <summary>The space's own address as a generic one.</summary>
    public static ulong From(PtxSpace space, ulong address) => space switch
    {
        PtxSpace.Shared => address + SharedWindow,
        PtxSpace.Local => address + LocalWindow,
        _ => address,
    };

    /// <summary>A generic address as the space's own; null where it lies elsewhere.</summary>
    public static ulong? To(PtxSpace space, ulong address) => Window(address) != space ? null : space switch
    {
        PtxSpace.Shared => address - SharedWindow,
        PtxSpace.Local => address - LocalWindow,
        _ => address,
    };

    private static PtxSpace Window(ulong address) =>
        (address >> 32) switch { SharedWindow >> 32 => PtxSpace.Shared, LocalWindow >> 32 => PtxSpace.Local, _ => PtxSpace.Global };
}
