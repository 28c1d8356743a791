using VaeGpu.Gpu.IR;

namespace VaeGpu.Gpu.Passes;

/// <summary>
/// Folds, merges common subexpressions (both by rebuilding), removes what nothing with an effect needs, takes values that
/// a loop does not change out of its carried values, and dissolves loops that run once or never.
/// </summary>
internal sealed class Simplify : Rewriter
{
    private Liveness liveness = null!;

    public static Function Apply(Function function)
    {
        var pass = new Simplify { liveness = new Liveness(function) };
        return pass.Run(function);
    }

    protected override Value Rewrite(Instruction i) =>
        i.Op.IsRemovable() && !liveness.IsLive(i) ? Constant.Zero(i.Type) : base.Rewrite(i);

    protected override void Rewrite(If branch)
    {
        if (!liveness.IsLive(branch))
            return;
        Value condition = Map(branch.Condition);
        int[] kept = Kept(branch);
        if (condition is Constant c)
        {
            Region taken = c.Bits != 0 ? branch.Then : branch.Else;
            RewriteAll(taken);
            DefineKept(branch, kept, Map(kept.Select(i => taken.Yields[i])));
            return;
        }
        Region then = RewriteKept(branch.Then, kept), otherwise = RewriteKept(branch.Else, kept);
        Builder.Location = branch.Location;
        if (then.IsEmpty && !otherwise.IsEmpty)
            (condition, then, otherwise) = (Builder.Not(condition), otherwise, then);
        DefineKept(branch, kept, Builder.AppendIf(new If(condition, then, otherwise, branch.Location)));
    }

    protected override void Rewrite(For loop)
    {
        if (!liveness.IsLive(loop))
            return;
        Value lower = Map(loop.Lower), upper = Map(loop.Upper);
        int[] kept = KeptInLoop(loop, loop.Body.Arguments[1..], loop.Initial, loop.Body);
        Value[] initial = Map(kept.Select(i => loop.Initial[i]));
        long? trips = new For(lower, upper, loop.Step, [], new Region { Arguments = { new RegionArgument(lower.Type) } }, null).TripCount;
        if (trips == 0)
        {
            DefineKept(loop, kept, initial);
            return;
        }
        if (trips == 1)
        {
            Known[loop.Induction] = lower;
            for (int k = 0; k < kept.Length; k++)
                Known[loop.Body.Arguments[1 + kept[k]]] = initial[k];
            RewriteAll(loop.Body);
            DefineKept(loop, kept, Map(kept.Select(i => loop.Body.Yields[i])));
            return;
        }
        var induction = new RegionArgument(loop.Induction.Type);
        Known[loop.Induction] = induction;
        Region body = RewriteLoopBody(loop.Body, 1, kept, induction);
        DefineKept(loop, kept, Builder.Append(new For(lower, upper, loop.Step, initial, body, loop.Location)).Results);
    }

    protected override void Rewrite(While loop)
    {
        if (!liveness.IsLive(loop))
            return;
        int[] kept = KeptInLoop(loop, loop.Body.Arguments, loop.Initial, loop.Body);
        Value[] initial = Map(kept.Select(i => loop.Initial[i]));
        if (loop.Condition is Constant { Bits: 0 })
        {
            for (int k = 0; k < kept.Length; k++)
                Known[loop.Body.Arguments[kept[k]]] = initial[k];
            RewriteAll(loop.Body);
            DefineKept(loop, kept, Map(kept.Select(i => loop.Body.Yields[i])));
            return;
        }
        Region body = RewriteLoopBody(loop.Body, 0, kept, null);
        body.Condition = Map(loop.Condition);
        DefineKept(loop, kept, Builder.Append(new While(initial, body, loop.Location)).Results);
    }

    private int[] Kept(StructuredInstruction instruction) =>
        [.. Enumerable.Range(0, instruction.Results.Length).Where(i => liveness.IsLive(instruction.Results[i]))];

    /// <summary>The carried values to keep; those that the body gives back unchanged are replaced by what they start as.</summary>
    private int[] KeptInLoop(StructuredInstruction loop, List<RegionArgument> arguments, Value[] initial, Region body)
    {
        var kept = new List<int>();
        foreach (int i in Kept(loop))
        {
            if (ReferenceEquals(body.Yields[i], arguments[i]) || ReferenceEquals(body.Yields[i], initial[i])
                || body.Yields[i] is Constant c && initial[i] is Constant d && c.SameAs(d))
            {
                Known[arguments[i]] = Known[loop.Results[i]] = Map(initial[i]);
            }
            else
            {
                kept.Add(i);
            }
        }
        return [.. kept];
    }

    private Region RewriteLoopBody(Region region, int first, int[] kept, RegionArgument? induction)
    {
        var copy = new Region();
        if (induction is not null)
            copy.Arguments.Add(induction);
        foreach (int i in kept)
        {
            var fresh = new RegionArgument(region.Arguments[first + i].Type);
            copy.Arguments.Add(fresh);
            Known[region.Arguments[first + i]] = fresh;
        }
        Builder.Enter(copy);
        RewriteAll(region);
        copy.Yields.AddRange(Map(kept.Select(i => region.Yields[i])));
        Builder.Leave();
        return copy;
    }

    private Region RewriteKept(Region region, int[] kept)
    {
        var copy = new Region();
        Builder.Enter(copy);
        RewriteAll(region);
        copy.Yields.AddRange(Map(kept.Select(i => region.Yields[i])));
        Builder.Leave();
        return copy;
    }

    private void DefineKept(StructuredInstruction instruction, int[] kept, IReadOnlyList<Value> values)
    {
        for (int k = 0; k < kept.Length; k++)
            Known[instruction.Results[kept[k]]] = values[k];
    }
}
