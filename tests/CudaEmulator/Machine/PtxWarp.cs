using System.Numerics;
using System.Runtime.InteropServices;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;

namespace VaeGpu.CudaEmulator.Machine;

/// <summary>
/// 32 lanes and their registers, one value beside the other. Each lane has its own program counter: lanes at one counter form a set, the
/// set with the lowest counter runs, and sets that meet become one. <see cref="PtxLayout"/> lays joins behind what they join, so lanes meet
/// there.
/// </summary>
internal sealed unsafe class PtxWarp : IDisposable
{
    private readonly List<(int Counter, uint Lanes, bool Waits)> sets = [];
    private readonly PtxProgram program;
    private int limit;

    public PtxWarp(PtxGroup group, int index)
    {
        Group = group;
        Index = index;
        program = group.Program;
        Registers = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(64, program.RegisterBytes), 64);
        Predicates = new uint[program.Predicates];
        Defined = new uint[program.Registers];
        Seen = new ulong[group.WarpCount];
        Copies = new(this);
        Local = new byte[32 * group.Entry.LocalBytes];
        LocalShadow = new byte[Local.Length];
        foreach ((PtxSlot slot, ulong value) in program.Constants)
            FillSlot(slot, value);
        foreach ((int predicate, bool value) in program.ConstantPredicates)
            Predicates[predicate] = value ? uint.MaxValue : 0;
    }

    public PtxGroup Group { get; }

    /// <summary>The warp's number within its group.</summary>
    public int Index { get; }

    public byte* Registers { get; }

    /// <summary>A predicate is one word: bit i is lane i's.</summary>
    public uint[] Predicates { get; }

    /// <summary>The lanes that wrote each register, where that is not known beforehand.</summary>
    public uint[] Defined { get; }

    public byte[] Local { get; }

    public byte[] LocalShadow { get; }

    /// <summary>For each warp, the time up to which its accesses to memory lie before this warp's next one.</summary>
    public ulong[] Seen { get; }

    public PtxAsyncCopies Copies { get; }

    /// <summary>The running set's program counter and lanes.</summary>
    public int Counter { get; set; }

    public uint Active { get; set; }

    /// <summary>Lanes that have not ended.</summary>
    public uint Live { get; set; }

    /// <summary>Lanes that there are: the last warp of a group may have fewer than 32.</summary>
    public uint Existing { get; private set; }

    public bool IsDone => Live == 0;

    /// <summary>Begins a group's kernel from its first statement.</summary>
    public void Reset()
    {
        int lanes = Math.Min(32, Group.Threads - (32 * Index));
        Live = Existing = lanes == 32 ? uint.MaxValue : (1u << lanes) - 1;
        sets.Clear();
        sets.Add((0, Live, false));
        Array.Clear(Defined);
        Array.Clear(Seen);
        Array.Clear(LocalShadow);
        Copies.Reset();
        foreach ((PtxSlot slot, string name) in program.Specials)
        {
            for (int lane = 0; lane < lanes; lane++)
                ((uint*)(Registers + slot.Offset))[lane] = PtxSpecial.Value(name, Group, (32 * Index) + lane);
        }
    }

    /// <summary>Runs until every set waits or has ended, or the slice of instructions is used up; true where at least one ran.</summary>
    public bool Run(ref long slice)
    {
        bool ran = false;
        while (slice > 0 && SelectLowest())
        {
            ran = true;
            RunSet(ref slice);
        }
        return ran;
    }

    /// <summary>
    /// Lays the lanes aside until their counter is the lowest; one that waits also until others join it or it is released.
    /// </summary>
    public void Park(int counter, uint lanes, bool waits)
    {
        limit = Math.Min(limit, counter);
        for (int i = 0; i < sets.Count; i++)
        {
            if (sets[i].Counter == counter)
            {
                sets[i] = (counter, sets[i].Lanes | lanes, false);
                return;
            }
        }
        sets.Add((counter, lanes, waits));
    }

    /// <summary>Lets the lanes that wait at a barrier go on.</summary>
    public void Release()
    {
        for (int i = 0; i < sets.Count; i++)
            sets[i] = sets[i] with { Waits = false };
    }

    /// <summary>The lines at which lanes wait, for a fault's message.</summary>
    public IEnumerable<(uint Lanes, int Counter)> Waiting() => sets.Where(set => set.Waits).Select(set => (set.Lanes, set.Counter));

    public T* At<T>(PtxSlot slot) where T : unmanaged => (T*)(Registers + slot.Offset);

    public uint Predicate(PtxArgument argument) => argument.Negated ? ~Predicates[argument.Predicate] : Predicates[argument.Predicate];

    public void SetPredicate(PtxArgument? argument, uint value, uint mask)
    {
        if (argument is { Predicate: >= 0 and var number })
            Predicates[number] = (Predicates[number] & ~mask) | (value & mask);
    }

    /// <summary>A fault blamed on the lowest lane of the mask.</summary>
    public PtxFault Fault(PtxFaultKind kind, PtxOp op, uint mask, ulong? address, string message) =>
        Group.Fault(kind, op.Line, (32 * Index) + BitOperations.TrailingZeroCount(mask), address, message);

    public PtxFault LaneFault(PtxFaultKind kind, PtxOp op, int lane, ulong? address, string message) =>
        Group.Fault(kind, op.Line, (32 * Index) + lane, address, message);

    public void Dispose() => NativeMemory.AlignedFree(Registers);

    private bool SelectLowest()
    {
        int lowest = -1;
        for (int i = 0; i < sets.Count; i++)
        {
            if (!sets[i].Waits && (lowest < 0 || sets[i].Counter < sets[lowest].Counter))
                lowest = i;
        }
        if (lowest < 0)
            return false;
        (Counter, Active, _) = sets[lowest];
        sets.RemoveAt(lowest);
        limit = int.MaxValue;
        foreach ((int counter, _, _) in sets)
        {
            if (counter > Counter)
                limit = Math.Min(limit, counter);
        }
        return true;
    }

    private void RunSet(ref long slice)
    {
        PtxOp[] code = program.Code;
        do
        {
            PtxOp op = code[Counter++];
            uint mask = Active;
            slice--;
            if (op.Guard >= 0)
            {
                if (op.Checked.Length > 0)
                    CheckGuard(op);
                uint guard = Predicates[op.Guard];
                mask &= op.GuardNegated ? ~guard : guard;
                if (mask == 0)
                    continue;
            }
            if (op.Checked.Length > 0)
                Check(op, mask);
            foreach (int register in op.Marked)
                Defined[register] |= mask;
            op.Execute(this, mask);
        }
        while (Active != 0 && Counter < limit && slice > 0);
        if (Active != 0)
            Park(Counter, Active, waits: false);
    }

    private void CheckGuard(PtxOp op)
    {
        int register = program.Registers - program.Predicates + op.Guard;
        if (op.Checked.Contains(register) && (Active & ~Defined[register]) is not 0 and var bare)
            throw Fault(PtxFaultKind.Uninitialized, op, bare, null, "the guard's predicate was never written");
    }

    private void Check(PtxOp op, uint mask)
    {
        foreach (int register in op.Checked)
        {
            if ((mask & ~Defined[register]) is not 0 and var bare)
                throw Fault(PtxFaultKind.Uninitialized, op, bare, null, "a register is read that was never written");
        }
    }

    private void FillSlot(PtxSlot slot, ulong value)
    {
        for (int lane = 0; lane < 32; lane++)
        {
            if (slot.Stride == 8)
                ((ulong*)(Registers + slot.Offset))[lane] = value;
            else
                ((uint*)(Registers + slot.Offset))[lane] = (uint)value;
        }
    }
}
