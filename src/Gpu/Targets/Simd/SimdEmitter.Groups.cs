using System.Reflection.Emit;
using VaeGpu.Gpu.IR;

namespace VaeGpu.Gpu.Targets.Simd;

/// <summary>
/// Groups of several vectors with barriers. What stands between two barriers is a run: it is emitted once, in a loop over
/// the group's vectors. Control flow with a barrier inside is the same for the whole group and stays outside these loops.
/// A value that one run defines and another needs lies in the spill area, one place for each vector.
/// </summary>
internal sealed partial class SimdEmitter
{
    private readonly Dictionary<Value, (long Offset, int Bytes)> spilled = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Instruction, int> runOf = new(ReferenceEqualityComparer.Instance);
    private int runs;

    private void EmitInRuns()
    {
        AssignRuns(function.Body);
        FindSpilled(function.Body);
        EmitGroupRegion(function.Body);
    }

    private static bool HasBarrier(Instruction i) =>
        i.Op.IsBarrier() || i is StructuredInstruction s && s.Regions.Any(r => r.All().Any(x => x.Op.IsBarrier()));

    /// <summary>Numbers the runs; every instruction, nested ones, too, belongs to one.</summary>
    private void AssignRuns(Region region)
    {
        runs++;
        foreach (Instruction i in region.Instructions)
        {
            if (!HasBarrier(i))
            {
                runOf[i] = runs;
                if (i is StructuredInstruction inner)
                {
                    foreach (Instruction nested in inner.Regions.SelectMany(r => r.All()))
                        runOf[nested] = runs;
                }
                continue;
            }
            runOf[i] = ++runs;
            if (i is StructuredInstruction structured)
            {
                foreach (Region nested in structured.Regions)
                    AssignRuns(nested);
            }
            runs++;
        }
        runs++;
    }

    /// <summary>Gives a place to every value that is not uniform and is needed outside the run that defines it.</summary>
    private void FindSpilled(Region region)
    {
        foreach (Instruction i in region.Instructions)
        {
            if (i is not StructuredInstruction structured)
            {
                SpillIfCrossing(i, i);
                continue;
            }
            foreach (Result result in structured.Results)
            {
                if (HasBarrier(i))
                    AddSpill(result);
                else
                    SpillIfCrossing(result, i);
            }
            if (!HasBarrier(i))
                continue;
            foreach (Region nested in structured.Regions)
            {
                foreach (RegionArgument argument in nested.Arguments)
                    AddSpill(argument);
                FindSpilled(nested);
            }
        }
    }

    private void SpillIfCrossing(Value value, Instruction definition)
    {
        // A user that is null is the end of a region at group level: yields are copied in a run of their own.
        if (usage.ReadersOf(value).Any(u => u is null || runOf[u] != runOf[definition]))
            AddSpill(value);
    }

    private void AddSpill(Value value)
    {
        if (variance.Of(value).IsUniform || value is Instruction i && usage.IsDeferred(i))
            return;
        int bytes = IsScalar(value) ? 8 : width * value.Type.Bytes;
        spilled[value] = (SpillBytes, bytes);
        SpillBytes += (long)bytes * chunks;
    }

