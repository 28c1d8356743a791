namespace VaeGpu.Gpu.Passes;

/// <summary>
/// Which pointers can lead to one and the same array or view: those that come from each other by steps, choices, branches and
/// loops. Each class is known by one of its members.
/// </summary>
internal sealed class PointerClasses
{
    private readonly Dictionary<Value, Value> parents = new(ReferenceEqualityComparer.Instance);

    public PointerClasses(Function function)
    {
        foreach (Instruction instruction in function.Body.All())
            Link(instruction);
    }

    /// <summary>The member that stands for a pointer's class.</summary>
    public Value Of(Value pointer)
    {
        while (parents.TryGetValue(pointer, out Value? parent))
            pointer = parent;
        return pointer;
    }

    private void Link(Instruction instruction)
    {
        switch (instruction)
        {
            case If branch:
                LinkAll(branch.Results, branch.Then.Yields);
                LinkAll(branch.Results, branch.Else.Yields);
                break;
            case LoopInstruction loop:
                LinkAll(loop.Results, loop.Carried);
                LinkAll(loop.Results, loop.Initial);
                LinkAll(loop.Results, loop.Body.Yields);
                break;
            case { Op: Op.PtrAdd }:
                Link(instruction, instruction.Operands[0]);
                break;
            case { Op: Op.Select }:
                Link(instruction, instruction.Operands[1]);
                Link(instruction, instruction.Operands[2]);
                break;
        }
    }

    private void LinkAll(IEnumerable<Value> values, IEnumerable<Value> others)
    {
        foreach ((Value a, Value b) in values.Zip(others))
            Link(a, b);
    }

    private void Link(Value a, Value b)
    {
        if (!a.Type.IsPointer)
            return;
        Value x = Of(a), y = Of(b);
        if (!ReferenceEquals(x, y))
            parents[x] = y;
    }
}
