using VaeGpu.Gpu.Inspection;

namespace VaeGpu.Gpu.Targets.Interpreter;

/// <summary>Turns the instructions of a function into steps, giving each value a column of its own.</summary>
/// <param name="machine">What runs the steps.</param>
/// <param name="slice">The part of the function that runs; null for all of it.</param>
internal sealed class Translator(Machine machine, AddressSlice? slice = null)
{
    private readonly Dictionary<Value, long[]> columns = [];
    private readonly Dictionary<Value, long[][]> wideColumns = [];
    private readonly Dictionary<(IrType, long), long[]> constants = [];
    private long[]? dynamicShared;

    /// <summary>The static shared arrays that were met, to be made undefined when a group starts.</summary>
    public List<Memory> Shared { get; } = [];

    /// <summary>The number of the launch's dynamic shared memory, where the function has it.</summary>
    public int? DynamicShared { get; private set; }

    public long[] Column(Value value)
    {
        if (value is Constant constant)
        {
            if (!constants.TryGetValue((constant.Type, constant.Bits), out long[]? same))
                constants.Add((constant.Type, constant.Bits), same = machine.NewColumn(constant.Bits));
            return same;
        }
        if (!columns.TryGetValue(value, out long[]? column))
            columns.Add(value, column = machine.NewColumn());
        return column;
    }

    public Block Translate(Region region)
    {
        var steps = new List<Step>();
        foreach (Step step in region.Instructions.Select(Translate).OfType<Step>())
        {
            if (step is TallyStep more && steps.LastOrDefault() is TallyStep before)
                steps[^1] = before.And(more);
            else
                steps.Add(step);
        }
        return new([.. steps], machine.Counters?.Warps, region.Instructions.Count);
    }

    /// <summary>The step of an instruction; null where its column says everything.</summary>
    private Step? Translate(Instruction instruction)
    {
        switch (instruction)
        {
            case If branch:
                return Translate(branch);
            case For loop:
                return new ForStep(machine, loop, Column(loop.Lower), Column(loop.Upper), Column(loop.Induction),
                    Move(loop.Initial, loop.Carried), Translate(loop.Body),
                    Move(loop.Body.Yields, loop.Carried), Move(loop.Carried, loop.Results));
            case While loop:
                return new WhileStep(machine, loop, Move(loop.Initial, loop.Body.Arguments), Translate(loop.Body), Column(loop.Condition),
                    Move(loop.Body.Yields, loop.Body.Arguments), Move(loop.Body.Arguments, loop.Results));
        }
        Op op = instruction.Op;
        if (slice is not null && !IsNeeded(instruction))
            return Counted(instruction);
        if (op is >= Op.GroupIndex and <= Op.WarpSize)
            columns.Add(instruction, PlaceOf(instruction));
        else if (op is Op.SharedArray or Op.SharedDynamic or Op.LocalArray)
            return Allocate(instruction);
        else if (op is Op.Independent or Op.InOrder or Op.Prefetch)
            return null;
        else if (op == Op.Extract)
            columns.Add(instruction, wideColumns[instruction.Operands[0]][instruction.Attribute]);
        else if (op.IsPure())
            return Compute(instruction);
        else
            return Effect(instruction);
        return null;
    }

    /// <summary>Whether the slice has an instruction, for its value or for its effect.</summary>
    private bool IsNeeded(Instruction instruction)
    {
        Op op = instruction.Op;
        if (op is Op.Store or Op.StoreWide)
            return slice!.IsRead(instruction);
        return !(op.IsRemovable() || op.IsShuffle()) || op is Op.SharedArray or Op.LocalArray or Op.SharedDynamic
            || slice!.Needs(instruction);
    }

    /// <summary>What is counted of an instruction that does not run; null for nothing.</summary>
    private Step? Counted(Instruction instruction)
    {
        if (instruction.Op is Op.Load or Op.LoadWide or Op.Store or Op.StoreWide)
        {
            long[]? condition = instruction.Op is Op.Load or Op.LoadWide && instruction.Operands.Length > 1
                ? Column(instruction.Operands[1])
                : null;
            return slice!.Counts(instruction) ? new TouchStep(machine, instruction, Column(instruction.Operands[0]), condition) : null;
        }
        return machine.Counters is { } counters && counters.WorkOf(instruction) is { IsNothing: false } work
            ? new TallyStep(counters, work)
            : null;
    }

    private IfStep Translate(If branch) => new(machine, branch, Column(branch.Condition),
        Translate(branch.Then), Move(branch.Then.Yields, branch.Results),
        Translate(branch.Else), Move(branch.Else.Yields, branch.Results));

