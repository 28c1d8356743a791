namespace VaeGpu.Gpu.Targets.Ptx;

/// <summary>Branches and loops: labels, jumps, predicates, and the registers whose values come from several places.</summary>
internal sealed partial class PtxEmitter
{
    // A jump costs about as much as so many instructions that do nothing.
    private const int MostPredicated = 6;

    /// <summary>Registers that already wait for the value of an instruction.</summary>
    private readonly Dictionary<Value, string> awaited = new(ReferenceEqualityComparer.Instance);

    protected override void WriteIf(If branch)
    {
        foreach (Result result in branch.Results)
        {
            bool isAwaited = awaited.ContainsKey(result);
            string register = Define(result);
            if (isAwaited)
                continue;
            Await(branch.Then, branch.Then.Yields[result.Index], register, null);
            Await(branch.Else, branch.Else.Yields[result.Index], register, null);
        }
        if (IsSmall(branch.Then) && IsSmall(branch.Else) && guard.Length == 0)
            WritePredicated(branch);
        else
            WriteJumps(branch);
    }

    /// <summary>Both sides in line, each instruction under a predicate.</summary>
    private void WritePredicated(If branch)
    {
        string condition = Kept(Register(branch.Condition, out bool negated), branch.Results);
        foreach ((Region side, bool whenTrue) in ((Region, bool)[])[(branch.Then, true), (branch.Else, false)])
        {
            guard = Guard(condition, negated == whenTrue);
            Write(side);
            MoveAll(branch.Results, side.Yields);
            guard = "";
        }
    }

    private void WriteJumps(If branch)
    {
        bool isDivergent = variance.IsDivergent(branch);
        bool hasElse = !branch.Else.IsEmpty || branch.Results.Any(r => operands[r] != OperandOf(branch.Else.Yields[r.Index]));
        string condition = Register(branch.Condition, out bool negated);
        string outside = mask;
        string inThen = isDivergent && (NeedsMask(branch.Then) || NeedsMask(branch.Else)) ? Ballot(condition, negated, outside) : outside;
        int number = labels++;
        string end = $"END_{Number(number)}", otherwise = hasElse ? $"ELSE_{Number(number)}" : end;
        Jump(otherwise, Guard(condition, !negated), isDivergent);
        mask = inThen;
        WriteInner(branch.Then, () => MoveAll(branch.Results, branch.Then.Yields));
        if (hasElse)
        {
            Jump(end, "", false);
            Label(otherwise);
            mask = inThen != outside && NeedsMask(branch.Else) ? Rest(outside, inThen) : outside;
            WriteInner(branch.Else, () => MoveAll(branch.Results, branch.Else.Yields));
        }
        mask = outside;
        Label(end);
    }

    protected override void WriteFor(For loop)
    {
        string upper = Of(loop.Upper);
        string i = Define(loop.Induction);
        Start(loop, (i, OperandOf(loop.Lower), loop.Induction.Type));
        bool isDivergent = variance.IsDivergent(loop);
        bool needsMask = isDivergent && NeedsMask(loop.Body);
        string outside = mask, type = PtxTypes.Signed(loop.Induction.Type), again = registers.New(IrType.Bool);
        string compare = loop.Step > 0 ? "setp.lt." : "setp.gt.";
        int number = labels++;
        string start = $"LOOP_{Number(number)}", end = $"END_{Number(number)}";
        bool entersAlways = loop.TripCount > 0;
        if (!entersAlways || needsMask)
            Put(compare + type, again, i, upper);
        if (needsMask)
            mask = Ballot(again, false, outside);
        if (!entersAlways)
            Jump(end, Guard(again, true), isDivergent);
        Label(start);
        WriteInner(loop.Body, () =>
        {
            MoveAll(loop.Carried, loop.Body.Yields);
            Put("add." + type, i, i, Number(loop.Step));
            Put(compare + type, again, i, upper);
            if (needsMask)
                Ballot(again, false, mask, mask);
            Jump(start, Guard(again, false), isDivergent);
        });
        mask = outside;
        if (!entersAlways)
            Label(end);
    }

    protected override void WriteWhile(While loop)
    {
        Start(loop);
        bool isDivergent = variance.IsDivergent(loop);
        bool needsMask = isDivergent && NeedsMask(loop.Body);
        string outside = mask, start = $"LOOP_{Number(labels++)}";
        if (needsMask)
        {
            mask = registers.New(IrType.I32);
            Put("mov.u32", mask, outside);
        }
        Label(start);
        WriteInner(loop.Body, () =>
        {
            string condition = Kept(Register(loop.Condition, out bool negated), loop.Body.Arguments);
            MoveAll(loop.Body.Arguments, loop.Body.Yields);
            if (needsMask)
                Ballot(condition, negated, mask, mask);
            Jump(start, Guard(condition, negated), isDivergent);
        });
        mask = outside;
    }

