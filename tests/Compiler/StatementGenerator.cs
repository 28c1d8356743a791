using VaeGpu.Gpu.IR;
using VaeGpu.Tests.Interpreter;

namespace VaeGpu.Tests.Compiler;

/// <summary>
/// Random statements, typed and free of races by construction: a thread writes its own output elements only; shared memory
/// is exchanged between barriers, and barriers and shuffles stand only where all threads of the group come by.
/// </summary>
internal sealed class StatementGenerator
{
    private readonly Random random;
    private readonly IrKernel k;
    private readonly Builder b;
    private readonly ValuePool pool;
    private readonly ExpressionGenerator expressions;
    private readonly RandomKernelMemory memory;
    private readonly MemoryStatements memoryStatements;
    private readonly GroupStatements groupStatements;
    private readonly FlagStatements flagStatements;
    private readonly bool uniformKernel;
    private int budget;

    public StatementGenerator(Random random, IrKernel kernel, int threads, RandomKernelOptions options)
    {
        (this.random, k, b) = (random, kernel, kernel.B);
        pool = new ValuePool(random);
        expressions = new ExpressionGenerator(random, b, pool, options.Doubles);
        memory = new RandomKernelMemory(kernel);
        Value lane = Linear(Op.GroupIndex, Op.GroupDim);
        Value thread = b.Add(b.Mul(Linear(Op.GridIndex, Op.GridDim), Constant.I32(threads)), lane);
        memoryStatements = new MemoryStatements(random, kernel, pool, expressions, memory, thread);
        groupStatements = new GroupStatements(random, kernel, pool, expressions, lane, threads, options.Shuffles);
        flagStatements = new FlagStatements(random, kernel, pool, expressions);
        uniformKernel = random.Next(3) > 0;
        budget = random.Next(4, 40);
        AddPlaces(lane, thread, options.Doubles);
        memoryStatements.LoadOwn();
    }

    /// <summary>Fills the kernel's body.</summary>
    public void Generate()
    {
        if (uniformKernel)
        {
            Body(true);
            return;
        }
        // The usual guard: threads beyond some number do nothing.
        Value guard = b.Binary(Op.Lt, pool.Pick(IrType.I32, false)!, expressions.Any(IrType.I32));
        k.If(guard, () => pool.Inside(() => Body(false)));
    }

    private bool Body(bool isUniform)
    {
        Statements(isUniform, 0, budget);
        memoryStatements.StoreResults();
        return true;
    }

    private void AddPlaces(Value lane, Value thread, bool doubles)
    {
        foreach (Value scalar in memory.Scalars.Where(s => doubles || s.Type != IrType.F64))
            pool.Add(scalar, true);
        foreach (Op op in (Op[])[Op.GridIndex, Op.GridDim, Op.GroupDim, Op.GroupIndex])
            pool.Add(k.Place(op, random.Next(3)), op != Op.GroupIndex);
        pool.Add(k.Place(Op.LaneIndex));
        pool.Add(k.Place(Op.WarpIndex));
        pool.Add(k.Place(Op.WarpSize), true);
        pool.Add(lane);
        pool.Add(thread);
    }

    private void Statements(bool isUniform, int depth, int most)
    {
        int count = Math.Min(most, 1 + random.Next(most));
        for (int i = 0; i < count && budget > 0; i++)
        {
            budget--;
            Statement(isUniform, depth);
        }
    }

    private void Statement(bool isUniform, int depth)
    {
        int kind = random.Next(23);
        if (kind < 4)
            expressions.New(expressions.AnyType());
        else if (kind < 10)
            memoryStatements.Any();
        else if (kind < 14 && isUniform)
            groupStatements.Any();
        else if (depth >= 3)
            expressions.New(expressions.AnyType(), random.Next(4) == 0);
        else if (kind < 16)
            If(isUniform, depth);
        else if (kind < 18)
            For(isUniform, depth);
        else if (kind < 20)
            While(isUniform, depth);
        else
            Flags(isUniform, depth);
    }

    private void If(bool isUniform, int depth)
    {
        bool together = isUniform && random.Next(2) == 0;
        IrType[] types = CarriedTypes();
        Value[] results = k.Choose(expressions.Any(IrType.Bool, 2, together), () => Branch(), () => Branch());
        AddAll(results);

        Value[] Branch() => pool.Inside(() =>
        {
            if (random.Next(4) > 0)
                Statements(together, depth + 1, 5);
            return (Value[])[.. types.Select(t => expressions.Any(t, 1))];
        });
    }

    private void For(bool isUniform, int depth)
    {
        bool together = isUniform && random.Next(2) == 0;
        IrType type = random.Next(5) == 0 ? IrType.I64 : IrType.I32;
        int step = random.Next(1, 4) * (random.Next(4) == 0 ? -1 : 1);
        Value lower = Bound(random.Next(2) == 0), upper = Bound(random.Next(2) == 0);
        (lower, upper) = step > 0 ? (lower, upper) : (upper, lower);
        IrType[] types = CarriedTypes();
        Value[] initial = [.. types.Select(t => expressions.Any(t, 1))];
        AddAll(k.For(lower, upper, step, initial, (i, carried) => pool.Inside(() =>
        {
            pool.Add(i, together);
            AddAll(carried);
            Statements(together, depth + 1, 5);
            return (Value[])[.. types.Select(t => expressions.Any(t, 2))];
        })));

        Value Bound(bool isConstant)
        {
            Value small = isConstant ? Constant.I32(random.Next(6)) : expressions.Below(3, together);
            return type == IrType.I32 ? small : b.Emit(Op.SignExtend, IrType.I64, [small]);
        }
    }

    private void While(bool isUniform, int depth)
    {
        bool together = isUniform && random.Next(2) == 0;
        Value limit = expressions.Below(3, together);
        IrType[] types = CarriedTypes();
        Value[] initial = [Constant.I32(0), .. types.Select(t => expressions.Any(t, 1))];
        AddAll(k.While(initial, carried => pool.Inside(() =>
        {
            pool.Add(carried[0], together);
            AddAll(carried[1..]);
            Statements(together, depth + 1, 5);
            Value next = b.Add(carried[0], Constant.I32(1)), goesOn = b.Binary(Op.Lt, next, limit);
            if (random.Next(2) == 0)
                goesOn = b.And(goesOn, expressions.Any(IrType.Bool, 2, together));
            return (goesOn, (Value[])[next, .. types.Select(t => expressions.Any(t, 2))]);
        })));
    }

    private void Flags(bool isUniform, int depth)
    {
        bool together = isUniform && random.Next(2) == 0;
        flagStatements.Loop(together, () =>
        {
            int kind = random.Next(3);
            if (kind == 0)
                Statements(together, depth + 1, 2);
            else if (kind == 1)
                memoryStatements.Any();
            else
                memoryStatements.Short();
        });
    }

    private IrType[] CarriedTypes() => [.. Enumerable.Range(0, random.Next(4)).Select(_ => expressions.AnyType())];

    private void AddAll(IEnumerable<Value> values)
    {
        foreach (Value value in values)
            pool.Add(value);
    }

    private Value Linear(Op index, Op extent) => b.Add(
        b.Mul(b.Add(b.Mul(k.Place(index, 2), k.Place(extent, 1)), k.Place(index, 1)), k.Place(extent, 0)), k.Place(index, 0));
}
