using VaeGpu.Gpu.IR;

namespace VaeGpu.Gpu.Passes;

/// <summary>
/// Recognises <c>for (i = a; i &lt; b; i += c)</c>. The importer leaves it as a loop whose body is "if i &lt; b then the
/// iteration and i + c", and which goes on while i &lt; b; with b the same in every iteration it becomes a <see cref="For"/>.
/// </summary>
internal sealed class CountedLoops : Rewriter
{
    public static Function Apply(Function function) => new CountedLoops().Run(function);

    protected override void Rewrite(While loop)
    {
        if (Match(loop) is not { } found)
        {
            base.Rewrite(loop);
            return;
        }
        (If step, int counter, Value bound, Op relation, long increment) = found;
        Value upper = Map(bound);
        if (relation is Op.Le or Op.Ge)
            upper = Builder.Add(upper, new Constant(upper.Type, relation == Op.Le ? 1 : -1));
        Value[] initial = Map(loop.Initial);
        var body = new Region();
        body.Arguments.Add(new RegionArgument(upper.Type));
        Known[loop.Body.Arguments[counter]] = body.Arguments[0];
        for (int i = 0; i < initial.Length; i++)
        {
            var carried = new RegionArgument(initial[i].Type);
            body.Arguments.Add(carried);
            if (i != counter)
                Known[loop.Body.Arguments[i]] = carried;
        }
        Builder.Enter(body);
        foreach (Instruction instruction in loop.Body.Instructions)
        {
            if (instruction != step)
                Known[instruction] = Rewrite(instruction);
        }
        RewriteAll(step.Then);
        for (int i = 0; i < initial.Length; i++)
            body.Yields.Add(Yield(loop, step, i));
        Builder.Leave();
        Define(loop, Builder.Append(new For(initial[counter], upper, increment, initial, body, loop.Location)).Results);
    }

    private Value Yield(While loop, If step, int i) => loop.Body.Yields[i] switch
    {
        Result result when result.Owner == step => Map(step.Then.Yields[result.Index]),
        var unchanged => Map(unchanged),
    };

    private static (If Step, int Counter, Value Bound, Op Relation, long Increment)? Match(While loop)
    {
        Region body = loop.Body;
        if (body.Instructions.Count == 0 || body.Instructions[^1] is not If step || !ReferenceEquals(step.Condition, loop.Condition))
            return null;
        if (!body.Instructions[..^1].TrueForAll(i => i.Op.IsPure()) || !step.Else.IsEmpty || loop.Condition is not Instruction test)
            return null;
        for (int i = 0; i < body.Yields.Count; i++)
        {
            bool unchangedAtExit = body.Yields[i] switch
            {
                Result result when result.Owner == step => ReferenceEquals(step.Else.Yields[result.Index], body.Arguments[i]),
                var other => ReferenceEquals(other, body.Arguments[i]),
            };
            if (!unchangedAtExit)
                return null;
        }
        return Match(loop, step, test);
    }

    private static (If, int, Value, Op, long)? Match(While loop, If step, Instruction test)
    {
        Region body = loop.Body;
        var inside = new HashSet<Value>(body.All(), ReferenceEqualityComparer.Instance);
        inside.UnionWith(body.Arguments);
        for (int side = 0; side < 2; side++)
        {
            int counter = body.Arguments.FindIndex(a => ReferenceEquals(a, test.Operands[side]));
            if (counter < 0 || inside.Contains(test.Operands[1 - side]))
                continue;
            Value bound = test.Operands[1 - side];
            Op relation = Relation(side == 0 ? test.Op : Mirror(test.Op), loop.Initial[counter], bound);
            if (body.Yields[counter] is not Result result || step.Then.Yields[result.Index] is not Instruction { Op: Op.Add } next
                || !ReferenceEquals(next.Operands[0], body.Arguments[counter]) || next.Operands[1] is not Constant increment || increment.Bits == 0)
            {
                continue;
            }
            bool fits = increment.Bits > 0 ? relation is Op.Lt or Op.Le : relation is Op.Gt or Op.Ge;
            if (fits)
                return (step, counter, bound, relation, increment.Bits);
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
