namespace VaeGpu.CudaEmulator.Machine;

/// <summary>
/// Device memory. Every allocation lies alone in 16 GiB of addresses, so whatever lies beside it is unmapped, and crosses a 4 GiB border
/// (where it is over 512 bytes), so that address arithmetic in 32 bits is found out. Which bytes were written is remembered.
/// </summary>
public sealed class PtxMemory
{
    private const int SlotBits = 34;
    private const int FirstSlot = 64;
    private const int EndSlot = 1 << 15;

    private readonly PtxAllocation?[] slots = new PtxAllocation?[EndSlot];
    private readonly Queue<int> freed = [];
    private int next = FirstSlot;

    /// <summary>Bytes that all allocations together may have.</summary>
    public long Capacity { get; set; } = 8L << 30;

    /// <summary>Live bytes.</summary>
    public long Used { get; private set; }

    /// <summary>Live allocations.</summary>
    public int Count { get; private set; }

    /// <summary>Tells the accesses of a launch from those of others, and their order.</summary>
    internal PtxClock Clock { get; } = new();

    /// <summary>An allocation whose address is a multiple of 256, its bytes unwritten.</summary>
    /// <exception cref="ArgumentException">No byte is asked for.</exception>
    /// <exception cref="InsufficientMemoryException">The bytes do not fit.</exception>
    public ulong Allocate(long bytes)
    {
        if (bytes <= 0)
            throw new ArgumentException($"an allocation of {bytes} bytes", nameof(bytes));
        if (bytes > Capacity - Used || bytes > Array.MaxLength / 2)
            throw new InsufficientMemoryException($"{bytes} bytes are asked for and {Capacity - Used} of {Capacity} are left");
        int slot = next < EndSlot ? next++ : freed.TryDequeue(out int old) ? old
            : throw new InsufficientMemoryException("too many allocations");
        ulong border = ((ulong)slot << SlotBits) + (2ul << 32);
        ulong half = ((ulong)bytes / 2 + 255) / 256 * 256;
        PtxAllocation allocation = new(Clock, border - half, (int)bytes);
        slots[slot] = allocation;
        Used += bytes;
        Count++;
        return allocation.Address;
    }

    /// <exception cref="ArgumentException">No allocation starts there.</exception>
    public void Free(ulong address)
    {
        if (At(address) is not { } allocation || allocation.Address != address)
            throw new ArgumentException($"no allocation starts at 0x{address:x}", nameof(address));
        slots[address >> SlotBits] = null;
        freed.Enqueue((int)(address >> SlotBits));
        Used -= allocation.Bytes;
        Count--;
    }

    /// <exception cref="ArgumentException">The range is not inside one allocation.</exception>
    public void Write(ulong address, ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
            return;
        (PtxAllocation allocation, int offset) = Range(address, data.Length);
        data.CopyTo(allocation.Data.AsSpan(offset));
        allocation.Shadow.AsSpan(offset, data.Length).Fill(PtxAllocation.Written);
    }

    /// <summary>Reads what is there, written or not.</summary>
    /// <exception cref="ArgumentException">The range is not inside one allocation.</exception>
    public void Read(ulong address, Span<byte> data)
    {
        if (data.IsEmpty)
            return;
        (PtxAllocation allocation, int offset) = Range(address, data.Length);
        allocation.Data.AsSpan(offset, data.Length).CopyTo(data);
    }

    /// <summary>Copies bytes; those that were never written stay so.</summary>
    /// <exception cref="ArgumentException">A range is not inside one allocation.</exception>
    public void Copy(ulong target, ulong source, long bytes)
    {
        if (bytes == 0)
            return;
        (PtxAllocation from, int start) = Range(source, bytes);
        (PtxAllocation to, int end) = Range(target, bytes);
        from.Data.AsSpan(start, (int)bytes).CopyTo(to.Data.AsSpan(end));
        from.Shadow.AsSpan(start, (int)bytes).CopyTo(to.Shadow.AsSpan(end));
    }

