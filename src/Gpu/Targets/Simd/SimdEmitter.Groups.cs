namespace VaeGpu.Gpu.Targets.Simd;

/// <summary>
/// Groups of several vectors with barriers. What stands between two barriers is a run: it is emitted once, in a loop over
/// the group's vectors. Control flow with a barrier inside is the same for the whole group and stays outside these loops.
/// A value that one run defines and another needs lies in the spill area, one place for each vector.
/// </summary>
internal sealed partial class SimdEmitter
{
    private readonly Dictionary<Instruction, int> runOf = new(ReferenceEqualityComparer.Instance);
    private int runs;

    private void EmitInRuns()
    {
        AssignRuns(function.Body);
        FindSpilled(function.Body);
        EmitGroupRegion(function.Body);
    }

    /// <summary>Numbers the runs; every instruction, nested ones, too, belongs to one.</summary>
    private void AssignRuns(Region region)
    {
        runs++;
        foreach (Instruction i in region.Instructions)
        {
            if (!i.HasBarrier)
            {
                runOf[i] = runs;
                foreach (Instruction nested in i.Regions.SelectMany(r => r.All()))
                    runOf[nested] = runs;
                continue;
            }
            runOf[i] = ++runs;
            foreach (Region nested in i.Regions)
                AssignRuns(nested);
            runs++;
        }
        runs++;
    }

    private void EmitGroupRegion(Region region)
    {
        var run = new List<Instruction>();
        foreach (Instruction i in region.Instructions)
        {
            if (!i.HasBarrier)
            {
                run.Add(i);
                continue;
            }
            EmitRun(run);
            run.Clear();
            switch (i)
            {
                case If branch:
                    EmitGroupIf(branch);
                    break;
                case For loop:
                    EmitGroupFor(loop);
                    break;
                case While loop:
                    EmitGroupWhile(loop);
                    break;
                default:
                    if (i.Op != Op.Barrier)
                        EmitVote(i);
                    break;
            }
        }
        EmitRun(run);
    }

    private void EmitRun(List<Instruction> run)
    {
        if (run.Count > 0)
            EmitRun(() => run.ForEach(EmitInstruction));
    }

    /// <summary>Emits code for each vector; variables of values that differ between vectors are forgotten behind it.</summary>
    private void EmitRun(Action body)
    {
        EmitChunks(body);
        foreach (Value value in locals.Keys.Where(v => v is not Parameter && !variance.Of(v).IsUniform).ToArray())
            locals.Remove(value);
    }

    private void EmitGroupIf(If branch)
    {
        DeclareUniform(branch.Results);
        Choose(branch.Condition, () => Emit(branch.Then), () => Emit(branch.Else));

        void Emit(Region side)
        {
            EmitGroupRegion(side);
            Copy(branch.Results, side.Yields);
        }
    }

    private void EmitGroupFor(For loop)
    {
        List<RegionArgument> carried = loop.Carried;
        Declare(loop.Induction);
        Assign(loop.Induction, loop.Lower);
        DeclareUniform(carried);
        DeclareUniform(loop.Results);
        Copy(carried, loop.Initial);
        EmitRounds(loop, () =>
        {
            EmitGroupRegion(loop.Body);
            Copy(carried, loop.Body.Yields);
        });
        Copy(loop.Results, carried);
    }

    private void EmitGroupWhile(While loop)
    {
        DeclareUniform(loop.Body.Arguments);
        DeclareUniform(loop.Results);
        Copy(loop.Body.Arguments, loop.Initial);
        EmitRounds(loop, () => EmitGroupRegion(loop.Body), () => Copy(loop.Body.Arguments, loop.Body.Yields));
        Copy(loop.Results, loop.Body.Arguments);
    }

    private void DeclareUniform(IEnumerable<Value> values)
    {
        foreach (Value value in values.Where(v => variance.Of(v).IsUniform))
            Declare(value);
    }

    /// <summary>Sets group-level values, all read before any is set: uniform ones in variables, the others in the spill area.</summary>
    private void Copy(IReadOnlyList<Value> targets, IReadOnlyList<Value> values)
    {
        int[] all = [.. Enumerable.Range(0, targets.Count)];
        int[] uniform = [.. all.Where(i => variance.Of(targets[i]).IsUniform)];
        var next = uniform.ToDictionary(i => i, i => il.DeclareLocal(ScalarType(targets[i].Type)));
        foreach (int i in uniform)
        {
            PushScalar(values[i]);
            il.Emit(OpCodes.Stloc, next[i]);
        }
        int[] differing = [.. all.Except(uniform)];
        if (differing.Length > 0)
        {
            EmitRun(() =>
            {
                var read = differing.ToDictionary(i => i, i =>
                    IsScalar(targets[i]) ? [il.DeclareLocal(ScalarType(targets[i].Type))] : DeclareVectors(targets[i].Type));
                foreach (int i in differing)
                    Set(read[i], values[i], IsScalar(targets[i]));
                foreach (int i in differing)
                    StoreSpill(targets[i], read[i]);
            });
        }
        foreach (int i in uniform)
        {
            il.Emit(OpCodes.Ldloc, next[i]);
            il.Emit(OpCodes.Stloc, locals[targets[i]][0]);
        }
    }
}
