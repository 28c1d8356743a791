namespace VaeGpu.Gpu.IR;

/// <summary>
/// Appends instructions to a region. Each goes through <see cref="Folding"/> and is merged with an equal one that is
/// already visible, so everything that is built is folded and free of common subexpressions from the start.
/// </summary>
internal sealed class Builder
{
    private readonly Stack<Scope> scopes = new();

    private sealed class Scope(Region region)
    {
        public Region Region { get; } = region;
        public Dictionary<Key, Instruction> Seen { get; } = [];
    }

    /// <summary>The C# line that new instructions belong to.</summary>
    public SourceLocation? Location { get; set; }

    /// <summary>The region that instructions go to.</summary>
    public Region Current => scopes.Peek().Region;

    /// <summary>Starts a region inside the current one.</summary>
    public void Enter(Region region) => scopes.Push(new Scope(region));

    /// <summary>Ends the current region.</summary>
    public void Leave() => scopes.Pop();

    /// <summary>The value of an operation: folded, found, or appended.</summary>
    public Value Emit(Op op, IrType type, Value[] operands, long attribute = 0)
    {
        if (Folding.Fold(this, op, type, operands, attribute) is { } folded)
            return folded;
        if (op == Op.Not && operands[0] is Instruction comparison && Invert(comparison) is { } inverse)
            return Emit(inverse, IrType.Bool, comparison.Operands);
        if (!op.IsPure())
            return Append(new Instruction(op, type, operands, attribute, Location));
        var key = new Key(op, type, operands, attribute);
        foreach (Scope scope in scopes)
        {
            if (scope.Seen.TryGetValue(key, out Instruction? existing))
                return existing;
        }
        Instruction instruction = Append(new Instruction(op, type, operands, attribute, Location));
        scopes.Peek().Seen.Add(key, instruction);
        return instruction;
    }

    /// <summary>Appends an instruction as it is.</summary>
    public T Append<T>(T instruction) where T : Instruction
    {
        Current.Instructions.Add(instruction);
        return instruction;
    }

    /// <summary>Puts an instruction at the function's start, so that it is there once however often this place is passed.</summary>
    public Instruction AppendAtEntry(Instruction instruction)
    {
        scopes.Last().Region.Instructions.Insert(0, instruction);
        return instruction;
    }

    /// <summary>Puts a region's instructions at the function's start.</summary>
    public void InsertAtEntry(Region region) => scopes.Last().Region.Instructions.InsertRange(0, region.Instructions);

    public Value Binary(Op op, Value a, Value b) => Emit(op, op.IsComparison() ? IrType.Bool : a.Type, [a, b]);
    public Value Add(Value a, Value b) => Binary(Op.Add, a, b);
    public Value Mul(Value a, Value b) => Binary(Op.Mul, a, b);
    public Value And(Value a, Value b) => Binary(Op.And, a, b);
    public Value Or(Value a, Value b) => Binary(Op.Or, a, b);
    public Value Not(Value a) => Emit(Op.Not, a.Type, [a]);
    public Value Select(Value condition, Value whenTrue, Value whenFalse) =>
        Emit(Op.Select, whenTrue.Type, [condition, whenTrue, whenFalse]);

    /// <summary>The address of element <paramref name="index"/> behind a pointer, elements being <paramref name="bytes"/> long.</summary>
    public Value PtrAdd(Value pointer, Value index, long bytes) => Emit(Op.PtrAdd, pointer.Type, [pointer, index], bytes);

    public Value Load(Value pointer, MemoryType type) => Emit(Op.Load, type.ValueType(), [pointer], (long)type);

    public void Store(Value pointer, Value value, MemoryType type) => Emit(Op.Store, IrType.Bool, [pointer, value], (long)type);

