namespace VaeGpu.Gpu.Targets.Simd;

/// <summary>Branches and loops: real ones where all lanes agree, under masks where they may not.</summary>
internal sealed partial class SimdEmitter
{
    /// <summary>The largest branch that is emitted twice, for all lanes and for some.</summary>
    private const int LargestTwice = 400;

    private void EmitIf(If branch)
    {
        foreach (Result result in branch.Results)
            Declare(result);
        if (variance.IsDivergent(branch))
            EmitDivergentIf(branch);
        else
            EmitScalarIf(branch);
        foreach (Result result in branch.Results)
            SpillIfNeeded(result);
    }

    private void EmitScalarIf(If branch)
    {
        bool hasElse = !branch.Else.IsEmpty || branch.Results.Length > 0;
        Choose(branch.Condition, () => Emit(branch.Then), hasElse ? () => Emit(branch.Else) : null);

        void Emit(Region side)
        {
            EmitRegion(side);
            SetResults(branch, side);
        }
    }

    private void EmitDivergentIf(If branch)
    {
        LocalBuilder condition = il.DeclareLocal(vectors.Vector(IrType.Bool));
        PushVector(branch.Condition);
        il.Emit(OpCodes.Stloc, condition);
        Label end = il.DefineLabel();
        bool isSplit = mask is null && IsFirstLane(branch.Condition);
        if (mask is null && !isSplit && branch.Then.All().Count() <= LargestTwice)
        {
            // The common case: all lanes take the first way, and need no mask.
            Label some = il.DefineLabel();
            PushMaskBits(condition);
            PushMaskBits(null);
            il.Emit(OpCodes.Bne_Un, some);
            EmitRegion(branch.Then);
            SetResults(branch, branch.Then);
            il.Emit(OpCodes.Br, end);
            il.MarkLabel(some);
        }
        LocalBuilder? outside = mask;
        EmitMasked(branch, branch.Then, condition, isThen: true, isSplit);
        if (!branch.Else.IsEmpty || branch.Results.Length > 0)
        {
            mask = outside;
            EmitMasked(branch, branch.Else, condition, isThen: false, isSplit);
        }
        mask = outside;
        il.MarkLabel(end);
    }

    /// <summary>Whether a condition holds in the first lane alone, of several: then some lanes go either way.</summary>
    private bool IsFirstLane(Value condition) => groupSize == width && width > 1 && groupDim.X == width
        && condition is Instruction { Op: Op.Eq, Operands: [Instruction { Op: Op.GroupIndex, Attribute: 0 }, Constant { Bits: 0 }] };

    /// <summary>Emits one side of a branch under its mask, and jumps over it if no lane takes it, unless it is never empty.</summary>
    private void EmitMasked(If branch, Region region, LocalBuilder condition, bool isThen, bool isNeverEmpty)
    {
        Type vector = condition.LocalType;
        LocalBuilder active = il.DeclareLocal(vector);
        il.Emit(OpCodes.Ldloc, condition);
        if (!isThen)
            vectors.Call(il, "OnesComplement", vector);
        if (mask is not null)
        {
            il.Emit(OpCodes.Ldloc, mask);
            vectors.Call(il, "BitwiseAnd", vector, vector);
        }
        il.Emit(OpCodes.Stloc, active);
        Label none = il.DefineLabel();
        if (!isNeverEmpty)
        {
            PushMaskBits(active);
            il.Emit(OpCodes.Brfalse, none);
        }
        mask = active;
        EmitRegion(region);
        for (int i = 0; i < branch.Results.Length; i++)
        {
            if (isThen)
                Assign(branch.Results[i], region.Yields[i]);
            else
                Blend(locals[branch.Results[i]], branch.Results[i].Type, region.Yields[i], active);
        }
        il.MarkLabel(none);
    }

    private void SetResults(StructuredInstruction instruction, Region region)
    {
        for (int i = 0; i < instruction.Results.Length; i++)
            Assign(instruction.Results[i], region.Yields[i]);
    }

    /// <summary>Sets the variable of a result or argument.</summary>
    private void Assign(Value target, Value value)
    {
        Set(locals[target], value, IsScalar(target));
    }

    private void Set(LocalBuilder[] variable, Value value, bool isScalar)
    {
        for (int half = 0; half < variable.Length; half++)
        {
            if (isScalar)
                PushScalar(value);
            else
                PushVector(value, half);
            il.Emit(OpCodes.Stloc, variable[half]);
        }
    }

