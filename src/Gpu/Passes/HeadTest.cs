namespace VaeGpu.Gpu.Passes;

/// <summary>
/// A <c>while</c> loop as the importer leaves it: the body computes the condition, then comes "if it holds, the iteration",
/// and the loop goes on while it holds; where it does not, nothing changes.
/// </summary>
internal readonly record struct HeadTest(While Loop, If Step)
{
    public static HeadTest? Find(While loop)
    {
        Region body = loop.Body;
        if (body.Instructions.Count == 0 || body.Instructions[^1] is not If step || !ReferenceEquals(step.Condition, loop.Condition)
            || !step.Else.IsEmpty)
            return null;
        var test = new HeadTest(loop, step);
        bool changesNothing = body.Arguments.Index().All(argument => ReferenceEquals(test.Yield(argument.Index, step.Else), argument.Item));
        return test.Head.All(i => i.Op.IsPure()) && changesNothing ? test : null;
    }

    /// <summary>What computes the condition.</summary>
    public IEnumerable<Instruction> Head => Loop.Body.Instructions.Take(Loop.Body.Instructions.Count - 1);

    /// <summary>What of the head can differ between iterations, and the carried values.</summary>
    public HashSet<Value> Variant()
    {
        var variant = new HashSet<Value>(Loop.Body.Arguments, ReferenceEqualityComparer.Instance);
        foreach (Instruction instruction in Head)
        {
            if (Array.Exists(instruction.Operands, variant.Contains))
                variant.Add(instruction);
        }
        return variant;
    }

    /// <summary>The value of a carried variable after an iteration.</summary>
    public Value Next(int i) => Yield(i, Step.Then);

    private Value Yield(int i, Region way) =>
        Loop.Body.Yields[i] is Result result && result.Owner == Step ? way.Yields[result.Index] : Loop.Body.Yields[i];
}
