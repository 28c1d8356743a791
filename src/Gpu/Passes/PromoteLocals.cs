using VaeGpu.Gpu.IR;

namespace VaeGpu.Gpu.Passes;

/// <summary>
/// Keeps local arrays in registers: every element becomes a value that flows through branches and loops like a variable.
/// An index that is not constant by now is an error: memory is not what a local array is for.
/// </summary>
internal sealed class PromoteLocals : Rewriter
{
    private readonly Dictionary<Instruction, Slot?[]> accesses = [];
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

    protected override void Rewrite(If branch)
    {
        Value condition = Map(branch.Condition);
        if (condition is Constant)
        {
            base.Rewrite(branch);
            return;
        }
        Slot[] written = [.. Written(branch)];
        var before = new Dictionary<Slot, Value>(current);
        Region then = RewriteWith(branch.Then, written);
        current = before;
        Region otherwise = RewriteWith(branch.Else, written);
        DefineWith(branch, written, Builder.AppendIf(new If(condition, then, otherwise, branch.Location)));
    }

    protected override void Rewrite(For loop)
    {
        Value lower = Map(loop.Lower), upper = Map(loop.Upper);
        Slot[] written = [.. Written(loop)];
        Value[] initial = [.. Map(loop.Initial), .. written.Select(Current)];
        Region body = RewriteWith(loop.Body, written);
        DefineWith(loop, written, Builder.Append(new For(lower, upper, loop.Step, initial, body, loop.Location)).Results);
    }

    protected override void Rewrite(While loop)
    {
        Slot[] written = [.. Written(loop)];
        Value[] initial = [.. Map(loop.Initial), .. written.Select(Current)];
        Region body = RewriteWith(loop.Body, written);
        DefineWith(loop, written, Builder.Append(new While(initial, body, loop.Location)).Results);
    }

    private Value Current(Slot slot) => current.GetValueOrDefault(slot) ?? Constant.Zero(slot.Memory.ValueType());

    private IEnumerable<Slot> Written(StructuredInstruction instruction) => instruction.Regions.SelectMany(r => r.All())
        .Where(i => i.Op == Op.Store && i.Operands[0].Type.Space == AddressSpace.Local).Select(Find).Distinct();

    private Region RewriteWith(Region region, Slot[] written)
    {
        var copy = new Region();
        foreach (RegionArgument argument in region.Arguments)
        {
            var fresh = new RegionArgument(argument.Type);
            copy.Arguments.Add(fresh);
            Known[argument] = fresh;
        }
        if (region.Arguments.Count > 0 || region.Condition is not null)
        {
            foreach (Slot slot in written)
            {
                var fresh = new RegionArgument(slot.Memory.ValueType());
                copy.Arguments.Add(fresh);
                current[slot] = fresh;
            }
        }
        Builder.Enter(copy);
        RewriteAll(region);
        copy.Yields.AddRange(Map(region.Yields));
        copy.Yields.AddRange(written.Select(Current));
        copy.Condition = region.Condition is { } condition ? Map(condition) : null;
        Builder.Leave();
        return copy;

    }

    private void DefineWith(StructuredInstruction instruction, Slot[] written, IReadOnlyList<Value> values)
    {
        Define(instruction, values);
        for (int i = 0; i < written.Length; i++)
            current[written[i]] = values[instruction.Results.Length + i];
    }

    private Slot Find(Instruction access)
    {
        Value pointer = access.Operands[0];
        long offset = 0;
        while (pointer is Instruction { Op: Op.PtrAdd } add)
        {
            if (add.Operands[1] is not Constant index)
            {
                throw new KernelCompilationException(Source.Name, access.Location,
                    "A local array is indexed by a value that is not constant.",
                    "Index it by constants, or in loops whose bounds are constants (they are unrolled); use SharedMemory for anything else.");
            }
            offset += index.Bits * add.Attribute;
            pointer = add.Operands[0];
        }
        var array = pointer as Instruction;
        if (array?.Op != Op.LocalArray)
        {
            throw new KernelCompilationException(Source.Name, access.Location, "A view of local memory is chosen at run time.",
                "Use one local array for each purpose.");
        }
        if (offset < 0 || offset + access.Memory.Bytes() > array.Attribute)
        {
            throw new KernelCompilationException(Source.Name, access.Location,
                $"A local array of {array.Attribute} bytes is accessed at byte {offset}.", "Keep the index inside the array.");
        }
        return RequireOneType(new Slot(array, offset, access.Memory), access);
    }

    private Slot RequireOneType(Slot slot, Instruction access)
    {
        if (!accesses.TryGetValue(slot.Array, out Slot?[]? bytes))
            accesses.Add(slot.Array, bytes = new Slot?[slot.Array.Attribute]);
        for (int i = 0; i < slot.Memory.Bytes(); i++)
        {
            Slot other = bytes[slot.Offset + i] ??= slot;
            if (other != slot)
            {
                throw new KernelCompilationException(Source.Name, access.Location,
                    $"A local array is accessed as {slot.Memory} and, at the same bytes, as {other.Memory}.",
                    "Use one type for each array, and Interop.IntAsFloat or FloatAsInt to see the bits of a number.");
            }
        }
        return slot;
    }
}