    private void EmitGroupRegion(Region region)
    {
        var run = new List<Instruction>();
        foreach (Instruction i in region.Instructions)
        {
            if (!HasBarrier(i))
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
        Label otherwise = il.DefineLabel(), end = il.DefineLabel();
        PushScalar(branch.Condition);
        il.Emit(OpCodes.Brfalse, otherwise);
        EmitGroupRegion(branch.Then);
        Copy(branch.Results, branch.Then.Yields);
        il.Emit(OpCodes.Br, end);
        il.MarkLabel(otherwise);
        EmitGroupRegion(branch.Else);
        Copy(branch.Results, branch.Else.Yields);
        il.MarkLabel(end);
    }

    private void EmitGroupFor(For loop)
    {
        List<RegionArgument> carried = loop.Body.Arguments[1..];
        Declare(loop.Induction);
        Assign(loop.Induction, loop.Lower);
        DeclareUniform(carried);
        DeclareUniform(loop.Results);
        Copy(carried, loop.Initial);
        Label again = il.DefineLabel(), test = il.DefineLabel();
        il.Emit(OpCodes.Br, test);
        il.MarkLabel(again);
        EmitGroupRegion(loop.Body);
        Copy(carried, loop.Body.Yields);
        EmitStep(loop);
        il.MarkLabel(test);
        PushScalar(loop.Induction);
        PushScalar(loop.Upper);
        il.Emit(loop.Step > 0 ? OpCodes.Blt : OpCodes.Bgt, again);
        Copy(loop.Results, carried);
    }

    private void EmitGroupWhile(While loop)
    {
        DeclareUniform(loop.Body.Arguments);
        DeclareUniform(loop.Results);
        Copy(loop.Body.Arguments, loop.Initial);
        Label again = il.DefineLabel();
        LocalBuilder condition = il.DeclareLocal(typeof(int));
        il.MarkLabel(again);
        EmitGroupRegion(loop.Body);
        PushScalar(loop.Condition);
        il.Emit(OpCodes.Stloc, condition);
        Copy(loop.Body.Arguments, loop.Body.Yields);
        il.Emit(OpCodes.Ldloc, condition);
        il.Emit(OpCodes.Brtrue, again);
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
                var read = differing.ToDictionary(i => i, i => IsScalar(targets[i]) ? [il.DeclareLocal(ScalarType(targets[i].Type))] : DeclareVectors(targets[i].Type));
                foreach (int i in differing)
                    Push(targets[i], values[i], read[i]);
                foreach (int i in differing)
                    StoreSpill(targets[i], read[i]);
            });
        }
        foreach (int i in uniform)
        {
            il.Emit(OpCodes.Ldloc, next[i]);
            il.Emit(OpCodes.Stloc, locals[targets[i]][0]);
        }

        void Push(Value target, Value value, LocalBuilder[] variable)
        {
            for (int half = 0; half < variable.Length; half++)
            {
                if (IsScalar(target))
                    PushScalar(value);
                else
                    PushVector(value, half);
                il.Emit(OpCodes.Stloc, variable[half]);
            }
        }
    }

    /// <summary>A vote or broadcast of a group of one vector.</summary>
    private void EmitGroupOperation(Instruction i)
    {
        if (i.Op == Op.GroupBroadcast)
        {
            PushLane(i.Operands[0], () => PushScalar(i.Operands[1]));
            return;
        }
        PushVoteBits(i);
        EmitVoteResult(i.Op);
    }

    /// <summary>Pushes the lanes in which a vote's predicate holds, and for And, too, those that the group does not have.</summary>
    private void PushVoteBits(Instruction i)
    {
        if (width == 1)
        {
            PushScalar(i.Operands[0]);
            il.Emit(OpCodes.Conv_U8);
            return;
        }
        PushMaskBits(CombineMask(i.Operands[0]));
        if (i.Op != Op.BarrierAnd || mask is null)
            return;
        PushMaskBits(mask);
        il.Emit(OpCodes.Not);
        il.Emit(OpCodes.Or);
        PushMaskBits(null);
        il.Emit(OpCodes.And);
    }

    private void EmitVoteResult(Op op)
    {
        switch (op)
        {
            case Op.BarrierAnd:
                il.Emit(OpCodes.Ldc_I8, (1L << width) - 1);
                il.Emit(OpCodes.Ceq);
                break;
            case Op.BarrierOr:
                il.Emit(OpCodes.Ldc_I8, 0L);
                il.Emit(OpCodes.Cgt_Un);
                break;
            default:
                il.Emit(OpCodes.Call, typeof(System.Numerics.BitOperations).GetMethod(nameof(System.Numerics.BitOperations.PopCount), [typeof(ulong)])!);
                break;
        }
    }

    /// <summary>Pushes one lane's value of a vector.</summary>
    private void PushLane(Value value, Action pushLane)
    {
        if (IsScalar(value) && variance.Of(value).Stride == 0)
        {
            PushScalar(value);
            return;
        }
        StoreWork(value, 0);
        PushWorkAddress(0, 0);
        pushLane();
        il.Emit(OpCodes.Conv_I);
        PushScale(value.Type.Bytes);
        il.Emit(OpCodes.Add);
        il.Emit(value.Type.Scalar switch
        {
            Scalar.F32 => OpCodes.Ldind_R4,
            Scalar.F64 => OpCodes.Ldind_R8,
            Scalar.I64 => OpCodes.Ldind_I8,
            _ => OpCodes.Ldind_I4,
        });
        if (value.Type == IrType.Bool)
            il.Emit(OpCodes.Neg);
    }

    /// <summary>A vote or broadcast of a group of several vectors: each adds its part.</summary>
    private void EmitVote(Instruction i)
    {
        LocalBuilder total = Declare(i)[0];
        if (i.Op != Op.GroupBroadcast)
        {
            il.Emit(i.Op == Op.BarrierAnd ? OpCodes.Ldc_I4_1 : OpCodes.Ldc_I4_0);
            il.Emit(OpCodes.Stloc, total);
        }
        EmitRun(() =>
        {
            if (i.Op == Op.GroupBroadcast)
            {
                EmitBroadcastPart(i, total);
                return;
            }
            PushVoteBits(i);
            EmitVoteResult(i.Op);
            il.Emit(OpCodes.Ldloc, total);
            il.Emit(i.Op switch { Op.BarrierAnd => OpCodes.And, Op.BarrierOr => OpCodes.Or, _ => OpCodes.Add });
            il.Emit(OpCodes.Stloc, total);
        });
    }

    private void EmitBroadcastPart(Instruction i, LocalBuilder total)
    {
        Label elsewhere = il.DefineLabel();
        LocalBuilder lane = il.DeclareLocal(typeof(int));
        PushScalar(i.Operands[1]);
        il.Emit(OpCodes.Ldloc, firstLane!);
        il.Emit(OpCodes.Sub);
        il.Emit(OpCodes.Stloc, lane);
        il.Emit(OpCodes.Ldloc, lane);
        il.Emit(OpCodes.Ldc_I4, width);
        il.Emit(OpCodes.Bge_Un, elsewhere);
        PushLane(i.Operands[0], () => il.Emit(OpCodes.Ldloc, lane));
        il.Emit(OpCodes.Stloc, total);
        il.MarkLabel(elsewhere);
    }

    private void SpillIfNeeded(Value value)
    {
        if (spilled.ContainsKey(value))
            StoreSpill(value, locals[value]);
    }

    private void StoreSpill(Value value, LocalBuilder[] variable)
    {
        for (int half = 0; half < variable.Length; half++)
        {
            if (IsScalar(value))
            {
                PushSpillAddress(value, 0);
                il.Emit(OpCodes.Ldloc, variable[half]);
                il.Emit(StoreIndirect(SpillType(value.Type)));
                continue;
            }
            Type element = VectorTypes.Element(value.Type);
            il.Emit(OpCodes.Ldloc, variable[half]);
            PushSpillAddress(value, half);
            vectors.Call(il, "Store", vectors.Vector(element), element.MakePointerType());
        }
    }

    private bool PushSpilledScalar(Value value)
    {
        if (!spilled.ContainsKey(value))
            return false;
        PushSpillAddress(value, 0);
        if (IsScalar(value))
        {
            il.Emit(LoadIndirect(SpillType(value.Type)));
            if (value.Type.IsPointer)
                il.Emit(OpCodes.Conv_I);
        }
        else
        {
            Type element = VectorTypes.Element(value.Type);
            vectors.Call(il, "Load", element.MakePointerType());
            vectors.Call(il, "ToScalar", vectors.Vector(element));
        }
        return true;
    }

    private bool PushSpilledVector(Value value, int half)
    {
        if (!spilled.ContainsKey(value))
            return false;
        PushSpillAddress(value, half);
        vectors.Call(il, "Load", VectorTypes.Element(value.Type).MakePointerType());
        return true;
    }

    private static MemoryType SpillType(IrType type) => type.Scalar switch
    {
        Scalar.F32 => MemoryType.F32,
        Scalar.F64 => MemoryType.F64,
        Scalar.I64 or Scalar.Pointer => MemoryType.I64,
        _ => MemoryType.I32,
    };

    /// <summary>Spill area + place + (first lane / width) · bytes.</summary>
    private void PushSpillAddress(Value value, int half)
    {
        (long offset, int bytes) = spilled[value];
        LoadFrame(nameof(WorkerFrame.Spill));
        il.Emit(OpCodes.Ldc_I4, checked((int)offset) + half * width * 4);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Ldloc, firstLane!);
        il.Emit(OpCodes.Ldc_I4, width);
        il.Emit(OpCodes.Div);
        il.Emit(OpCodes.Ldc_I4, bytes);
        il.Emit(OpCodes.Mul);
        il.Emit(OpCodes.Add);
    }
}
