namespace VaeGpu.Gpu.Frontend;

/// <summary>
/// The value that each variable has at the point where the importer stands. Variables of inlined methods come and go like
/// a stack. Where control flow joins, the values that differ become results; where it loops, they become carried values.
/// </summary>
internal sealed class Environment(Importer importer)
{
    private CsValue?[] values = new CsValue?[64];
    private bool[] addressTaken = new bool[64];

    /// <summary>The number of variables alive.</summary>
    public int Count { get; private set; }

    private Builder Builder => importer.Builder;

    /// <summary>A new variable.</summary>
    public int Declare(CsValue? value = null)
    {
        if (Count == values.Length)
            Array.Resize(ref values, 2 * Count);
        if (Count == addressTaken.Length)
            Array.Resize(ref addressTaken, 2 * Count);
        values[Count] = value;
        return Count++;
    }

    /// <summary>Forgets all variables from a number on.</summary>
    public void Truncate(int count)
    {
        Array.Clear(values, count, Count - count);
        Array.Clear(addressTaken, count, Count - count);
        Count = count;
    }

    public CsValue? this[int variable]
    {
        get => values[variable];
        set => values[variable] = value;
    }

    /// <summary>Notes that a reference to the variable exists, so that any code may change it.</summary>
    public void TakeAddress(int variable) => addressTaken[variable] = true;

    /// <summary>Whether a flag is set, as a Bool value.</summary>
    public Value Flag(int variable) => ((ScalarValue)values[variable]!).Value;

    public void SetFlag(int variable, bool value) => values[variable] = new ScalarValue(Constant.Bool(value));

    /// <summary>Imports two alternatives and joins what they leave. A constant condition imports one.</summary>
    public void If(Value condition, Action then, Action otherwise)
    {
        if (condition is Constant c)
        {
            (c.Bits != 0 ? then : otherwise)();
            return;
        }
        SourceLocation? location = Builder.Location;
        CsValue?[] before = [.. values], original = values[..Count];
        Assume(condition, true);
        (Region thenRegion, CsValue?[] afterThen) = Fill(then);
        Array.Resize(ref before, afterThen.Length);
        values = before;
        Assume(condition, false);
        (Region elseRegion, CsValue?[] afterElse) = Fill(otherwise);
        Array.Resize(ref afterThen, afterElse.Length);
        Builder.Location = location;
        Join(condition, thenRegion, afterThen, elseRegion, afterElse);
        // What was only assumed differently on the two ways has not changed.
        for (int v = 0; v < original.Length; v++)
        {
            if (values[v] is ScalarValue now && original[v] is ScalarValue was && ReferenceEquals(now.Value, was.Value))
                values[v] = was;
        }
    }

    /// <summary>On a way that a condition leads to, flags that are this condition or its opposite are known.</summary>
    private void Assume(Value condition, bool holds)
    {
        for (int v = 0; v < Count; v++)
        {
            if (values[v] is not ScalarValue { Value: var flag } || flag.Type != IrType.Bool || flag is Constant)
                continue;
            if (ReferenceEquals(flag, condition))
                SetFlag(v, holds);
            else if (Builder.AreOpposite(flag, condition))
                SetFlag(v, !holds);
        }
    }

    private (Region, CsValue?[]) Fill(Action action)
    {
        var region = new Region();
        Builder.Enter(region);
        action();
        Builder.Leave();
        return (region, values);
    }

    private void Join(Value condition, Region then, CsValue?[] afterThen, Region otherwise, CsValue?[] afterElse)
    {
        var joined = new List<int>();
        values = new CsValue?[afterElse.Length];
        for (int v = 0; v < Count; v++)
        {
            CsValue? a = afterThen[v], b = afterElse[v];
            if (ReferenceEquals(a, b))
            {
                values[v] = a;
                continue;
            }
            // What is set on one way only is read on that way only: any value will do for the other.
            values[v] = Merge(a ?? NoValue.Unassigned, b ?? NoValue.Unassigned, then, otherwise);
            joined.Add(v);
        }
        var results = new Queue<Value>(Builder.AppendIf(new If(condition, then, otherwise, Builder.Location)));
        foreach (int variable in joined)
            values[variable] = values[variable]!.WithLeaves(results);
    }

    /// <summary>Yields the parts of two values that meet, and gives the shape of what they become.</summary>
    private CsValue Merge(CsValue a, CsValue b, Region then, Region otherwise)
    {
        if (a == NoValue.Unassigned)
            a = Zero(b);
        else if (b == NoValue.Unassigned)
            b = Zero(a);
        if (a is StructValue x && b is StructValue y)
            return x with { Fields = [.. x.Fields.Select((field, i) => Merge(field, y.Fields[i], then, otherwise))] };
        (a, b) = (Unify(a, b, then), Unify(b, a, otherwise));
        Value[] left = [.. a.Leaves], right = [.. b.Leaves];
        if (a.GetType() != b.GetType() || left.Length == 0 && !a.Equals(b))
        {
            return new NoValue("A reference stands for different variables on the paths that join before its use.",
                "Use one reference for each variable.");
        }
        for (int i = 0; i < left.Length; i++)
        {
            if (left[i].Type != right[i].Type)
                return Conflict(left[i].Type, right[i].Type);
        }
        then.Yields.AddRange(left);
        otherwise.Yields.AddRange(right);
        return a;
    }

    private static NoValue Conflict(IrType a, IrType b) => a.IsPointer && b.IsPointer
        ? new($"A view or reference stands in {a.Space.ToString().ToLowerInvariant()} memory or in {b.Space.ToString().ToLowerInvariant()} "
            + "memory, depending on the path here.",
            "Use one variable for each memory, or branch around the code that uses them.")
        : new($"A variable is {a} or {b}, depending on the path here.", "Give it one type.");

