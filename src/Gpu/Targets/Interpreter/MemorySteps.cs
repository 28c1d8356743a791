using System.Runtime.InteropServices;
using VaeGpu.Gpu.Inspection;

namespace VaeGpu.Gpu.Targets.Interpreter;

/// <summary>An access to memory, with the checks that all accesses share.</summary>
internal abstract class MemoryStep(Machine machine, Instruction instruction, long[] pointers) : Step
{
    private readonly int size = instruction.AccessBytes;
    private readonly AddressSpace space = instruction.Operands[0].Type.Space;
    private readonly bool writes = instruction.Op is Op.Store or Op.StoreWide;
    private readonly Counters? counters = machine.Counters;
    private readonly AccessTrace? trace = instruction.Operands[0].Type.Space == AddressSpace.Local ? null : machine.Trace;
    private readonly WarpCounters? warps = instruction.Operands[0].Type.Space is AddressSpace.Global or AddressSpace.Shared
        ? machine.Counters?.Warps ?? machine.Trace?.Warps
        : null;
    private readonly List<int> counted = [];
    private readonly List<long> addresses = [];

    protected MemoryType Type { get; } = instruction.Memory;
    protected int Size => size;
    protected int ElementSize { get; } = instruction.Memory.Bytes();
    protected bool Writes => writes;

    /// <summary>What the access is called in messages.</summary>
    protected abstract string Verb { get; }

    /// <summary>The memory and the address that a lane's pointer leads to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected Memory Locate(int lane, out long address)
    {
        long pointer = pointers[lane], offset = Pointer.Offset(pointer);
        Allocation allocation = machine[Pointer.Allocation(pointer)];
        address = AddressIn(allocation, offset, lane);
        if (offset < 0 || offset > allocation.Bytes - size)
            throw Fault(KernelFault.OutOfBounds, lane, "", "Guard the access, or compare the index with the length.");
        if ((address & (size - 1)) != 0)
        {
            throw Fault(KernelFault.Misaligned, lane, $", which is not a multiple of {size}",
                "Align the view's start, or access smaller elements.");
        }
        if (space == AddressSpace.Global)
            counters?.AccessGlobal(allocation.Memory, allocation.Start, address, size, writes);
        trace?.Add(
            machine, Pointer.Allocation(pointer), space == AddressSpace.Shared, writes || instruction.Op.IsAtomic(), offset, size, lane);
        return allocation.Memory;
    }

    /// <summary>Each lane's access is noted as part of one.</summary>
    protected void StartStep() => trace?.StartStep();

    /// <summary>Counts the access, which has been made, for each warp; it went where the condition holds.</summary>
    protected void CountWarps(ReadOnlySpan<int> lanes, long[]? condition)
    {
        if (warps is null)
            return;
        counted.Clear();
        addresses.Clear();
        foreach (int lane in lanes)
        {
            if (condition is not null && condition[lane] == 0)
                continue;
            int allocation = Pointer.Allocation(pointers[lane]);
            counted.Add(lane);
            addresses.Add(Pointer.To(allocation) + AddressIn(machine[allocation], Pointer.Offset(pointers[lane]), lane));
        }
        if (counted.Count > 0)
        {
            warps.Access(instruction, CollectionsMarshal.AsSpan(counted), CollectionsMarshal.AsSpan(addresses),
                machine[Pointer.Allocation(pointers[counted[0]])].Name);
        }
    }

    private static long AddressIn(Allocation allocation, long offset, int lane) =>
        allocation.Start + lane * allocation.LaneBytes + offset;

    protected void ThrowIfUnwritten(Memory memory, long address, int lane)
    {
        for (int offset = 0; offset < size; offset += ElementSize)
        {
            if (memory.IsWritten(address + offset, ElementSize))
                continue;
            throw Fault(KernelFault.Uninitialized, lane, ", which nothing has written",
                "Fill the buffer before the launch, or store to the array before reading it.");
        }
    }

    protected KernelFaultException Race(AccessLog.Conflict conflict, int lane)
    {
        string other = machine.NameOf(conflict.Who, conflict.Time);
        bool shared = space == AddressSpace.Shared;
        bool sameGroup = !machine.Clock.IsOfEarlierGroup(conflict.Time);
        return Fault(shared ? KernelFault.SharedRace : KernelFault.GlobalRace, lane,
            $", which {other} {(conflict.Wrote ? "wrote" : "read")} with nothing between to order the two",
            sameGroup
                ? "Put a Group.Barrier between them."
                : "Groups do not wait for each other: split the kernel in two launches, or use Atomic.");
    }

    private KernelFaultException Fault(KernelFault fault, int lane, string what, string remedy)
    {
        long offset = Pointer.Offset(pointers[lane]);
        Allocation allocation = machine[Pointer.Allocation(pointers[lane])];
        string place = offset % size == 0 ? $"element {offset / size} ({Type}, byte {offset})" : $"{Type} at byte {offset}";
        return machine.Fault(fault, instruction, lane, $"{Verb} {place} of {allocation.Name} of {allocation.Bytes} bytes{what}.", remedy);
    }
}

