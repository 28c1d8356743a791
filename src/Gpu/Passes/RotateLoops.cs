namespace VaeGpu.Gpu.Passes;

/// <summary>
/// Turns <c>while (c) body</c> that is no counted loop into <c>if (c) do body while (c)</c>: the iteration, and a barrier in
/// it, then stands in the loop itself and under no further condition. Where the first test is decided, no condition is left.
/// </summary>
internal sealed class RotateLoops : Rewriter
{
    public static Function Apply(Function function) =>
        function.Body.All().Any(i => i.Op == Op.While) ? new RotateLoops().Run(function) : function;

    protected override void Rewrite(While loop)
    {
        if (HeadTest.Find(loop) is not { } test)
        {
            base.Rewrite(loop);
            return;
        }
        Value[] initial = Map(loop.Initial);
        Value enters = Condition(test, initial);
        if (enters is Constant c)
        {
            Define(loop, c.Bits != 0 ? Rotated(test, initial).Results : initial);
            return;
        }
        Region then = new(), otherwise = new();
        Builder.Enter(then);
        then.Yields.AddRange(Rotated(test, initial).Results);
        Builder.Leave();
        otherwise.Yields.AddRange(initial);
        Define(loop, Builder.AppendIf(new If(enters, then, otherwise, loop.Location)));
    }

    private While Rotated(HeadTest test, Value[] initial)
    {
        var body = new Region();
        body.Arguments.AddRange(initial.Select(v => new RegionArgument(v.Type)));
        Builder.Enter(body);
        // The iteration uses what the head computes; where it does not, these copies are dropped.
        Condition(test, body.Arguments);
        RewriteAll(test.Step.Then);
        body.Yields.AddRange(Map(Enumerable.Range(0, initial.Length).Select(test.Next)));
        body.Condition = Condition(test, body.Yields);
        Builder.Leave();
        return Builder.Append(new While(initial, body, test.Loop.Location));
    }

    /// <summary>Computes the head's condition for these values of the carried variables.</summary>
    private Value Condition(HeadTest test, IReadOnlyList<Value> carried)
    {
        for (int i = 0; i < carried.Count; i++)
            Known[test.Loop.Body.Arguments[i]] = carried[i];
        foreach (Instruction instruction in test.Head)
            Known[instruction] = Rewrite(instruction);
        return Map(test.Loop.Condition);
    }
}
