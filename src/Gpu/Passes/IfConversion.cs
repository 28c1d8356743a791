namespace VaeGpu.Gpu.Passes;

/// <summary>
/// Turns small branches that only compute into straight code with selects; their loads become loads under a condition.
/// A vector target then needs no masks, and the others no jumps.
/// </summary>
internal sealed class IfConversion : Rewriter
{
    private const int MostInstructions = 12, MostLoads = 4;

    private Value? predicate;

    public static Function Apply(Function function) => new IfConversion().Run(function);

    protected override void Rewrite(If branch)
    {
        if (!IsSmall(branch))
        {
            Value? outside = predicate;
            predicate = null;
            base.Rewrite(branch);
            predicate = outside;
            return;
        }
        Value? enclosing = predicate;
        Value condition = Map(branch.Condition);
        Value[] whenTrue = Flatten(branch.Then, enclosing, condition);
        Value[] whenFalse = Flatten(branch.Else, enclosing, Builder.Not(condition));
        predicate = enclosing;
        Define(branch, [.. whenTrue.Zip(whenFalse, (a, b) => Builder.Select(condition, a, b))]);
    }

    protected override Value Rewrite(Instruction i)
    {
        if (i.Op != Op.Load || predicate is null)
            return base.Rewrite(i);
        Value condition = i.Operands.Length > 1 ? Builder.And(predicate, Map(i.Operands[1])) : predicate;
        Value otherwise = i.Operands.Length > 1 ? Map(i.Operands[2]) : Constant.Zero(i.Type);
        return Builder.Emit(Op.Load, i.Type, [Map(i.Operands[0]), condition, otherwise], i.Attribute);
    }

    private Value[] Flatten(Region region, Value? enclosing, Value condition)
    {
        predicate = enclosing is null ? condition : Builder.And(enclosing, condition);
        RewriteAll(region);
        return Map(region.Yields);
    }

    private static bool IsSmall(If branch)
    {
        Instruction[] all = [.. branch.Then.All(), .. branch.Else.All()];
        return all.Length <= MostInstructions && all.Count(i => i.Op == Op.Load) <= MostLoads
            && Array.TrueForAll(all, i => i is If || i.Op == Op.Load || i.Op.IsPure() && !IsExpensive(i.Op));
    }

    private static bool IsExpensive(Op op) => op is >= Op.Exp and <= Op.Pow or Op.Rem or Op.RemU or Op.DivU;
}
