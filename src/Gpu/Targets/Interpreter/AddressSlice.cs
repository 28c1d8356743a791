using VaeGpu.Gpu.Passes;

namespace VaeGpu.Gpu.Targets.Interpreter;

/// <summary>
/// The part of a kernel that decides which way its threads go and which memory they touch. To count operations and accesses, only this
/// part has to run: what a product multiplies makes no difference.
/// </summary>
internal sealed class AddressSlice
{
    private readonly PointerClasses classes;
    private readonly bool countsShared;
    private readonly HashSet<Value> needed = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Value> read = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Value, (LoopInstruction Loop, int Index)> carried = new(ReferenceEqualityComparer.Instance);
    private readonly ILookup<Value, Instruction> storesTo;
    private readonly Stack<Value> open = new();

    /// <param name="function">The kernel.</param>
    /// <param name="countsShared">Whether accesses to shared memory are counted as well as those to global memory.</param>
    public AddressSlice(Function function, bool countsShared)
    {
        this.countsShared = countsShared;
        classes = new PointerClasses(function);
        Instruction[] all = [.. function.Body.All()];
        storesTo = all.Where(i => i.Op is Op.Store or Op.StoreWide)
            .ToLookup(i => classes.Of(i.Operands[0]), (IEqualityComparer<Value>)ReferenceEqualityComparer.Instance);
        foreach (LoopInstruction loop in all.OfType<LoopInstruction>())
        {
            for (int i = 0; i < loop.Carried.Count; i++)
                carried.Add(loop.Carried[i], (loop, i));
        }
        foreach (Instruction instruction in all)
            AddRoots(instruction);
        while (open.TryPop(out Value? value))
            Follow(value);
    }

    /// <summary>Whether a value has to be computed.</summary>
    public bool Needs(Value value) => needed.Contains(value);

    /// <summary>Whether a store has to be made, since what it writes is read and needed.</summary>
    public bool IsRead(Instruction store) => read.Contains(classes.Of(store.Operands[0]));

    /// <summary>Whether an access is counted.</summary>
    public bool Counts(Instruction access) =>
        access.Operands[0].Type.Space == AddressSpace.Global || countsShared && access.Operands[0].Type.Space == AddressSpace.Shared;

    private void AddRoots(Instruction instruction)
    {
        Op op = instruction.Op;
        if (instruction is StructuredInstruction structured)
            Need(structured.Deciding);
        else if (op.IsAtomic() || op.IsBarrier())
            Need(instruction.Operands);
        else if (op is Op.Store or Op.StoreWide or Op.Load or Op.LoadWide && Counts(instruction))
            Need(op is Op.Load or Op.LoadWide ? instruction.Operands.Take(2) : instruction.Operands.Take(1));
        if (op.IsAtomic())
            Read(instruction);
    }

    private void Follow(Value value)
    {
        if (value is Result { Owner: If branch } result)
            Need([branch.Then.Yields[result.Index], branch.Else.Yields[result.Index]]);
        else if (value is Result { Owner: LoopInstruction loop, Index: var index })
            Need([loop.Carried[index]]);
        else if (carried.TryGetValue(value, out var of))
            Need([of.Loop.Initial[of.Index], of.Loop.Body.Yields[of.Index]]);
        else if (value is Instruction instruction)
        {
            Need(instruction.Operands);
            if (instruction.Op is Op.Load or Op.LoadWide)
                Read(instruction);
        }
    }

    private void Read(Instruction access)
    {
        Value memory = classes.Of(access.Operands[0]);
        if (!read.Add(memory))
            return;
        foreach (Instruction store in storesTo[memory])
            Need(store.Operands);
    }

    private void Need(IEnumerable<Value> values)
    {
        foreach (Value value in values)
        {
            if (needed.Add(value))
                open.Push(value);
        }
    }
}
