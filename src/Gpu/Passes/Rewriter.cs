namespace VaeGpu.Gpu.Passes;

/// <summary>
/// The base of all passes: rebuilds a function, instruction by instruction, through the folding builder. A pass
/// overrides the instructions that it cares about; everything else is copied.
/// </summary>
internal abstract class Rewriter
{
    protected Builder Builder { get; } = new();

    /// <summary>What a value of the old function is in the new one.</summary>
    protected Dictionary<Value, Value> Known { get; } = new(ReferenceEqualityComparer.Instance);

    protected Function Source { get; private set; } = null!;

    public Function Run(Function function)
    {
        Source = function;
        foreach (Parameter parameter in function.Parameters)
            Known[parameter] = parameter;
        var body = new Region();
        Builder.Enter(body);
        RewriteAll(function.Body);
        Builder.Leave();
        return new Function(function.Name, function.Parameters, body);
    }

    protected Value Map(Value value) => value is Constant ? value : Known[value];

    protected Value[] Map(IEnumerable<Value> values) => [.. values.Select(Map)];

    protected bool IsKnown(Value value) => value is Constant || Known.ContainsKey(value);

    /// <summary>Rewrites a region's instructions where the builder stands.</summary>
    protected void RewriteAll(Region region)
    {
        foreach (Instruction instruction in region.Instructions)
            RewriteOne(instruction);
    }

    /// <summary>Rewrites an instruction where the builder stands, and makes its results known.</summary>
    protected void RewriteOne(Instruction instruction)
    {
        Builder.Location = instruction.Location;
        switch (instruction)
        {
            case If branch:
                Rewrite(branch);
                break;
            case LoopInstruction loop:
                RewriteLoop(loop);
                break;
            default:
                Known[instruction] = Rewrite(instruction);
                break;
        }
    }

    protected virtual Value Rewrite(Instruction i) => i is AssemblyText assembly
        ? Builder.Append(assembly.With(Map(i.Operands)))
        : Builder.Emit(i.Op, i.Type, Map(i.Operands), i.Attribute);

    protected virtual void Rewrite(If branch)
    {
        Value condition = Map(branch.Condition);
        if (condition is Constant c)
        {
            Region taken = c.Bits != 0 ? branch.Then : branch.Else;
            RewriteAll(taken);
            Define(branch, Map(taken.Yields));
            return;
        }
        Region then = RewriteRegion(branch, branch.Then), otherwise = RewriteRegion(branch, branch.Else);
        Builder.Location = branch.Location;
        DefineResults(branch, Builder.AppendIf(new If(condition, then, otherwise, branch.Location)));
    }

    protected virtual void RewriteLoop(LoopInstruction loop)
    {
        if (loop is For counted)
            Rewrite(counted);
        else
            Rewrite((While)loop);
    }

    protected virtual void Rewrite(For loop)
    {
        Value lower = Map(loop.Lower), upper = Map(loop.Upper);
        Value[] initial = Initial(loop);
        Region body = RewriteRegion(loop, loop.Body);
        DefineResults(loop, Builder.Append(new For(lower, upper, loop.Step, initial, body, loop.Location)).Results);
    }

    protected virtual void Rewrite(While loop)
    {
        Value[] initial = Initial(loop);
        Region body = RewriteRegion(loop, loop.Body);
        DefineResults(loop, Builder.Append(new While(initial, body, loop.Location)).Results);
    }

    /// <summary>What the carried values of a new loop are at first.</summary>
    protected virtual Value[] Initial(LoopInstruction loop) => Map(loop.Initial);

    /// <summary>A new region with new arguments, the rewritten instructions and yields.</summary>
    protected virtual Region RewriteRegion(StructuredInstruction owner, Region region)
    {
        var copy = new Region();
        Builder.Enter(copy);
        AddArguments(owner, region, copy);
        RewriteAll(region);
        copy.Yields.AddRange(Yields(owner, region));
        copy.Condition = region.Condition is { } condition ? Map(condition) : null;
        Builder.Leave();
        return copy;
    }

    /// <summary>Gives a new region its arguments.</summary>
    protected virtual void AddArguments(StructuredInstruction owner, Region region, Region copy)
    {
        foreach (RegionArgument argument in region.Arguments)
            Known[argument] = copy.AddArgument(argument.Type);
    }

    /// <summary>What a new region yields.</summary>
    protected virtual Value[] Yields(StructuredInstruction owner, Region region) => Map(region.Yields);

    /// <summary>Makes the results of a new branch or loop known.</summary>
    protected virtual void DefineResults(StructuredInstruction instruction, IReadOnlyList<Value> values) => Define(instruction, values);

    protected void Define(StructuredInstruction instruction, IReadOnlyList<Value> values)
    {
        for (int i = 0; i < instruction.Results.Length; i++)
            Known[instruction.Results[i]] = values[i];
    }
}