    /// <summary>Sets a vector variable in the active lanes.</summary>
    private void Blend(LocalBuilder[] variable, IrType type, Value value, LocalBuilder active)
    {
        Type vector = vectors.Vector(type);
        for (int half = 0; half < variable.Length; half++)
        {
            il.Emit(OpCodes.Ldloc, active);
            if (type.Bytes == 8)
                vectors.Call(il, half == 0 ? "WidenLower" : "WidenUpper", active.LocalType);
            As(type.Bytes == 8 ? typeof(long) : typeof(int), VectorTypes.Element(type));
            PushVector(value, half);
            il.Emit(OpCodes.Ldloc, variable[half]);
            vectors.Call(il, "ConditionalSelect", vector, vector, vector);
            il.Emit(OpCodes.Stloc, variable[half]);
        }
    }

    private void EmitFor(For loop)
    {
        Declare(loop.Induction);
        Assign(loop.Induction, loop.Lower);
        DeclareCarried(loop);
        if (variance.IsDivergent(loop))
        {
            EmitDivergentFor(loop);
            return;
        }
        EmitRounds(loop, () =>
        {
            ShareCarried(loop);
            EmitRegion(loop.Body);
            CarryOn(loop);
        });
        FinishLoop(loop);
    }

    /// <summary>Emits a counted loop that all lanes go round equally often.</summary>
    private void EmitRounds(For loop, Action emitBody)
    {
        Label again = il.DefineLabel(), test = il.DefineLabel();
        il.Emit(OpCodes.Br, test);
        il.MarkLabel(again);
        emitBody();
        EmitStep(loop);
        il.MarkLabel(test);
        PushScalar(loop.Induction);
        PushScalar(loop.Upper);
        il.Emit(loop.Step > 0 ? OpCodes.Blt : OpCodes.Bgt, again);
    }

    /// <summary>Emits a loop that all lanes go round equally often; the condition is kept while the carried values change.</summary>
    private void EmitRounds(While loop, Action emitBody, Action carryOn)
    {
        Label again = il.DefineLabel();
        LocalBuilder condition = il.DeclareLocal(typeof(int));
        il.MarkLabel(again);
        emitBody();
        PushScalar(loop.Condition);
        il.Emit(OpCodes.Stloc, condition);
        carryOn();
        il.Emit(OpCodes.Ldloc, condition);
        il.Emit(OpCodes.Brtrue, again);
    }

    private void EmitWhile(While loop)
    {
        DeclareCarried(loop);
        if (variance.IsDivergent(loop))
        {
            EmitDivergentWhile(loop);
            return;
        }
        EmitRounds(loop, () => EmitRegion(loop.Body), () => CarryOn(loop));
        FinishLoop(loop);
    }

    private void DeclareCarried(LoopInstruction loop)
    {
        List<RegionArgument> arguments = loop.Carried;
        for (int i = 0; i < arguments.Count; i++)
        {
            if (IsHandedOn(loop, i) && IsScalar(loop.Initial[i]) == IsScalar(arguments[i]))
            {
                locals[arguments[i]] = locals[loop.Initial[i]];
                continue;
            }
            Declare(arguments[i]);
            Assign(arguments[i], loop.Initial[i]);
        }
    }

    /// <summary>
    /// Whether a loop inside another takes over what that one carries, and gives it back: its variable then serves both, and an
    /// accumulator of nested loops stays in its register.
    /// </summary>
    private bool IsHandedOn(LoopInstruction loop, int index) =>
        loop.Initial[index] is RegionArgument initial && usage.UsersOf(initial).Count == 1
        && ReferenceEquals(usage.RegionOf(initial), usage.RegionOf(loop)) && usage.UsersOf(loop.Results[index]) is [null]
        && !(chunks > 1 && function.UsesBarriers) && !variance.IsDivergent(loop);

