namespace VaeGpu.Gpu.Passes;

/// <summary>
/// Computes before a loop what is the same in every iteration. Addresses are taken apart for it: of
/// <c>base + (row * stride + k + 3)</c> the part without k goes out, and k is added to a pointer that is ready. The constant comes
/// last, where an access has it for nothing, so that addresses which differ by constants share one pointer.
/// </summary>
internal sealed class HoistInvariants : Rewriter
{
    private readonly Dictionary<Instruction, (Value Pointer, List<Value> Variant, List<Value> Constants)> split =
        new(ReferenceEqualityComparer.Instance);

    public static Function Apply(Function function) => new HoistInvariants().Run(function);

    protected override void RewriteLoop(LoopInstruction loop)
    {
        Hoist(loop.Body);
        base.RewriteLoop(loop);
    }

    protected override Value Rewrite(Instruction i)
    {
        if (!split.TryGetValue(i, out var parts))
            return base.Rewrite(i);
        Value pointer = Builder.PtrAdd(parts.Pointer, parts.Variant.Select(Map).Aggregate(Builder.Add), i.Attribute);
        return parts.Constants.Aggregate(pointer, (place, constant) => Builder.PtrAdd(place, constant, i.Attribute));
    }

    /// <summary>Emits the invariant instructions of a body here; when the body is rewritten the builder finds them again.</summary>
    private void Hoist(Region body)
    {
        // A body that stands in an outer loop is seen a second time: what was known of its inside is of another copy.
        foreach (Instruction instruction in body.All())
            Known.Remove(instruction);
        foreach (Instruction instruction in body.All())
        {
            if (!instruction.Op.IsPure())
                continue;
            if (Array.TrueForAll(instruction.Operands, IsKnown))
                Known[instruction] = base.Rewrite(instruction);
            else if (instruction.Op == Op.PtrAdd && IsKnown(instruction.Operands[0]))
                Split(instruction);
        }
    }

    private void Split(Instruction address)
    {
        var terms = new List<Value>();
        Flatten(address.Operands[1], terms);
        List<Value> constants = terms.FindAll(t => t is Constant), rest = terms.FindAll(t => !IsKnown(t));
        List<Value> invariant = terms.FindAll(t => t is not Constant && IsKnown(t));
        Value pointer = Map(address.Operands[0]);
        if (invariant.Count > 0)
            pointer = Builder.PtrAdd(pointer, Map(invariant).Aggregate(Builder.Add), address.Attribute);
        if (terms.Count > rest.Count)
            split[address] = (pointer, rest, constants);
    }

    private static void Flatten(Value value, List<Value> terms)
    {
        if (value is Instruction { Op: Op.Add } sum && sum.Type == IrType.I32)
        {
            Flatten(sum.Operands[0], terms);
            Flatten(sum.Operands[1], terms);
        }
        else
        {
            terms.Add(value);
        }
    }
}