    /// <summary>Writes the pattern of 1, 2 or 4 bytes <paramref name="count"/> times.</summary>
    /// <exception cref="ArgumentException">The range is not inside one allocation, or the address no multiple of the pattern.</exception>
    public void Fill(ulong address, ReadOnlySpan<byte> pattern, long count)
    {
        if (pattern.Length is not (1 or 2 or 4) || address % (ulong)pattern.Length != 0)
            throw new ArgumentException($"a pattern of {pattern.Length} bytes at 0x{address:x}", nameof(pattern));
        if (count == 0)
            return;
        (PtxAllocation allocation, int offset) = Range(address, pattern.Length * count);
        Span<byte> bytes = allocation.Data.AsSpan(offset, (int)(pattern.Length * count));
        for (int i = 0; i < bytes.Length; i += pattern.Length)
            pattern.CopyTo(bytes[i..]);
        allocation.Shadow.AsSpan(offset, bytes.Length).Fill(PtxAllocation.Written);
    }

    /// <summary>The allocation that holds an address.</summary>
    public (ulong Base, long Bytes)? Find(ulong address) =>
        At(address) is { } allocation && address - allocation.Address < (ulong)allocation.Bytes
            ? (allocation.Address, allocation.Bytes) : null;

    /// <summary>The allocation in whose addresses this one lies, within its bounds or not.</summary>
    internal PtxAllocation? At(ulong address) => address >> SlotBits < EndSlot ? slots[address >> SlotBits] : null;

    /// <summary>Forgets what the last launch read as constant and what it wrote.</summary>
    internal void EndLaunch()
    {
        for (int slot = FirstSlot; slot < next; slot++)
        {
            if (slots[slot] is { Touched: true } allocation)
                allocation.EndLaunch();
        }
    }

    private (PtxAllocation Allocation, int Offset) Range(ulong address, long bytes)
    {
        if (At(address) is { } allocation && bytes >= 0 && address >= allocation.Address
            && address - allocation.Address <= (ulong)(allocation.Bytes - bytes)
            && bytes <= allocation.Bytes)
            return (allocation, (int)(address - allocation.Address));
        throw new ArgumentException($"{bytes} bytes at 0x{address:x} are not inside one allocation", nameof(address));
    }
}

/// <summary>Bytes of device memory, and beside each what is known of it.</summary>
internal sealed unsafe class PtxAllocation
{
    public const byte Written = 1;

    /// <summary>Written by the running launch; read by its ld.global.nc.</summary>
    public const byte WrittenNow = 2, ReadAsConstant = 4;

    private readonly Lazy<PtxRaces> races;

    public PtxAllocation(PtxClock clock, ulong address, int bytes)
    {
        races = new(() => new(clock, PtxSpace.Global, address, bytes));
        Address = address;
        Bytes = bytes;
        Data = GC.AllocateUninitializedArray<byte>(bytes, pinned: true);
        Data.AsSpan().Fill(0xCB);
        Shadow = GC.AllocateArray<byte>(bytes, pinned: true);
        DataPointer = (byte*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(Data, 0);
        ShadowPointer = (byte*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(Shadow, 0);
    }

    public ulong Address { get; }

    public int Bytes { get; }

    public byte[] Data { get; }

    public byte[] Shadow { get; }

    public byte* DataPointer { get; }

    public byte* ShadowPointer { get; }

    public PtxRaces Races => races.Value;

    /// <summary>True when the running launch left marks other than <see cref="Written"/>.</summary>
    public bool Touched { get; set; }

    public void EndLaunch()
    {
        Touched = false;
        Span<ulong> whole = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(Shadow.AsSpan());
        for (int i = 0; i < whole.Length; i++)
            whole[i] &= 0x0101010101010101;
        for (int i = whole.Length * 8; i < Shadow.Length; i++)
            Shadow[i] &= Written;
    }
}