    private Step Compute(Instruction instruction)
    {
        long[] a = Column(instruction.Operands[0]);
        long[] b = instruction.Operands.Length > 1 ? Column(instruction.Operands[1]) : a;
        long[] c = instruction.Operands.Length > 2 ? Column(instruction.Operands[2]) : a;
        var step = new ComputeStep(FunctionOf(instruction), a, b, c, Column(instruction));
        return machine.Counters is { } counters && counters.WorkOf(instruction) is { IsNothing: false } work
            ? new CountedStep(step, counters, work)
            : step;
    }

    private static Evaluate FunctionOf(Instruction instruction)
    {
        (Op op, IrType from, long bytes) = (instruction.Op, instruction.Operands[0].Type, instruction.Attribute);
        return op switch
        {
            Op.PtrAdd => (pointer, index, _) => Pointer.Add(pointer, index, bytes),
            Op.Eq or Op.Ne when from.IsPointer => Arithmetic.Of(op, IrType.I64, IrType.Bool)!,
            _ => Arithmetic.Of(op, from, instruction.Type)
                ?? throw new NotSupportedException($"The interpreter has no {op} of {from} to {instruction.Type}."),
        };
    }

    private long[] PlaceOf(Instruction instruction) => instruction.Op switch
    {
        Op.GroupIndex => machine.GroupIndex[instruction.Attribute],
        Op.GridIndex => machine.GridIndex[instruction.Attribute],
        Op.GridDim => machine.GridDim[instruction.Attribute],
        Op.GroupDim => machine.NewColumn(machine.GroupDim.Along(instruction.Attribute)),
        Op.LaneIndex => [.. machine.Everyone.Select(lane => (long)(lane % machine.WarpSize))],
        Op.WarpIndex => [.. machine.Everyone.Select(lane => (long)machine.Clock.Warp(lane))],
        _ => machine.NewColumn(machine.WarpSize),
    };

    private LocalArrayStep? Allocate(Instruction instruction)
    {
        if (instruction.Op == Op.SharedDynamic)
        {
            DynamicShared ??= machine.Add(Allocation.None);
            columns.Add(instruction, dynamicShared ??= machine.NewColumn(Pointer.To(DynamicShared.Value)));
            return null;
        }
        bool isShared = instruction.Op == Op.SharedArray;
        long bytes = instruction.Attribute, laneBytes = isShared ? 0 : (bytes + 7) & ~7L;
        var memory = new Memory(isShared ? bytes : laneBytes * machine.Threads);
        string place = instruction.Location is { } location ? $" (allocated in {location})" : "";
        var allocation = new Allocation($"the {(isShared ? "shared" : "local")} array{place}", memory, 0, bytes, laneBytes);
        columns.Add(instruction, machine.NewColumn(Pointer.To(machine.Add(allocation))));
        if (!isShared)
            return new LocalArrayStep(allocation);
        Shared.Add(memory);
        return null;
    }

    private Step Effect(Instruction instruction)
    {
        long[][] operands = [.. instruction.Operands.Select(Column)];
        long[]? first = operands.Length > 0 ? operands[0] : null, second = operands.Length > 1 ? operands[1] : null;
        Op op = instruction.Op;
        return op switch
        {
            Op.Load => new LoadStep(machine, instruction, first!, second, operands.ElementAtOrDefault(2), [Column(instruction)]),
            Op.Store or Op.StoreWide => new StoreStep(machine, instruction, first!, operands[1..]),
            Op.LoadWide =>
                new LoadStep(machine, instruction, first!, second, null, wideColumns[instruction] = NewColumns(instruction.Elements)),
            Op.AtomicCompareExchange => new AtomicStep(
                machine, instruction, first!, second, operands[2], AtomicStep.OperationOf(instruction), Column(instruction)),
            _ when op.IsAtomic() => new AtomicStep(
                machine, instruction, first!, null, second!, AtomicStep.OperationOf(instruction), Column(instruction)),
            _ when op.IsBarrier() => new BarrierStep(machine, instruction, first, second, Column(instruction)),
            _ when op.IsShuffle() => new ShuffleStep(machine, instruction, first!, second!, Column(instruction)),
            Op.WarpBarrier => new WarpBarrierStep(machine, instruction),
            Op.FenceDevice => new FenceStep(machine),
            Op.FenceGroup => new Block([]),
            _ => throw new NotSupportedException($"The interpreter has no {op}."),
        };
    }

    private long[][] NewColumns(int count) => [.. Enumerable.Range(0, count).Select(_ => machine.NewColumn())];

    private Transfer Move(IEnumerable<Value> sources, IEnumerable<Value> targets)
    {
        var moved = sources.Zip(targets).Where(pair => slice is null || slice.Needs(pair.Second)).ToArray();
        return new([.. moved.Select(pair => Column(pair.First))], [.. moved.Select(pair => Column(pair.Second))]);
    }
}