/// <summary>A load of one element, or of neighboring ones; with a condition it reads only where that holds.</summary>
internal sealed class LoadStep(
    Machine machine, Instruction instruction, long[] pointers, long[]? condition, long[]? otherwise, long[][] results)
    : MemoryStep(machine, instruction, pointers)
{
    protected override string Verb => "reads";

    public override void Run(ReadOnlySpan<int> lanes)
    {
        StartStep();
        foreach (int lane in lanes)
        {
            if (condition is not null && condition[lane] == 0)
            {
                foreach (long[] result in results)
                    result[lane] = otherwise is null ? 0 : otherwise[lane];
                continue;
            }
            Memory memory = Locate(lane, out long address);
            ThrowIfUnwritten(memory, address, lane);
            if (memory.Log?.Read(address, Size, lane) is { } conflict)
                throw Race(conflict, lane);
            for (int element = 0; element < results.Length; element++)
                results[element][lane] = memory.Read(Type, address + element * ElementSize);
        }
        CountWarps(lanes, condition);
    }
}

/// <summary>A store of one element, or of neighboring ones.</summary>
internal sealed class StoreStep(Machine machine, Instruction instruction, long[] pointers, long[][] values)
    : MemoryStep(machine, instruction, pointers)
{
    private readonly long mask = instruction.Memory.Bytes() == 8 ? -1 : (1L << (8 * instruction.Memory.Bytes())) - 1;

    protected override string Verb => "writes";

    public override void Run(ReadOnlySpan<int> lanes)
    {
        StartStep();
        foreach (int lane in lanes)
        {
            Memory memory = Locate(lane, out long address);
            foreach (long[] value in values)
            {
                Write(memory, address, value[lane], lane);
                address += ElementSize;
            }
        }
        CountWarps(lanes, null);
    }

    private void Write(Memory memory, long address, long value, int lane)
    {
        if (memory.Log is { } log)
        {
            bool changes = ((memory.Read(Type, address) ^ value) & mask) != 0 || !memory.IsWritten(address, ElementSize);
            if (log.Write(address, ElementSize, lane, changes) is { } conflict)
                throw Race(conflict, lane);
        }
        memory.Write(Type, address, value);
    }
}

/// <summary>An access that is checked and counted, and not made.</summary>
internal sealed class TouchStep(Machine machine, Instruction instruction, long[] pointers, long[]? condition)
    : MemoryStep(machine, instruction, pointers)
{
    protected override string Verb => Writes ? "writes" : "reads";

    public override void Run(ReadOnlySpan<int> lanes)
    {
        foreach (int lane in lanes)
        {
            if (condition is null || condition[lane] != 0)
                Locate(lane, out _);
        }
        CountWarps(lanes, condition);
    }
}

/// <summary>An atomic read-modify-write; the lanes come one after the other.</summary>
internal sealed class AtomicStep(
    Machine machine, Instruction instruction, long[] pointers, long[]? compare, long[] values, Evaluate operation, long[] result)
    : MemoryStep(machine, instruction, pointers)
{
    protected override string Verb => "updates";

    public override void Run(ReadOnlySpan<int> lanes)
    {
        StartStep();
        foreach (int lane in lanes)
        {
            Memory memory = Locate(lane, out long address);
            ThrowIfUnwritten(memory, address, lane);
            if (memory.Log?.Atomic(address, Size, lane) is { } conflict)
                throw Race(conflict, lane);
            long before = memory.Read(Type, address);
            if (compare is null || compare[lane] == before)
                memory.Write(Type, address, operation(before, values[lane], 0));
            result[lane] = before;
        }
        CountWarps(lanes, null);
    }

    /// <summary>What an atomic instruction makes of the value before and its operand.</summary>
    public static Evaluate OperationOf(Instruction instruction)
    {
        if (instruction.Op is Op.AtomicExchange or Op.AtomicCompareExchange)
            return static (_, value, _) => value;
        IrType type = instruction.Type;
        // Sign-extended bits keep the order of unsigned numbers, too.
        if (instruction.Op is Op.AtomicMaxU or Op.AtomicMinU)
        {
            return instruction.Op == Op.AtomicMaxU
                ? static (a, b, _) => (long)Math.Max((ulong)a, (ulong)b)
                : static (a, b, _) => (long)Math.Min((ulong)a, (ulong)b);
        }
        Op op = instruction.Op switch
        {
            Op.AtomicAdd => Op.Add,
            Op.AtomicMax => Op.Max,
            Op.AtomicMin => Op.Min,
            Op.AtomicAnd => Op.And,
            Op.AtomicOr => Op.Or,
            _ => Op.Xor,
        };
        return Arithmetic.Of(op, type, type)!;
    }
}

/// <summary>A local array comes into being: what an earlier round of a loop left there is undefined.</summary>
internal sealed class LocalArrayStep(Allocation allocation) : Step
{
    public override void Run(ReadOnlySpan<int> lanes)
    {
        foreach (int lane in lanes)
            allocation.Memory.Forget(allocation.Start + lane * allocation.LaneBytes, allocation.Bytes);
    }
}