    private static CsValue Zero(CsValue shape) => shape.WithLeaves(new Queue<Value>(shape.Leaves.Select(leaf => Constant.Zero(leaf.Type))));

    /// <summary>A Bool that meets an int: constants become Bool, else the Bool becomes 0 or 1.</summary>
    private CsValue Unify(CsValue value, CsValue other, Region region)
    {
        if (value is not ScalarValue { Value: var v } || other is not ScalarValue { Value: var w } || v.Type == w.Type)
            return value;
        if (v is Constant { Bits: 0 or 1 } c && v.Type == IrType.I32 && w.Type == IrType.Bool)
            return new ScalarValue(Constant.Bool(c.Bits != 0));
        if (v.Type == IrType.Bool && w.Type == IrType.I32 && w is not Constant { Bits: 0 or 1 })
        {
            Builder.Enter(region);
            Value number = Builder.Emit(Op.BoolToInt, IrType.I32, [v]);
            Builder.Leave();
            return new ScalarValue(number);
        }
        return value;
    }

    /// <summary>
    /// Imports a loop. <paramref name="assigned"/> are the variables that the body may change, besides those whose address
    /// was taken; <paramref name="exits"/> are the flags that say where the loop was left to. The body sets
    /// <paramref name="running"/> where it goes round again.
    /// </summary>
    public void Loop(IEnumerable<int> assigned, IReadOnlyCollection<int> exits, int running, Action body)
    {
        SourceLocation? location = Builder.Location;
        List<int> carried = [], others = [];
        foreach (int v in Changing(assigned, exits))
            (values[v] is { } value && value.Leaves.Any() ? carried : others).Add(v);
        CsValue?[] before = values[..Count];
        var region = new Region();
        List<Value> initial = Carry(carried, exits, region);
        SetFlag(running, false);
        CsValue?[] start = values[..Count];
        Builder.Enter(region);
        body();
        foreach (int v in carried)
            Yield(before[v]!, values[v] ?? before[v]!, region.Yields);
        foreach (int flag in exits)
            region.Yields.Add(Flag(flag));
        region.Condition = Flag(running);
        Builder.Leave();
        Builder.Location = location;
        foreach (int v in others)
            RequireFixed(v, before[v]);
        var loop = Builder.Append(new While([.. initial], region, location));
        // Whatever else the body set is of its own and means nothing behind it.
        for (int v = 0; v < Count; v++)
        {
            if (v >= start.Length || !ReferenceEquals(values[v], start[v]))
                values[v] = null;
        }
        // A value that comes round unchanged is known behind the loop as what it was before.
        var results =
            new Queue<Value>(loop.Results.Select((r, i) => ReferenceEquals(region.Yields[i], region.Arguments[i]) ? initial[i] : r));
        foreach (int v in carried)
            values[v] = before[v]!.WithLeaves(results);
        foreach (int v in others)
            values[v] = before[v];
        foreach (int flag in exits)
            values[flag] = new ScalarValue(results.Dequeue());
        SetFlag(running, false);
    }

    /// <summary>The variables that a loop may change, in order: the assigned ones, and all that a reference may stand for.</summary>
    private int[] Changing(IEnumerable<int> assigned, IReadOnlyCollection<int> exits)
    {
        HashSet<int> changing = [.. assigned];
        return [.. Enumerable.Range(0, Count).Where(v => (addressTaken[v] || changing.Contains(v)) && !exits.Contains(v))];
    }

    /// <summary>Makes a loop's arguments of the variables' values, and gives what they start as; the exits' flags start unset.</summary>
    private List<Value> Carry(List<int> carried, IReadOnlyCollection<int> exits, Region region)
    {
        var initial = new List<Value>();
        foreach (int v in carried)
            initial.AddRange(values[v]!.Leaves);
        foreach (Value value in initial)
            region.AddArgument(value.Type);
        var arguments = new Queue<Value>(region.Arguments);
        foreach (int v in carried)
            values[v] = values[v]!.WithLeaves(arguments);
        foreach (int flag in exits)
        {
            SetFlag(flag, false);
            initial.Add(Flag(flag));
            region.AddArgument(IrType.Bool);
        }
        return initial;
    }

    /// <summary>A variable that the loop cannot carry: it has no value yet, or it is a reference to another variable.</summary>
    private void RequireFixed(int variable, CsValue? before)
    {
        if (before is VariableReference && !before.Equals(values[variable]))
            throw importer.Error("A ref local stands for different variables in different iterations.",
                "Use one reference for each variable.");
    }

    /// <summary>Yields a variable's value in the shape that it had as the loop began.</summary>
    private void Yield(CsValue shape, CsValue value, List<Value> yields)
    {
        if (shape is StructValue structure)
        {
            for (int i = 0; i < structure.Fields.Length; i++)
                Yield(structure.Fields[i], ((StructValue)importer.Require(value)).Fields[i], yields);
            return;
        }
        Value[] wanted = [.. shape.Leaves], given = wanted.Length == 0 ? [] : [.. importer.Require(value).Leaves];
        for (int i = 0; i < wanted.Length; i++)
            yields.Add(Coerce(given[i], wanted[i].Type));
    }

    private Value Coerce(Value value, IrType type)
    {
        if (value.Type == type)
            return value;
        if (type == IrType.I32 && value.Type == IrType.Bool)
            return Builder.Emit(Op.BoolToInt, IrType.I32, [value]);
        if (type == IrType.Bool && value.Type == IrType.I32)
            return Builder.Binary(Op.Ne, value, Constant.I32(0));
        NoValue conflict = Conflict(type, value.Type);
        throw importer.Error(conflict.What, conflict.Remedy);
    }
}
