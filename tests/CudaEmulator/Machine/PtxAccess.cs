using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VaeGpu.CudaEmulator.Machine;

/// <summary>Where an access goes: a register plus a constant, or a constant.</summary>
internal abstract unsafe class PtxAddressed(PtxAddress address) : PtxOp
{
    protected ulong AddressOf(PtxWarp warp, int lane) => address.Of(warp, lane);

    /// <summary>True where lane i's address is lane 0's plus 4·i.</summary>
    protected bool IsRun(PtxWarp warp)
    {
        if (address.Base is not { Stride: 8 } slot)
            return false;
        ulong* addresses = warp.At<ulong>(slot);
        if (addresses[31] != addresses[0] + 124)
            return false;
        Vector256<ulong> wanted = Vector256.Create(addresses[0]) + Vector256.Create(0ul, 4, 8, 12);
        for (int lane = 0; lane < 32; lane += 4)
        {
            if (Vector256.Load(addresses + lane) != wanted)
                return false;
            wanted += Vector256.Create(16ul);
        }
        return true;
    }
}

/// <summary><c>ld</c> of one, two or four elements.</summary>
internal sealed unsafe class PtxLoad<TSpace>(PtxAddress address, PtxType type, PtxSlot[] targets) : PtxAddressed(address)
    where TSpace : struct, IPtxSpace
{
    private readonly int bytes = type.Bytes();
    private readonly bool words = type.Bytes() == 4 && targets.All(target => target.Stride == 4);
    private readonly bool signed = type.IsSigned();

    public override void Execute(PtxWarp warp, uint mask)
    {
        int total = bytes * targets.Length;
        if (words && targets.Length == 1)
        {
            Words(warp, mask);
            return;
        }
        for (uint rest = mask; rest != 0;)
        {
            int lane = NextLane(ref rest);
            byte* place = TSpace.Read(warp, this, lane, AddressOf(warp, lane), total);
            for (int i = 0; i < targets.Length; i++)
            {
                if (targets[i].Offset >= 0)
                    Extend(warp.Registers + targets[i].Offset + (lane * targets[i].Stride), targets[i].Stride, place + (i * bytes));
            }
        }
    }

    private void Words(PtxWarp warp, uint mask)
    {
        uint* target = warp.At<uint>(targets[0]);
        if (mask == uint.MaxValue && Strength == PtxStrength.Weak && IsRun(warp)
            && TSpace.Run(warp, AddressOf(warp, 0), write: false) is var run && run is not null)
        {
            Buffer.MemoryCopy(run, target, PtxGlobalSpace.RunBytes, PtxGlobalSpace.RunBytes);
            return;
        }
        for (uint rest = mask; rest != 0;)
        {
            int lane = NextLane(ref rest);
            target[lane] = *(uint*)TSpace.Read(warp, this, lane, AddressOf(warp, lane), 4);
        }
    }

    private void Extend(byte* target, int stride, byte* place)
    {
        ulong value = bytes switch
        {
            1 => signed ? (ulong)*(sbyte*)place : *place,
            2 => signed ? (ulong)*(short*)place : *(ushort*)place,
            4 => signed ? (ulong)*(int*)place : *(uint*)place,
            _ => *(ulong*)place,
        };
        if (stride == 8)
            *(ulong*)target = value;
        else
            *(uint*)target = (uint)value;
    }
}

/// <summary><c>st</c> of one, two or four elements.</summary>
internal sealed unsafe class PtxStore<TSpace>(PtxAddress address, PtxType type, PtxSlot[] sources) : PtxAddressed(address)
    where TSpace : struct, IPtxSpace
{
    private readonly int bytes = type.Bytes();

    public override void Execute(PtxWarp warp, uint mask)
    {
        if (bytes == 4 && sources.Length == 1 && sources[0].Stride == 4 && mask == uint.MaxValue && Strength == PtxStrength.Weak
            && IsRun(warp) && TSpace.Run(warp, AddressOf(warp, 0), write: true) is var run && run is not null)
        {
            Buffer.MemoryCopy(warp.Registers + sources[0].Offset, run, PtxGlobalSpace.RunBytes, PtxGlobalSpace.RunBytes);
            return;
        }
        for (uint rest = mask; rest != 0;)
        {
            int lane = NextLane(ref rest);
            byte* place = TSpace.Write(warp, this, lane, AddressOf(warp, lane), bytes * sources.Length);
            for (int i = 0; i < sources.Length; i++)
                Put(place + (i * bytes), warp.Registers + sources[i].Offset + (lane * sources[i].Stride));
        }
    }

    private void Put(byte* place, byte* value)
    {
        switch (bytes)
        {
            case 1:
                *place = *value;
                break;
            case 2:
                *(ushort*)place = *(ushort*)value;
                break;
            case 4:
                *(uint*)place = *(uint*)value;
                break;
            default:
                *(ulong*)place = *(ulong*)value;
                break;
        }
    }
}