    /// <summary>
    /// Gives what a loop carries its registers and first values: the register that awaits the loop's result, that of the first
    /// value where nobody else needs it, or a new one. After the loop they hold its results.
    /// </summary>
    private void Start(LoopInstruction loop, params List<(string, Operand, IrType)> moves)
    {
        (Value[] initial, List<RegionArgument> carried) = (loop.Initial, loop.Carried);
        for (int k = 0; k < carried.Count; k++)
        {
            Operand first = OperandOf(initial[k]);
            bool isFree = first is { Offset: 0, Negated: false }
                && initial[k] is Instruction or Result && positions.IsOnceFrom(home, initial[k]);
            string register = awaited.GetValueOrDefault(loop.Results[k]) ?? (isFree ? first.Text : registers.New(carried[k].Type));
            operands[carried[k]] = operands[loop.Results[k]] = new(register);
            moves.Add((register, first, carried[k].Type));
        }
        MoveAll(moves);
        for (int k = 0; k < carried.Count; k++)
            Await(loop.Body, loop.Body.Yields[k], operands[carried[k]].Text, carried[k]);
    }

    /// <summary>
    /// Lets an instruction write straight to the register that its value will go to at the region's end, where the register's
    /// present content, if any, is not read any more.
    /// </summary>
    private void Await(Region region, Value value, string register, Value? occupant)
    {
        if (value is RegionArgument || !positions.IsFrom(region, value) || awaited.ContainsKey(value))
            return;
        if (value is Result result)
        {
            bool isFree = occupant is null || (result.Owner is If
                ? !positions.IsUsedAfterEnd(result.Owner, region, occupant)
                : !positions.IsUsedAfterStart(result.Owner, region, occupant));
            if (!isFree)
                return;
            awaited[value] = register;
            if (result.Owner is not If branch)
                return;
            Await(branch.Then, branch.Then.Yields[result.Index], register, occupant);
            Await(branch.Else, branch.Else.Yields[result.Index], register, occupant);
        }
        else if (value is Instruction instruction && (occupant is null || !positions.IsUsedAfterEnd(instruction, region, occupant)))
        {
            awaited[value] = register;
        }
    }

    private void MoveAll(IEnumerable<Value> targets, IEnumerable<Value> values) =>
        MoveAll([.. targets.Zip(values, (target, value) => (operands[target].Text, OperandOf(value), target.Type))]);

    /// <summary>Copies several values at once: none is overwritten before it is read.</summary>
    private void MoveAll(List<(string Register, Operand Value, IrType Type)> moves)
    {
        moves.RemoveAll(m => m.Value == new Operand(m.Register));
        while (moves.Count > 0)
        {
            int ready = moves.FindIndex(m => !moves.Exists(other => other != m && other.Value.Text == m.Register));
            if (ready < 0)
            {
                // A ring: one value steps aside.
                string aside = registers.New(moves[0].Type);
                Put("mov." + PtxTypes.Move(moves[0].Type), aside, moves[0].Register);
                for (int k = 1; k < moves.Count; k++)
                {
                    if (moves[k].Value.Text == moves[0].Register)
                        moves[k] = moves[k] with { Value = moves[k].Value with { Text = aside } };
                }
                ready = 0;
            }
            Move(moves[ready].Register, moves[ready].Value, moves[ready].Type);
            moves.RemoveAt(ready);
        }
    }

    /// <summary>Whether a side of a branch is worth no jump: a few cheap instructions that can stand under a predicate.</summary>
    private static bool IsSmall(Region region) =>
        region.Instructions.Count <= MostPredicated && region.Instructions.TrueForAll(CanBePredicated);

    private static bool CanBePredicated(Instruction i) => i.Op switch
    {
        Op.Load or Op.LoadWide => i.Operands.Length == 1,
        Op.Store or Op.StoreWide => true,
        Op.Div or Op.DivU or Op.Rem or Op.RemU or Op.Sqrt => false,
        _ when i.Op.IsAtomic() => i.Memory != MemoryType.F32,
        _ => i.Op.IsPure(),
    };

    private string Register(Value condition, out bool negated)
    {
        if (condition is Constant)
        {
            negated = false;
            return Register(condition);
        }
        negated = operands[condition].Negated;
        return operands[condition].Text;
    }

    /// <summary>A predicate that lasts while some values are written: a copy where one of them is to take its register.</summary>
    private string Kept(string predicate, IEnumerable<Value> written)
    {
        if (!written.Any(value => operands[value].Text == predicate))
            return predicate;
        string copy = registers.New(IrType.Bool);
        Put("mov.pred", copy, predicate);
        return copy;
    }

    private static string Guard(string predicate, bool negated) => $"@{(negated ? "!" : "")}{predicate} ";

    /// <summary>A jump under a guard of its own; one that all lanes take alike says so.</summary>
    private void Jump(string label, string condition, bool isDivergent) => Line($"{condition}bra{(isDivergent ? "" : ".uni")} {label};");
}
