namespace VaeGpu.Gpu.Passes;

/// <summary>
/// Unrolls loops with a constant number of iterations: always where the induction variable reaches the index of a local
/// array, which then becomes a constant; else where the result is small. Iterations that are independent (<see cref="Iterations"/>) are
/// interleaved, instruction by instruction.
/// </summary>
internal sealed class Unroll : Rewriter
{
    /// <summary>The most instructions that an unrolled loop may come to where unrolling is a choice.</summary>
    private const int SmallLoop = 192;

    /// <summary>The most that it may come to for the sake of a local array; beyond, machine code would be slower than memory.</summary>
    private const int LargestLoop = 20_000;

    /// <summary>The most instructions that interleaved iterations may come to.</summary>
    private const int LargestInterleaved = 4_096;

    public static Function Apply(Function function) =>
        function.Body.All().Any(i => i.Op is Op.For or Op.Independent) ? new Unroll().Run(function) : function;

    /// <summary>This pass has used the guarantee; later passes do not need it.</summary>
    protected override Value Rewrite(Instruction i) => i.Op == Op.Independent ? Constant.Bool(false) : base.Rewrite(i);

    protected override void Rewrite(For loop)
    {
        Value lower = Map(loop.Lower), upper = Map(loop.Upper);
        if (loop.Trips(lower, upper) is not { } n || !ShouldUnroll(loop, n))
        {
            base.Rewrite(loop);
            return;
        }
        if (loop.Initial.Length == 0 && loop.Body.All().Count() * n <= LargestInterleaved
            && loop.Body.Instructions.Any(i => i.Op == Op.Independent))
        {
            Interleave(loop, [.. Enumerable.Range(0, (int)n).Select(trip => Induction(trip))]);
            return;
        }
        Value[] carried = Map(loop.Initial);
        for (long trip = 0; trip < n; trip++)
        {
            Known[loop.Induction] = Induction(trip);
            for (int i = 0; i < carried.Length; i++)
                Known[loop.Body.Arguments[1 + i]] = carried[i];
            RewriteAll(loop.Body);
            carried = Map(loop.Body.Yields);
        }
        Define(loop, carried);

        Constant Induction(long trip) => new(lower.Type, ((Constant)lower).Bits + trip * loop.Step);
    }

    /// <summary>Emits each instruction of the body for all iterations before the next one, behind a mark for the targets.</summary>
    private void Interleave(For loop, Constant[] inductions)
    {
        if (inductions.Length > 1)
            Builder.Emit(Op.Independent, IrType.Bool, []);
        var defined = new List<Value> { loop.Induction };
        List<Value>[] copies = [.. inductions.Select(induction => new List<Value> { induction })];
        foreach (Instruction instruction in loop.Body.Instructions)
        {
            Value[] results = instruction is StructuredInstruction structured ? structured.Results : [instruction];
            foreach (List<Value> copy in copies)
            {
                foreach ((Value value, Value known) in defined.Zip(copy))
                    Known[value] = known;
                RewriteOne(instruction);
                copy.AddRange(results.Select(result => Known[result]));
            }
            defined.AddRange(results);
        }
    }

    private bool ShouldUnroll(For loop, long trips)
    {
        long size = loop.Body.All().Count() * trips;
        if (size <= SmallLoop)
            return true;
        // A loop too long leaves its array in memory.
        return size <= LargestLoop && IndexesLocalArray(loop);
    }

    /// <summary>Whether the induction variable, or what is computed from it, indexes a local array.</summary>
    private static bool IndexesLocalArray(For loop)
    {
        var dependent = new HashSet<Value>(ReferenceEqualityComparer.Instance);
        dependent.UnionWith(loop.Body.Arguments);
        foreach (Instruction instruction in loop.Body.All())
        {
            if (!Array.Exists(instruction.Operands, dependent.Contains))
                continue;
            if (instruction.Op == Op.PtrAdd && instruction.Type.Space == AddressSpace.Local)
                return true;
            dependent.Add(instruction);
            dependent.UnionWith(instruction.Regions.SelectMany(r => r.Arguments));
            if (instruction is StructuredInstruction structured)
                dependent.UnionWith(structured.Results);
        }
        return false;
    }
}