    /// <summary>Appends a finished <see cref="If"/>; results on which both sides agree are taken from outside.</summary>
    public Value[] AppendIf(If instruction)
    {
        Region then = instruction.Then, otherwise = instruction.Else;
        if (then.IsEmpty && otherwise.IsEmpty)
            return [.. then.Yields.Zip(otherwise.Yields, (a, b) => Select(instruction.Condition, a, b))];
        Assume(then, instruction.Condition, true);
        Assume(otherwise, instruction.Condition, false);
        var kept = new List<int>();
        var values = new Value[then.Yields.Count];
        for (int i = 0; i < values.Length; i++)
        {
            Value a = then.Yields[i], b = otherwise.Yields[i];
            if (ReferenceEquals(a, b) || a is Constant x && b is Constant y && x.SameAs(y))
                values[i] = a;
            else if (a.Type == IrType.Bool && a is Constant p && b is Constant)
                values[i] = p.Bits != 0 ? instruction.Condition : Not(instruction.Condition);
            else
                kept.Add(i);
        }
        if (kept.Count < values.Length)
        {
            Keep(then, kept);
            Keep(otherwise, kept);
            instruction = new If(instruction.Condition, then, otherwise, instruction.Location);
        }
        Append(instruction);
        for (int k = 0; k < kept.Count; k++)
            values[kept[k]] = OppositeOf(instruction, k) is { } opposite ? Not(opposite) : instruction.Results[k];
        return values;

        static void Keep(Region region, List<int> kept)
        {
            Value[] yields = [.. kept.Select(i => region.Yields[i])];
            region.Yields.Clear();
            region.Yields.AddRange(yields);
        }
    }

    /// <summary>Inside a region the condition that led there is known.</summary>
    private static void Assume(Region region, Value condition, bool holds)
    {
        for (int i = 0; i < region.Yields.Count; i++)
        {
            if (ReferenceEquals(region.Yields[i], condition))
                region.Yields[i] = Constant.Bool(holds);
            else if (AreOpposite(region.Yields[i], condition))
                region.Yields[i] = Constant.Bool(!holds);
        }
    }

    /// <summary>An earlier Bool result that is always the opposite: so the flags of exclusive ways are seen to be one.</summary>
    private static Result? OppositeOf(If instruction, int index)
    {
        if (instruction.Results[index].Type != IrType.Bool)
            return null;
        return Array.Find(instruction.Results[..index], earlier => earlier.Type == IrType.Bool
            && AreOpposite(instruction.Then.Yields[index], instruction.Then.Yields[earlier.Index])
            && AreOpposite(instruction.Else.Yields[index], instruction.Else.Yields[earlier.Index]));
    }

    public static bool AreOpposite(Value a, Value b) => (a, b) switch
    {
        (Constant x, Constant y) => x.Type == IrType.Bool && y.Type == IrType.Bool && x.Bits != y.Bits,
        (Instruction { Op: Op.Not } x, _) when ReferenceEquals(x.Operands[0], b) => true,
        (_, Instruction { Op: Op.Not } y) when ReferenceEquals(y.Operands[0], a) => true,
        (Instruction x, Instruction y) => x.Operands.Length == 2 && y.Operands.Length == 2 && Invert(x) == y.Op
            && Key.Same(x.Operands[0], y.Operands[0]) && Key.Same(x.Operands[1], y.Operands[1]),
        _ => false,
    };

    private static Op? Invert(Instruction comparison)
    {
        bool isFloat = comparison.Operands.Length > 0 && comparison.Operands[0].Type.IsFloat;
        return comparison.Op switch
        {
            Op.Eq => Op.Ne,
            Op.Ne => Op.Eq,
            _ when isFloat => null,
            >= Op.Lt and <= Op.GeU => comparison.Op.Inverse(),
            _ => null,
        };
    }

    private readonly struct Key(Op op, IrType type, Value[] operands, long attribute) : IEquatable<Key>
    {
        private readonly Op op = op;
        private readonly IrType type = type;
        private readonly Value[] operands = operands;
        private readonly long attribute = attribute;

        public bool Equals(Key other)
        {
            if (op != other.op || type != other.type || attribute != other.attribute || operands.Length != other.operands.Length)
                return false;
            for (int i = 0; i < operands.Length; i++)
            {
                if (!Same(operands[i], other.operands[i]))
                    return false;
            }
            return true;
        }

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode()
        {
            int hash = (int)op * 31 + attribute.GetHashCode();
            foreach (Value operand in operands)
                hash = hash * 31 + (operand is Constant c ? c.Bits.GetHashCode() : operand.GetHashCode());
            return hash;
        }

        public static bool Same(Value a, Value b) => ReferenceEquals(a, b) || a is Constant x && b is Constant y && x.SameAs(y);
    }
}
