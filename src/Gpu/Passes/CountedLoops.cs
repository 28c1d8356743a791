namespace VaeGpu.Gpu.Passes;

/// <summary>
/// Recognizes <c>for (i = a; i &lt; b; i += c)</c>. The importer leaves it as a loop whose body is "if i &lt; b then the
/// iteration and i + c", and which goes on while i &lt; b; with b the same in every iteration it becomes a <see cref="For"/>.
/// </summary>
internal sealed class CountedLoops : Rewriter
{
    public static Function Apply(Function function) =>
        function.Body.All().Any(i => i.Op == Op.While) ? new CountedLoops().Run(function) : function;

    protected override void Rewrite(While loop)
    {
        if (HeadTest.Find(loop) is not { } test || Match(test) is not { } found)
        {
            base.Rewrite(loop);
            return;
        }
        (int counter, Value bound, Op relation, long increment) = found;
        // What the bound is computed from goes before the loop.
        HashSet<Value> variant = test.Variant();
        foreach (Instruction instruction in test.Head.Where(i => !variant.Contains(i)))
            Known[instruction] = Rewrite(instruction);
        Value upper = Map(bound);
        if (relation is Op.Le or Op.Ge)
            upper = Builder.Add(upper, new Constant(upper.Type, relation == Op.Le ? 1 : -1));
        Value[] initial = Map(loop.Initial);
        var body = new Region();
        RegionArgument induction = body.AddArgument(upper.Type);
        for (int i = 0; i < initial.Length; i++)
            Known[loop.Body.Arguments[i]] = body.AddArgument(initial[i].Type);
        Known[loop.Body.Arguments[counter]] = induction;
        Builder.Enter(body);
        foreach (Instruction instruction in test.Head)
            Known[instruction] = Rewrite(instruction);
        RewriteAll(test.Step.Then);
        for (int i = 0; i < initial.Length; i++)
            body.Yields.Add(Map(test.Next(i)));
        Builder.Leave();
        Define(loop, Builder.Append(new For(initial[counter], upper, increment, initial, body, loop.Location)).Results);
    }

    private static (int Counter, Value Bound, Op Relation, long Increment)? Match(HeadTest head)
    {
        While loop = head.Loop;
        Region body = loop.Body;
        if (loop.Condition is not Instruction { Operands.Length: 2 } test)
            return null;
        HashSet<Value> variant = head.Variant();
        for (int side = 0; side < 2; side++)
        {
            int counter = body.Arguments.FindIndex(a => ReferenceEquals(a, test.Operands[side]));
            if (counter < 0 || variant.Contains(test.Operands[1 - side]))
                continue;
            Value bound = test.Operands[1 - side];
            Op relation = Relation(side == 0 ? test.Op : Mirror(test.Op), loop.Initial[counter], bound);
            if (head.Next(counter) is not Instruction { Op: Op.Add } next
                || !ReferenceEquals(next.Operands[0], body.Arguments[counter]) || next.Operands[1] is not Constant increment
                    || increment.Bits == 0)
            {
                continue;
            }
            bool fits = increment.Bits > 0 ? relation is Op.Lt or Op.Le : relation is Op.Gt or Op.Ge;
            if (fits)
                return (counter, bound, relation, increment.Bits);
        }
        return null;
    }

    /// <summary>An unsigned comparison of numbers that are not negative is a signed one.</summary>
    private static Op Relation(Op op, Value initial, Value bound)
    {
        bool small = initial is Constant { Bits: >= 0 } && bound is Constant { Bits: >= 0 };
        return op switch
        {
            Op.LtU when small => Op.Lt,
            Op.LeU when small => Op.Le,
            _ => op,
        };
    }

    private static Op Mirror(Op op) => op switch
    {
        Op.Lt => Op.Gt,
        Op.Le => Op.Ge,
        Op.Gt => Op.Lt,
        Op.Ge => Op.Le,
        Op.GtU => Op.LtU,
        Op.GeU => Op.LeU,
        _ => Op.Eq,
    };
}
