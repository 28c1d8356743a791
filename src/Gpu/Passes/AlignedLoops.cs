namespace VaeGpu.Gpu.Passes;

/// <summary>
/// Loops that all threads of a group go round equally often, though each begins at its own index:
/// <c>for (i = m·D + t; i &lt; n·D; i += s·D)</c> with the thread's index t below D, the group's size. As t decides nothing, the loop is
/// made to count m·D, m·D + s·D … for all of them, so that barriers may stand inside.
/// </summary>
internal sealed class AlignedLoops : Rewriter
{
    private readonly Index3D groupDim;
    private readonly Dictionary<StructuredInstruction, Instruction> threads = [];

    private AlignedLoops(Index3D groupDim) => this.groupDim = groupDim;

    public static Function Apply(Function function, Index3D groupDim) =>
        function.Body.All().Any(i => i is For && i.HasBarrier) ? new AlignedLoops(groupDim).Run(function) : function;

    protected override void Rewrite(For loop)
    {
        Value lower = Map(loop.Lower), upper = Map(loop.Upper);
        if (!loop.HasBarrier || loop.Step < 0 || Split(lower) is not { } parts
            || loop.Step % groupDim.Along(parts.Thread.Attribute) != 0 || !IsMultiple(upper, groupDim.Along(parts.Thread.Attribute)))
        {
            base.Rewrite(loop);
            return;
        }
        threads[loop] = parts.Thread;
        Value[] initial = Initial(loop);
        Region body = RewriteRegion(loop, loop.Body);
        Define(loop, Builder.Append(new For(parts.Base, upper, loop.Step, initial, body, loop.Location)).Results);
    }

    protected override void AddArguments(StructuredInstruction owner, Region region, Region copy)
    {
        base.AddArguments(owner, region, copy);
        if (threads.TryGetValue(owner, out Instruction? thread))
            Known[region.Arguments[0]] = Builder.Add(copy.Arguments[0], thread);
    }

    /// <summary>A sum of a thread's index and of multiples of the group's size.</summary>
    private (Value Base, Instruction Thread)? Split(Value lower)
    {
        if (lower is Instruction { Op: Op.GroupIndex } thread)
            return (Constant.Zero(lower.Type), thread);
        if (lower is not Instruction { Op: Op.Add } sum)
            return null;
        for (int side = 0; side < 2; side++)
        {
            if (Split(sum.Operands[side]) is { } parts && IsMultiple(sum.Operands[1 - side], groupDim.Along(parts.Thread.Attribute)))
                return (Builder.Add(parts.Base, sum.Operands[1 - side]), parts.Thread);
        }
        return null;
    }

    private static bool IsMultiple(Value value, long of) => value switch
    {
        Constant c => c.Bits % of == 0,
        Instruction { Op: Op.Mul } i => IsMultiple(i.Operands[0], of) || IsMultiple(i.Operands[1], of),
        Instruction { Op: Op.Add or Op.Sub } i => IsMultiple(i.Operands[0], of) && IsMultiple(i.Operands[1], of),
        Instruction { Op: Op.Shl } i when i.Operands[1] is Constant { Bits: >= 0 and < 31 } c =>
            (1L << c.Int) % of == 0 || IsMultiple(i.Operands[0], of),
        _ => false,
    };
}