    private void EmitStep(For loop)
    {
        if (!IsScalar(loop.Induction))
        {
            LocalBuilder[] variable = locals[loop.Induction];
            Type element = VectorTypes.Element(loop.Induction.Type);
            for (int half = 0; half < variable.Length; half++)
            {
                il.Emit(OpCodes.Ldloc, variable[half]);
                PushConstant(new Constant(loop.Induction.Type, loop.Step));
                vectors.Call(il, "Create", element);
                vectors.Call(il, "Add", variable[half].LocalType, variable[half].LocalType);
                il.Emit(OpCodes.Stloc, variable[half]);
            }
            return;
        }
        PushScalar(loop.Induction);
        PushConstant(new Constant(loop.Induction.Type, loop.Step));
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Stloc, locals[loop.Induction][0]);
    }

    private void FinishLoop(LoopInstruction loop)
    {
        List<RegionArgument> arguments = loop.Carried;
        for (int i = 0; i < loop.Results.Length; i++)
        {
            locals[loop.Results[i]] = locals[arguments[i]];
            SpillIfNeeded(loop.Results[i]);
        }
    }

    /// <summary>
    /// Lets a carried value's next form take the variable of the present one where that is not needed any more: an
    /// accumulator then stays in its register.
    /// </summary>
    private void ShareCarried(LoopInstruction loop)
    {
        (Region body, List<RegionArgument> arguments) = (loop.Body, loop.Carried);
        for (int i = 0; i < arguments.Count; i++)
        {
            if (body.Yields[i] is Instruction next and not StructuredInstruction && ReferenceEquals(usage.RegionOf(next), body)
                && usage.UsersOf(next).Count == 1 && usage.LastUse(arguments[i]) <= usage.PositionOf(next)
                    && IsScalar(next) == IsScalar(arguments[i])
                && !spilled.ContainsKey(next) && next.Op != Op.Load && !next.Op.IsAtomic())
            {
                locals[next] = locals[arguments[i]];
            }
        }
    }

    /// <summary>Sets the carried variables to what the body yields; all are read before one that another needs is set.</summary>
    private void CarryOn(LoopInstruction loop)
    {
        (Region body, List<RegionArgument> arguments) = (loop.Body, loop.Carried);
        var set = new List<(LocalBuilder[] Variable, LocalBuilder[] Next)>();
        for (int i = 0; i < arguments.Count; i++)
        {
            LocalBuilder[] variable = locals[arguments[i]];
            Value yield = body.Yields[i];
            if (locals.TryGetValue(yield, out LocalBuilder[]? known) && ReferenceEquals(known, variable))
                continue;
            LocalBuilder[] next = [.. variable.Select(v => il.DeclareLocal(v.LocalType))];
            Set(next, yield, IsScalar(arguments[i]));
            set.Add((variable, next));
        }
        foreach ((LocalBuilder[] variable, LocalBuilder[] next) in set)
        {
            for (int half = 0; half < variable.Length; half++)
            {
                il.Emit(OpCodes.Ldloc, next[half]);
                il.Emit(OpCodes.Stloc, variable[half]);
            }
        }
    }

    private void EmitDivergentFor(For loop)
    {
        Region body = loop.Body;
        LocalBuilder? outside = mask;
        LocalBuilder[][] results = DeclareResults(loop, loop.Initial);
        LocalBuilder active = il.DeclareLocal(vectors.Vector(IrType.Bool));
        Label again = il.DefineLabel(), end = il.DefineLabel();
        il.MarkLabel(again);
        EmitComparison(new Instruction(loop.Step > 0 ? Op.Lt : Op.Gt, IrType.Bool, [loop.Induction, loop.Upper]));
        if (outside is not null)
        {
            il.Emit(OpCodes.Ldloc, outside);
            vectors.Call(il, "BitwiseAnd", active.LocalType, active.LocalType);
        }
        il.Emit(OpCodes.Stloc, active);
        PushMaskBits(active);
        il.Emit(OpCodes.Brfalse, end);
        mask = active;
        EmitRegion(body);
        KeepResults(results, body, active);
        CarryOn(loop);
        EmitStep(loop);
        il.Emit(OpCodes.Br, again);
        il.MarkLabel(end);
        mask = outside;
        DefineResults(loop, results);
    }

    private void EmitDivergentWhile(While loop)
    {
        Region body = loop.Body;
        LocalBuilder? outside = mask;
        LocalBuilder[][] results = DeclareResults(loop, loop.Initial);
        LocalBuilder active = il.DeclareLocal(vectors.Vector(IrType.Bool));
        PushMask(outside);
        il.Emit(OpCodes.Stloc, active);
        Label again = il.DefineLabel();
        il.MarkLabel(again);
        mask = active;
        EmitRegion(body);
        KeepResults(results, body, active);
        LocalBuilder next = CombineMask(loop.Condition);
        CarryOn(loop);
        il.Emit(OpCodes.Ldloc, next);
        il.Emit(OpCodes.Stloc, active);
        PushMaskBits(active);
        il.Emit(OpCodes.Brtrue, again);
        mask = outside;
        DefineResults(loop, results);
    }

    /// <summary>Variables for a loop's results apart from the carried ones: a lane's stay as they are when it leaves.</summary>
    private LocalBuilder[][] DeclareResults(StructuredInstruction loop, Value[] initial)
    {
        var results = new LocalBuilder[loop.Results.Length][];
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = DeclareVectors(loop.Results[i].Type);
            Set(results[i], initial[i], isScalar: false);
        }
        return results;
    }

    private void KeepResults(LocalBuilder[][] results, Region body, LocalBuilder active)
    {
        for (int i = 0; i < results.Length; i++)
            Blend(results[i], body.Yields[i].Type, body.Yields[i], active);
    }

    private void DefineResults(StructuredInstruction loop, LocalBuilder[][] results)
    {
        for (int i = 0; i < results.Length; i++)
        {
            locals[loop.Results[i]] = results[i];
            SpillIfNeeded(loop.Results[i]);
        }
    }
}
