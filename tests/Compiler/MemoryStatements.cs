using VaeGpu.Gpu.IR;
using VaeGpu.Tests.Interpreter;

namespace VaeGpu.Tests.Compiler;

/// <summary>Random loads, stores, local arrays and atomics.</summary>
internal sealed class MemoryStatements(
    Random random, IrKernel k, ValuePool pool, ExpressionGenerator expressions, RandomKernelMemory memory, Value thread)
{
    private readonly Builder b = k.B;

    public void Any()
    {
        switch (random.Next(8))
        {
            case 0:
                Load();
                break;
            case 1:
                LoadWhere();
                break;
            case 2:
                LoadSmall();
                break;
            case 3 or 4:
                StoreAndLoad();
                break;
            case 5:
                LocalArray();
                break;
            case 6:
                LocalLoop();
                break;
            default:
                Count();
                break;
        }
    }

    /// <summary>An effect of a few instructions at most.</summary>
    public void Short()
    {
        MemoryType type = AnyMemoryType();
        if (random.Next(2) == 0)
            Count();
        else
            Store(type, random.Next(RandomKernelMemory.Slots), expressions.Any(type.ValueType(), 0));
    }

    /// <summary>Loads an element of each input that differs from thread to thread.</summary>
    public void LoadOwn()
    {
        foreach (MemoryType type in RandomKernelMemory.Types.Where(IsUsed))
            pool.Add(k.Load(memory.Inputs[type], b.And(thread, Constant.I32(RandomKernelMemory.InputLength - 1)), type));
    }

    /// <summary>Fills the thread's elements of every output, so that what was computed counts.</summary>
    public void StoreResults()
    {
        foreach (MemoryType type in RandomKernelMemory.Types.Where(IsUsed))
        {
            for (int slot = 0; slot < RandomKernelMemory.Slots; slot++)
            {
                if (pool.Pick(type.ValueType(), false) is { } value)
                    Store(type, slot, value);
            }
        }
        Value flags = Constant.I32(0);
        for (int i = 0; i < 4; i++)
        {
            if (pool.Pick(IrType.Bool, false) is { } flag)
                flags = b.Or(b.Binary(Op.Shl, flags, Constant.I32(1)), b.Emit(Op.BoolToInt, IrType.I32, [flag]));
        }
        Store(MemoryType.I32, 0, flags);
    }

    private void Load()
    {
        MemoryType type = AnyMemoryType();
        pool.Add(k.Load(memory.Inputs[type], expressions.Below(RandomKernelMemory.InputLength - 1), type));
    }

    /// <summary>Where the condition fails the pointer may lead anywhere.</summary>
    private void LoadWhere()
    {
        MemoryType type = AnyMemoryType();
        Value index = random.Next(2) == 0 ? expressions.Below(2 * RandomKernelMemory.InputLength - 1) : expressions.Any(IrType.I32, 2);
        Value inside = b.Binary(Op.LtU, index, Constant.I32(RandomKernelMemory.InputLength));
        pool.Add(b.Emit(Op.Load, type.ValueType(),
            [b.PtrAdd(memory.Inputs[type], index, type.Bytes()), inside, expressions.Any(type.ValueType())], (long)type));
    }

    private void LoadSmall()
    {
        var type = (MemoryType)random.Next((int)MemoryType.I32);
        Value index = expressions.Below(2 * RandomKernelMemory.InputLength / type.Bytes() - 1);
        if (random.Next(4) == 0)
            index = b.Emit(Op.SignExtend, IrType.I64, [index]);
        pool.Add(k.Load(memory.Bytes, index, type));
    }

    private void StoreAndLoad()
    {
        MemoryType type = AnyMemoryType();
        int slot = random.Next(RandomKernelMemory.Slots);
        Store(type, slot, expressions.Any(type.ValueType(), 2));
        if (random.Next(3) == 0)
            pool.Add(k.Load(memory.Outputs[type], Element(random.Next(RandomKernelMemory.Slots)), type));
    }

    /// <summary>A local array with constant indices, some of its stores in a branch.</summary>
    private void LocalArray()
    {
        MemoryType type = AnyMemoryType();
        int length = random.Next(1, 6);
        Value array = k.Local(length * type.Bytes());
        for (int i = 0; i < length; i++)
            k.Store(array, Constant.I32(i), expressions.Any(type.ValueType()), type);
        if (random.Next(2) == 0)
            k.If(expressions.Any(IrType.Bool, 2), StoreOne, random.Next(2) == 0 ? StoreOne : null);
        else
            StoreOne();
        pool.Add(LoadOne());
        pool.Add(LoadOne());

        void StoreOne() => k.Store(array, Constant.I32(random.Next(length)), expressions.Any(type.ValueType(), 2), type);
        Value LoadOne() => k.Load(array, Constant.I32(random.Next(length)), type);
    }

    /// <summary>A local array that loops of constant bounds run over.</summary>
    private void LocalLoop()
    {
        MemoryType type = AnyMemoryType();
        IrType valueType = type.ValueType();
        int length = random.Next(1, 6);
        Value array = k.Local(length * type.Bytes());
        k.For(Constant.I32(0), Constant.I32(length), 1, [], (i, _) => pool.Inside(() =>
        {
            pool.Add(i);
            k.Store(array, i, expressions.Any(valueType, 2), type);
            return Array.Empty<Value>();
        }));
        pool.Add(k.For(Constant.I32(length - 1), Constant.I32(-1), -1, [expressions.Any(valueType)], (i, carried) =>
            [b.Binary(random.Next(2) == 0 ? Op.Add : Op.Mul, carried[0], k.Load(array, i, type))])[0]);
    }

    /// <summary>Integer atomics whose order does not matter, as nobody looks at the value before.</summary>
    private void Count()
    {
        int counter = random.Next(RandomKernelMemory.Counters);
        Op op = Op.AtomicAdd + (counter switch { 0 => 0, 1 => 1, 2 => 2, 3 => 3, 4 => 4, _ => 7 });
        b.Emit(op, IrType.I32, [b.PtrAdd(memory.CounterView, Constant.I32(counter), 4), expressions.Any(IrType.I32)], (long)MemoryType.I32);
    }

    private void Store(MemoryType type, int slot, Value value) => k.Store(memory.Outputs[type], Element(slot), value, type);

    private Value Element(int slot) => b.Add(b.Mul(thread, Constant.I32(RandomKernelMemory.Slots)), Constant.I32(slot));

    private MemoryType AnyMemoryType()
    {
        MemoryType[] types = [.. RandomKernelMemory.Types.Where(IsUsed)];
        return types[random.Next(types.Length)];
    }

    private bool IsUsed(MemoryType type) => expressions.Types.Contains(type.ValueType());
}