/// <summary><c>ld.param</c>: the same value for all lanes.</summary>
internal sealed unsafe class PtxLoadParameter(PtxAddress address, PtxType type, PtxSlot[] targets) : PtxOp
{
    public override void Execute(PtxWarp warp, uint mask)
    {
        int bytes = type.Bytes();
        ReadOnlySpan<byte> block = warp.Group.Parameters;
        for (int i = 0; i < targets.Length; i++)
        {
            ReadOnlySpan<byte> field = block.Slice((int)address.Offset + (i * bytes), bytes);
            ulong value = 0;
            field.CopyTo(new Span<byte>(&value, 8));
            if (type.IsSigned())
                value = (ulong)((long)(value << (64 - (8 * bytes))) >> (64 - (8 * bytes)));
            for (uint rest = mask; rest != 0;)
            {
                int lane = NextLane(ref rest);
                if (targets[i].Stride == 8)
                    warp.At<ulong>(targets[i])[lane] = value;
                else if (targets[i].Stride == 4)
                    warp.At<uint>(targets[i])[lane] = (uint)value;
            }
        }
    }
}

/// <summary><c>atom</c> and <c>red</c>: the lanes one after the other, lowest first.</summary>
internal sealed unsafe class PtxAtomic<T, TSpace>(PtxAddress address, Func<T, T, T, T> change, PtxSlot? target, PtxSlot b, PtxSlot? c)
    : PtxAddressed(address)
    where T : unmanaged
    where TSpace : struct, IPtxSpace
{
    public override void Execute(PtxWarp warp, uint mask)
    {
        for (uint rest = mask; rest != 0;)
        {
            int lane = NextLane(ref rest);
            T* place = (T*)TSpace.Change(warp, this, lane, AddressOf(warp, lane), sizeof(T));
            T old = *place;
            *place = change(old, warp.At<T>(b)[lane], c is { } third ? warp.At<T>(third)[lane] : default);
            if (target is { } slot)
                warp.At<T>(slot)[lane] = old;
        }
    }
}

/// <summary><c>cp.async</c>: the source is read, and the target taken, at once; the bytes arrive when the lane waits.</summary>
internal sealed unsafe class PtxAsyncCopy(PtxAddress target, PtxAddress source, int bytes, PtxSlot? sourceBytes, PtxArgument? ignored)
    : PtxOp
{
    public override void Execute(PtxWarp warp, uint mask)
    {
        byte* data = stackalloc byte[16];
        uint skip = ignored is null ? 0 : warp.Predicate(ignored);
        for (uint rest = mask; rest != 0;)
        {
            int lane = NextLane(ref rest);
            uint wanted = sourceBytes is { } size ? warp.At<uint>(size)[lane] : (uint)bytes;
            if ((skip >> lane & 1) != 0)
                wanted = 0;
            if (wanted > bytes)
                throw warp.LaneFault(PtxFaultKind.Undefined, this, lane, null, $"a src-size of {wanted} for a copy of {bytes} bytes");
            new Span<byte>(data, 16).Clear();
            ulong from = source.Of(warp, lane);
            if ((from & (uint)(bytes - 1)) != 0)
                throw warp.LaneFault(PtxFaultKind.Misaligned, this, lane, from, $"a cp.async of {bytes} bytes from global memory");
            int piece = wanted % 4 == 0 ? 4 : 1;
            for (uint i = 0; i < wanted; i += (uint)piece)
                Unsafe.CopyBlock(data + i, PtxGlobalSpace.Read(warp, this, lane, from + i, piece), (uint)piece);
            ulong to = target.Of(warp, lane);
            byte* place = PtxSharedSpace.Write(warp, this, lane, to, bytes);
            _ = warp.Group.Shared.At(warp, this, lane, to, bytes, out byte* known);
            warp.Copies.Begin(lane, place, known, new(data, bytes), from, (int)wanted);
        }
        _ = warp.Group.Clock.Advance();
    }
}

/// <summary><c>cp.async.commit_group</c>, and with a count of groups that may stay <c>wait_group</c> and <c>wait_all</c> (−1).</summary>
internal sealed class PtxAsyncWait(int? latest) : PtxOp
{
    public override void Execute(PtxWarp warp, uint mask)
    {
        if (latest is { } groups)
            warp.Copies.Wait(this, mask, groups);
        else
            warp.Copies.Commit(mask);
    }
}
