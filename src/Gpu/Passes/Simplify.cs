namespace VaeGpu.Gpu.Passes;

/// <summary>
/// Folds, merges common subexpressions (both by rebuilding), removes what nothing with an effect needs, takes values that
/// a loop does not change out of its carried values, and dissolves loops that run once or never.
/// </summary>
internal sealed class Simplify : Rewriter
{
    private Liveness liveness = null!;

    /// <summary>Which results of a branch, and which carried values of a loop, there still are.</summary>
    private readonly Dictionary<StructuredInstruction, int[]> kept = new(ReferenceEqualityComparer.Instance);

    public static Function Apply(Function function)
    {
        var pass = new Simplify { liveness = new Liveness(function) };
        return pass.Run(function);
    }

    protected override Value Rewrite(Instruction i) => i.Op.IsRemovable() && !liveness.IsLive(i) ? Constant.Zero(i.Type) : base.Rewrite(i);

    protected override void Rewrite(If branch)
    {
        if (!liveness.IsLive(branch))
            return;
        Value condition = Map(branch.Condition);
        kept[branch] = [.. Live(branch)];
        if (condition is Constant c)
        {
            RewriteOnce(branch, c.Bits != 0 ? branch.Then : branch.Else);
            return;
        }
        Region then = RewriteRegion(branch, branch.Then), otherwise = RewriteRegion(branch, branch.Else);
        Builder.Location = branch.Location;
        if (then.IsEmpty && !otherwise.IsEmpty)
            (condition, then, otherwise) = (Builder.Not(condition), otherwise, then);
        DefineResults(branch, Builder.AppendIf(new If(condition, then, otherwise, branch.Location)));
    }

    protected override void RewriteLoop(LoopInstruction loop)
    {
        if (!liveness.IsLive(loop))
            return;
        FindKept(loop);
        long? trips = loop is For counted ? counted.Trips(Map(counted.Lower), Map(counted.Upper))
            : ((While)loop).Condition is Constant { Bits: 0 } ? 1 : null;
        if (trips == 0)
        {
            DefineResults(loop, Initial(loop));
        }
        else if (trips == 1)
        {
            if (loop is For once)
                Known[once.Induction] = Map(once.Lower);
            List<RegionArgument> carried = loop.Carried;
            foreach (int i in kept[loop])
                Known[carried[i]] = Map(loop.Initial[i]);
            RewriteOnce(loop, loop.Body);
        }
        else
        {
            base.RewriteLoop(loop);
        }
    }

    private void RewriteOnce(StructuredInstruction owner, Region region)
    {
        RewriteAll(region);
        DefineResults(owner, Yields(owner, region));
    }

    private IEnumerable<int> Live(StructuredInstruction instruction) =>
        Enumerable.Range(0, instruction.Results.Length).Where(i => liveness.IsLive(instruction.Results[i]));

    /// <summary>Finds the carried values to keep; those that the body gives back unchanged are replaced by what they start as.</summary>
    private void FindKept(LoopInstruction loop)
    {
        var found = new List<int>();
        List<RegionArgument> carried = loop.Carried;
        foreach (int i in Live(loop))
        {
            Value start = loop.Initial[i], next = loop.Body.Yields[i];
            if (ReferenceEquals(next, carried[i]) || ReferenceEquals(next, start) || next is Constant c && start is Constant d
                && c.SameAs(d))
                Known[carried[i]] = Known[loop.Results[i]] = Map(start);
            else
                found.Add(i);
        }
        kept[loop] = [.. found];
    }

    protected override Value[] Initial(LoopInstruction loop) => Map(kept[loop].Select(i => loop.Initial[i]));

    protected override Value[] Yields(StructuredInstruction owner, Region region) => Map(kept[owner].Select(i => region.Yields[i]));

    protected override void AddArguments(StructuredInstruction owner, Region region, Region copy)
    {
        if (owner is For counted)
            Known[counted.Induction] = copy.AddArgument(counted.Induction.Type);
        if (owner is not LoopInstruction loop)
            return;
        List<RegionArgument> carried = loop.Carried;
        foreach (int i in kept[loop])
            Known[carried[i]] = copy.AddArgument(carried[i].Type);
    }

    protected override void DefineResults(StructuredInstruction instruction, IReadOnlyList<Value> values)
    {
        foreach ((int i, Value value) in kept[instruction].Zip(values))
            Known[instruction.Results[i]] = value;
    }
}
