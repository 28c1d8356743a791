using VaeGpu.Gpu.IR;

namespace VaeGpu.Tests.Compiler;

/// <summary>What to make of one instruction in a copy of a function.</summary>
internal enum Rewrite
{
    Keep,
    /// <summary>Leave it out; zeros stand for its results.</summary>
    Drop,
    /// <summary>Ones stand for its result.</summary>
    One,
    /// <summary>Its first operand of the same type stands for it; of an If only the first region stays; a loop runs once.</summary>
    First,
    /// <summary>Its last operand of the same type stands for it; of an If only the second region stays; a loop never runs.</summary>
    Second,
}

/// <summary>Copies a function instruction by instruction, neither folding nor merging, with changes on the way.</summary>
internal sealed class Rewriter
{
    private readonly Dictionary<Value, Value> copies = [];
    private readonly Func<Instruction, Rewrite> choose;

    private readonly Predicate<Value> keeps;

    private Rewriter(Func<Instruction, Rewrite> choose, Predicate<Value> keeps) => (this.choose, this.keeps) = (choose, keeps);

    public static Function Copy(Function function) => Copy(function, _ => Rewrite.Keep);

    public static Function Copy(Function function, Func<Instruction, Rewrite> choose) => Copy(function, choose, _ => true);

    /// <summary>Copies without those results of structured instructions that are not to be kept.</summary>
    public static Function Copy(Function function, Func<Instruction, Rewrite> choose, Predicate<Value> keeps)
    {
        var rewriter = new Rewriter(choose, keeps);
        return new Function(function.Name, function.Parameters, rewriter.CopyRegion(function.Body, [], 0));
    }

    /// <summary>
    /// Copies a region with some of its carried values, which stand among its arguments from <paramref name="first"/> on.
    /// </summary>
    private Region CopyRegion(Region region, int[] kept, int first)
    {
        var copy = new Region();
        foreach (RegionArgument argument in region.Arguments.Where((_, i) => i < first || kept.Contains(i - first)))
        {
            var fresh = new RegionArgument(argument.Type);
            copies[argument] = fresh;
            copy.Arguments.Add(fresh);
        }
        CopyInstructions(region, copy);
        copy.Yields.AddRange(kept.Select(i => Copy(region.Yields[i])));
        copy.Condition = region.Condition is { } condition ? Copy(condition) : null;
        return copy;
    }

    private void CopyInstructions(Region region, Region target)
    {
        foreach (Instruction instruction in region.Instructions)
            CopyInstruction(instruction, choose(instruction), target);
    }

    private void CopyInstruction(Instruction instruction, Rewrite rewrite, Region target)
    {
        switch (instruction)
        {
            case StructuredInstruction structured when rewrite == Rewrite.Drop:
                Stand(structured.Results, structured.Results.Select(r => Constant.Zero(r.Type)));
                break;
            case If branch when rewrite is Rewrite.First or Rewrite.Second:
                Region taken = rewrite == Rewrite.First ? branch.Then : branch.Else;
                CopyInstructions(taken, target);
                Stand(branch.Results, taken.Yields.Select(Copy));
                break;
            case For or While when rewrite == Rewrite.Second:
                Stand(((StructuredInstruction)instruction).Results, Initial(instruction).Select(Copy));
                break;
            case For or While when rewrite == Rewrite.First:
                Region body = ((StructuredInstruction)instruction).Regions.Single();
                Stand(body.Arguments, (instruction is For loop ? [loop.Lower, .. loop.Initial] : Initial(instruction)).Select(Copy));
                CopyInstructions(body, target);
                Stand(((StructuredInstruction)instruction).Results, body.Yields.Select(Copy));
                break;
            case StructuredInstruction structured:
                int[] kept = [.. Enumerable.Range(0, structured.Results.Length).Where(i => IsKept(structured, i))];
                StructuredInstruction copy = CopyStructured(structured, kept);
                target.Instructions.Add(copy);
                Stand(kept.Select(i => structured.Results[i]), copy.Results);
                break;
            default:
                if (StandIn(instruction, rewrite) is { } standIn)
                    copies[instruction] = standIn;
                else
                    target.Instructions.Add((Instruction)(copies[instruction] = CopyOf(instruction)));
                break;
        }
    }

    private StructuredInstruction CopyStructured(StructuredInstruction instruction, int[] kept)
    {
        if (instruction is If branch)
            return new If(Copy(branch.Condition), CopyRegion(branch.Then, kept, 0), CopyRegion(branch.Else, kept, 0), branch.Location);
        Value[] initial = [.. kept.Select(i => Copy(Initial(instruction)[i]))];
        return instruction is For loop
            ? new For(Copy(loop.Lower), Copy(loop.Upper), loop.Step, initial, CopyRegion(loop.Body, kept, 1), loop.Location)
            : new While(initial, CopyRegion(((While)instruction).Body, kept, 0), instruction.Location);
    }

    private bool IsKept(StructuredInstruction instruction, int index) => keeps(instruction.Results[index]) || instruction switch
    {
        For loop => keeps(loop.Body.Arguments[1 + index]),
        While loop => keeps(loop.Body.Arguments[index]),
        _ => false,
    };

    private Instruction CopyOf(Instruction i) => new(i.Op, i.Type, [.. i.Operands.Select(Copy)], i.Attribute, i.Location);

    private Value? StandIn(Instruction instruction, Rewrite rewrite) => rewrite switch
    {
        Rewrite.Drop => Constant.Zero(instruction.Type),
        Rewrite.One => new Constant(instruction.Type, instruction.Type.Scalar switch
        {
            Scalar.F32 => Constant.F32(1).Bits,
            Scalar.F64 => Constant.F64(1).Bits,
            _ => 1,
        }),
        Rewrite.First when Array.Find(instruction.Operands, o => o.Type == instruction.Type) is { } operand => Copy(operand),
        Rewrite.Second when Array.FindLast(instruction.Operands, o => o.Type == instruction.Type) is { } operand => Copy(operand),
        _ => null,
    };

    private static Value[] Initial(Instruction loop) => loop is For counted ? counted.Initial : ((While)loop).Initial;

    private void Stand(IEnumerable<Value> values, IEnumerable<Value> standIns)
    {
        foreach (var (value, standIn) in values.Zip(standIns).ToArray())
            copies[value] = standIn;
    }

    private Value Copy(Value value) => value is Constant or Parameter ? value : copies[value];
}
