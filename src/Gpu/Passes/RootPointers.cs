namespace VaeGpu.Gpu.Passes;

/// <summary>
/// Where the ways that join, or the iterations of a loop, leave different places of one view, the offset in bytes is what
/// flows and the view's own pointer stays fixed. A vector target can then address each lane from one base.
/// </summary>
internal sealed class RootPointers : Rewriter
{
    private readonly Dictionary<Value, Value> roots = new(ReferenceEqualityComparer.Instance);

    public static Function Apply(Function function)
    {
        if (!function.Body.All().Any(ChoosesPointer))
            return function;
        var pass = new RootPointers();
        while (!pass.Settle(function.Body)) { }
        return pass.Run(function);
    }

    private static bool ChoosesPointer(Instruction i) =>
        i.Op == Op.Select && i.Type.IsPointer || i is StructuredInstruction s && Array.Exists(s.Results, r => r.Type.IsPointer);

    /// <summary>
    /// Finds the pointer that each pointer is an offset from; itself where there is no other. A loop's are taken to keep the
    /// root that they start with, until one is found that does not: then false, and everything is looked at again.
    /// </summary>
    private bool Settle(Region region)
    {
        bool settled = true;
        foreach (Instruction i in region.Instructions)
        {
            switch (i)
            {
                case If branch:
                    settled &= Settle(branch.Then) & Settle(branch.Else);
                    foreach (Result result in branch.Results)
                        roots[result] = Common(branch.Then.Yields[result.Index], branch.Else.Yields[result.Index]) ?? result;
                    break;
                case LoopInstruction loop:
                    settled &= Settle(loop);
                    break;
                default:
                    if (i.Type.IsPointer)
                        roots[i] = i.Op == Op.PtrAdd
                            ? Root(i.Operands[0])
                            : i.Op == Op.Select ? Common(i.Operands[1], i.Operands[2]) ?? i : i;
                    break;
            }
        }
        return settled;
    }

    private bool Settle(LoopInstruction loop)
    {
        List<RegionArgument> carried = loop.Carried;
        for (int k = 0; k < carried.Count; k++)
            roots[carried[k]] = Own(carried[k]) ? carried[k] : Root(loop.Initial[k]);
        bool settled = Settle(loop.Body);
        for (int k = 0; k < carried.Count; k++)
        {
            RegionArgument argument = carried[k];
            if (argument.Type.IsPointer && !Own(argument) && Root(loop.Body.Yields[k]) != Root(loop.Initial[k]))
            {
                roots[argument] = argument;
                settled = false;
            }
            roots[loop.Results[k]] = Own(argument) ? loop.Results[k] : Root(loop.Initial[k]);
        }
        return settled;
    }

    private bool Own(Value value) => roots.TryGetValue(value, out Value? root) && ReferenceEquals(root, value);

    private Value Root(Value value) => roots.GetValueOrDefault(value, value);

    private Value? Common(Value a, Value b) => ReferenceEquals(Root(a), Root(b)) ? Root(a) : null;

    private bool IsMoved(Value value) => value.Type.IsPointer && !Own(value);

    protected override Value Rewrite(Instruction i)
    {
        if (i.Op != Op.Select || !IsMoved(i))
            return base.Rewrite(i);
        Value offset = Builder.Select(Map(i.Operands[0]), Offset(i.Operands[1]), Offset(i.Operands[2]));
        return Builder.PtrAdd(Map(roots[i]), offset, 1);
    }

    protected override Value[] Initial(LoopInstruction loop) => Moved(loop, loop.Initial);

    protected override Value[] Yields(StructuredInstruction owner, Region region) => Moved(owner, region.Yields);

    private Value[] Moved(StructuredInstruction owner, IEnumerable<Value> values) =>
        [.. values.Zip(owner.Results, (value, result) => IsMoved(result) ? Offset(value) : Map(value))];

    protected override void AddArguments(StructuredInstruction owner, Region region, Region copy)
    {
        foreach (RegionArgument argument in region.Arguments)
        {
            Known[argument] = IsMoved(argument)
                ? Builder.PtrAdd(Map(roots[argument]), copy.AddArgument(IrType.I64), 1)
                : copy.AddArgument(argument.Type);
        }
    }

    protected override void DefineResults(StructuredInstruction instruction, IReadOnlyList<Value> values) => Define(instruction,
        [.. instruction.Results.Select((r, k) => IsMoved(r) ? Builder.PtrAdd(Map(roots[r]), values[k], 1) : values[k])]);

    /// <summary>The bytes from a pointer's root to it.</summary>
    private Value Offset(Value pointer) => Builder.Binary(Op.Sub, FromBase(Map(pointer)), FromBase(Map(Root(pointer))));

    /// <summary>The bytes that an address adds; a root adds some, too, where rewriting decided a choice.</summary>
    private Value FromBase(Value pointer)
    {
        Value sum = Constant.I64(0);
        for (; pointer is Instruction { Op: Op.PtrAdd } add; pointer = add.Operands[0])
        {
            Value index = add.Operands[1];
            if (index.Type == IrType.I32)
                index = Builder.Emit(Op.SignExtend, IrType.I64, [index]);
            sum = Builder.Add(sum, Builder.Mul(index, Constant.I64(add.Attribute)));
        }
        return sum;
    }
}
