namespace VaeGpu.Gpu.Passes;

/// <summary>
/// Unrolls loops with a constant number of iterations: always where the induction variable reaches the index of a local
/// array, which then becomes a constant; else where the result is small. Iterations that are independent (<see cref="Iterations"/>) are
/// interleaved, instruction by instruction, and loops inside of them that have the same bounds become one (unroll and jam).
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
        if (IsInterleaved(loop, n))
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
        Builder.Emit(Op.Independent, IrType.Bool, []);
        var copies = new Copies(this, inductions.Length);
        copies.Define([loop.Induction], copy => [inductions[copy]]);
        Interleave(loop.Body, copies);
    }

    private void Interleave(Region body, Copies copies)
    {
        foreach (Instruction instruction in body.Instructions)
        {
            if (instruction is For loop && CommonBounds(loop, copies) is var (lower, upper))
            {
                Jam(loop, lower, upper, copies);
                continue;
            }
            Value[] results = instruction is StructuredInstruction structured ? structured.Results : [instruction];
            copies.Define(results, _ =>
            {
                RewriteOne(instruction);
                return [.. results.Select(result => Known[result])];
            });
        }
    }

    /// <summary>The bounds of a loop inside interleaved iterations, if it is not unrolled and they are the same in all.</summary>
    private (Value Lower, Value Upper)? CommonBounds(For loop, Copies copies)
    {
        (Value Lower, Value Upper)[] all = [.. copies.Each(_ => (Map(loop.Lower), Map(loop.Upper)))];
        bool isUnrolled = loop.Trips(all[0].Lower, all[0].Upper) is { } trips && ShouldUnroll(loop, trips);
        return !isUnrolled && Array.TrueForAll(all, IsFirst) ? all[0] : null;

        bool IsFirst((Value Lower, Value Upper) bounds) => IsSame(bounds.Lower, all[0].Lower) && IsSame(bounds.Upper, all[0].Upper);
        static bool IsSame(Value a, Value b) => ReferenceEquals(a, b) || a is Constant x && b is Constant y && x.SameAs(y);
    }

    /// <summary>One loop that does for all iterations what each of them would do in a loop of its own, interleaved.</summary>
    private void Jam(For loop, Value lower, Value upper, Copies copies)
    {
        Value[] initial = [.. copies.Each(_ => Map(loop.Initial)).SelectMany(values => values)];
        var body = new Region();
        Builder.Enter(body);
        Builder.Emit(Op.Independent, IrType.Bool, []);
        RegionArgument induction = body.AddArgument(loop.Induction.Type);
        int outer = copies.Count;
        copies.Define([loop.Induction], _ => [induction]);
        copies.Define([.. loop.Carried], _ => [.. loop.Carried.Select(carried => body.AddArgument(carried.Type))]);
        Interleave(loop.Body, copies);
        body.Yields.AddRange(copies.Each(_ => Map(loop.Body.Yields)).SelectMany(values => values));
        copies.Forget(outer);
        Builder.Leave();
        Builder.Location = loop.Location;
        Result[] results = Builder.Append(new For(lower, upper, loop.Step, initial, body, loop.Location)).Results;
        copies.Define(loop.Results, copy => results[(copy * loop.Results.Length)..][..loop.Results.Length]);
    }

    private bool ShouldUnroll(For loop, long trips)
    {
        long size = loop.Body.All().Count() * trips;
        if (size <= SmallLoop || IsInterleaved(loop, trips))
            return true;
        // A loop too long leaves its array in memory.
        return size <= LargestLoop && IndexesLocalArray(loop);
    }

    private static bool IsInterleaved(For loop, long trips) =>
        trips > 1 && loop.Initial.Length == 0 && loop.Body.All().Count() * trips <= LargestInterleaved
            && loop.Body.Instructions.Any(i => i.Op == Op.Independent);

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

    /// <summary>What values of the old function are in each of several interleaved iterations.</summary>
    private sealed class Copies(Unroll pass, int count)
    {
        private readonly List<Value> defined = [];
        private readonly List<Value>[] known = [.. Enumerable.Range(0, count).Select(_ => new List<Value>())];

        /// <summary>How many values are known.</summary>
        public int Count => defined.Count;

        /// <summary>Makes values known that each iteration has its own of.</summary>
        public void Define(Value[] values, Func<int, Value[]> of)
        {
            Value[][] all = [.. Each(of)];
            defined.AddRange(values);
            for (int copy = 0; copy < count; copy++)
                known[copy].AddRange(all[copy]);
        }

        /// <summary>Something of each iteration, computed while its values are known.</summary>
        public IEnumerable<T> Each<T>(Func<int, T> of)
        {
            for (int copy = 0; copy < count; copy++)
            {
                foreach ((Value value, Value own) in defined.Zip(known[copy]))
                    pass.Known[value] = own;
                yield return of(copy);
            }
        }

        /// <summary>Forgets all but the first so many values: those of an inner region at its end.</summary>
        public void Forget(int left)
        {
            int gone = Count - left;
            foreach (List<Value> values in known.Prepend(defined))
                values.RemoveRange(left, gone);
        }
    }
}
