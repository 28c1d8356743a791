using System.Runtime.InteropServices;

namespace VaeGpu.CudaEmulator.Machine;

/// <summary>A group's shared memory, and what is known of its bytes.</summary>
internal sealed unsafe class PtxShared : IDisposable
{
    /// <summary>Known of a byte: written; owned by a cp.async that nobody waited for.</summary>
    public const byte Written = 1, Pending = 2;

    private readonly byte* data;
    private readonly byte* shadow;
    private readonly PtxRaces races;

    public PtxShared(PtxClock clock, int bytes)
    {
        Bytes = bytes;
        data = (byte*)NativeMemory.AlignedAlloc((nuint)bytes + 64, 64);
        shadow = (byte*)NativeMemory.AlignedAlloc((nuint)bytes + 64, 64);
        races = new(clock, PtxSpace.Shared, PtxFunction.SharedBase, bytes);
    }

    public int Bytes { get; }

    /// <summary>Begins a group: nothing is written.</summary>
    public void Reset() => new Span<byte>(shadow, Bytes).Clear();

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

    public void NoteRead(PtxWarp warp, PtxOp op, int lane, byte* place, int bytes) =>
        races.NoteRead(warp, op, lane, place - data, bytes);

    public void NoteWrite(PtxWarp warp, PtxOp op, int lane, byte* place, int bytes) =>
        races.NoteWrite(warp, op, lane, place - data, bytes);

    public void Dispose()
    {
        NativeMemory.AlignedFree(data);
        NativeMemory.AlignedFree(shadow);
    }
}
