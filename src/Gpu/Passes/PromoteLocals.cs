namespace VaeGpu.Gpu.Passes;

/// <summary>
/// Keeps local arrays in registers: every element becomes a value that flows through branches and loops like a variable.
/// An index that is not constant by now is an error: memory is not what a local array is for.
/// </summary>
internal sealed class PromoteLocals : Rewriter
{
    private readonly Dictionary<Instruction, Slot?[]> accesses = [];
    private readonly Dictionary<StructuredInstruction, Slot[]> written = [];
    private Dictionary<Slot, Value> current = [];

    private sealed record Slot(Instruction Array, long Offset, MemoryType Memory);

    public static Function Apply(Function function) =>
        function.Body.All().Any(i => i.Op == Op.LocalArray) ? new PromoteLocals().Run(function) : function;

    protected override Value Rewrite(Instruction i)
    {
        switch (i.Op)
        {
            case Op.LocalArray:
            case Op.PtrAdd when i.Type.Space == AddressSpace.Local:
                return Constant.Zero(i.Type);
            case Op.Load when i.Operands[0].Type.Space == AddressSpace.Local:
                return current.GetValueOrDefault(Find(i)) ?? Constant.Zero(i.Type);
            case Op.Store when i.Operands[0].Type.Space == AddressSpace.Local:
                current[Find(i)] = Map(i.Operands[1]);
                return Constant.Bool(false);
            default:
                return base.Rewrite(i);
        }
    }

    protected override Value[] Initial(LoopInstruction loop) => [.. base.Initial(loop), .. Written(loop).Select(Current)];

    protected override Value[] Yields(StructuredInstruction owner, Region region) =>
        [.. base.Yields(owner, region), .. Written(owner).Select(Current)];

    protected override void AddArguments(StructuredInstruction owner, Region region, Region copy)
    {
        base.AddArguments(owner, region, copy);
        if (owner is If)
            return;
        foreach (Slot slot in Written(owner))
            current[slot] = copy.AddArgument(slot.Memory.ValueType());
    }

    /// <summary>What a region writes is its owner's result.</summary>
    protected override Region RewriteRegion(StructuredInstruction owner, Region region)
    {
        var before = new Dictionary<Slot, Value>(current);
        Region copy = base.RewriteRegion(owner, region);
        current = before;
        return copy;
    }

    protected override void DefineResults(StructuredInstruction instruction, IReadOnlyList<Value> values)
    {
        base.DefineResults(instruction, values);
        foreach ((Slot slot, Value value) in Written(instruction).Zip(values.Skip(instruction.Results.Length)))
            current[slot] = value;
    }

    private Value Current(Slot slot) => current.GetValueOrDefault(slot) ?? Constant.Zero(slot.Memory.ValueType());

    /// <summary>The elements that a branch or loop writes.</summary>
    private Slot[] Written(StructuredInstruction instruction)
    {
        if (!written.TryGetValue(instruction, out Slot[]? slots))
        {
            written.Add(instruction, slots = [.. instruction.Regions.SelectMany(r => r.All())
                .Where(i => i.Op == Op.Store && i.Operands[0].Type.Space == AddressSpace.Local).Select(Find).Distinct()]);
        }
        return slots;
    }

    private Slot Find(Instruction access)
    {
        Value pointer = access.Operands[0];
        long offset = 0;
        while (pointer is Instruction { Op: Op.PtrAdd } add)
        {
            if (add.Operands[1] is not Constant index)
            {
                throw Refusal(access, "A local array is indexed by a value that is not constant.",
                    "Index it by constants, or in loops whose bounds are constants (they are unrolled); use SharedMemory for "
                        + "anything else.");
            }
            offset += index.Bits * add.Attribute;
            pointer = add.Operands[0];
        }
        var array = pointer as Instruction;
        if (array?.Op != Op.LocalArray)
            throw Refusal(access, "A view of local memory is chosen at run time.", "Use one local array for each purpose.");
        if (offset < 0 || offset + access.Memory.Bytes() > array.Attribute)
            throw Refusal(
                access, $"A local array of {array.Attribute} bytes is accessed at byte {offset}.", "Keep the index inside the array.");
        return RequireOneType(new Slot(array, offset, access.Memory), access);
    }

    private KernelCompilationException Refusal(Instruction access, string what, string remedy) =>
        new(Source.Name, access.Location, what, remedy);

    private Slot RequireOneType(Slot slot, Instruction access)
    {
        if (!accesses.TryGetValue(slot.Array, out Slot?[]? bytes))
            accesses.Add(slot.Array, bytes = new Slot?[slot.Array.Attribute]);
        for (int i = 0; i < slot.Memory.Bytes(); i++)
        {
            Slot other = bytes[slot.Offset + i] ??= slot;
            if (other != slot)
            {
                throw Refusal(access, $"A local array is accessed as {slot.Memory} and, at the same bytes, as {other.Memory}.",
                    "Use one type for each array, and Interop.IntAsFloat or FloatAsInt to see the bits of a number.");
            }
        }
        return slot;
    }
}
