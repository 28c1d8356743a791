using VaeGpu.Gpu.IR;

namespace VaeGpu.Gpu.Frontend;

/// <summary>
/// The value that each variable has at the point where the importer stands. Variables of inlined methods come and go like
/// a stack. Where control flow joins, the values that differ become results; where it loops, they become carried values.
/// </summary>
internal sealed class Environment(Importer importer)
{
    private CsValue?[] values = new CsValue?[64];
    private readonly HashSet<int> addressTaken = [];

    /// <summary>The number of variables alive.</summary>
    public int Count { get; private set; }

    private Builder Builder => importer.Builder;

    /// <summary>A new variable.</summary>
    public int Declare(CsValue? value = null)
    {
        if (Count == values.Length)
            Array.Resize(ref values, 2 * Count);
        values[Count] = value;
        return Count++;
    }

    /// <summary>Forgets all variables from a number on.</summary>
    public void Truncate(int count)
    {
        Array.Clear(values, count, Count - count);
        addressTaken.RemoveWhere(v => v >= count);
        Count = count;
    }

    public CsValue? this[int variable]
    {
        get => values[variable];
        set => values[variable] = value;
    }

    /// <summary>Notes that a reference to the variable exists, so that any code may change it.</summary>
    public void TakeAddress(int variable) => addressTaken.Add(variable);

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
        CsValue?[] before = [.. values], original = values[..Count];
        Assume(condition, true);
        (Region thenRegion, CsValue?[] afterThen) = Fill(then);
        Array.Resize(ref before, afterThen.Length);
        values = before;
        Assume(condition, false);
        (Region elseRegion, CsValue?[] afterElse) = Fill(otherwise);
        Array.Resize(ref afterThen, afterElse.Length);
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
        var joined = new List<(int Variable, CsValue Shape)>();
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
            a ??= Zero(b!);
            b ??= Zero(a);
            (a, b) = (Unify(a, b, then), Unify(b, a, otherwise));
            Value[] left = [.. a.Leaves], right = [.. b.Leaves];
            if (a.GetType() != b.GetType() || left.Length != right.Length || left.Length == 0 && !a.Equals(b) && a is not StructValue)
                throw importer.Error("A reference stands for different variables on two ways that join here.", "Use one reference for each variable.");
            for (int i = 0; i < left.Length; i++)
            {
                if (left[i].Type != right[i].Type)
                    throw importer.Error($"Two ways that join here leave a value as {left[i].Type} and as {right[i].Type}.",
                        "Give the variable one type; a view must stay in global, shared or local memory.");
            }
            then.Yields.AddRange(left);
            otherwise.Yields.AddRange(right);
            joined.Add((v, a));
        }
        var results = new Queue<Value>(Builder.AppendIf(new If(condition, then, otherwise, Builder.Location)));
        foreach ((int variable, CsValue shape) in joined)
            values[variable] = shape.WithLeaves(results);
    }

    private static CsValue Zero(CsValue shape) =>
        shape.WithLeaves(new Queue<Value>(shape.Leaves.Select(leaf => Constant.Zero(leaf.Type))));

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
        int[] changing = [.. assigned.Concat(addressTaken).Distinct().Where(v => v < Count).Except(exits).Order()];
        int[] carried = Array.FindAll(changing, v => values[v]?.Leaves.Any() == true);
        (int, CsValue?)[] fixedVariables = [.. changing.Except(carried).Select(v => (v, values[v]))];
        Value[] initial = [.. carried.SelectMany(v => values[v]!.Leaves), .. exits.Select(_ => Constant.Bool(false))];
        var region = new Region();
        region.Arguments.AddRange(initial.Select(v => new RegionArgument(v.Type)));
        var arguments = new Queue<Value>(region.Arguments);
        CsValue[] shapes = [.. carried.Select(v => values[v]!)];
        foreach (int v in carried)
            values[v] = values[v]!.WithLeaves(arguments);
        foreach (int flag in exits)
            SetFlag(flag, false);
        SetFlag(running, false);
        CsValue?[] before = values[..Count];
        Builder.Enter(region);
        body();
        for (int i = 0; i < carried.Length; i++)
            region.Yields.AddRange(Yield(shapes[i], values[carried[i]]));
        region.Yields.AddRange(exits.Select(Flag));
        region.Condition = Flag(running);
        Builder.Leave();
        foreach ((int v, CsValue? value) in fixedVariables)
            RequireFixed(v, value);
        var loop = Builder.Append(new While(initial, region, Builder.Location));
        // Whatever else the body set is of its own and means nothing behind it.
        for (int v = 0; v < Count; v++)
        {
            if (v >= before.Length || !ReferenceEquals(values[v], before[v]))
                values[v] = null;
        }
        // A value that comes round unchanged is known behind the loop as what it was before.
        var results = new Queue<Value>(loop.Results.Select((r, i) => ReferenceEquals(region.Yields[i], region.Arguments[i]) ? initial[i] : r));
        for (int i = 0; i < carried.Length; i++)
            values[carried[i]] = shapes[i].WithLeaves(results);
        foreach (int flag in exits)
            values[flag] = new ScalarValue(results.Dequeue());
        SetFlag(running, false);
    }

    /// <summary>A variable that the loop cannot carry: it has no value yet, or it is a reference to another variable.</summary>
    private void RequireFixed(int variable, CsValue? before)
    {
        if (before is VariableReference && !before.Equals(values[variable]))
            throw importer.Error("A ref local stands for different variables in different iterations.", "Use one reference for each variable.");
        values[variable] = before;
    }

    private IEnumerable<Value> Yield(CsValue shape, CsValue? value)
    {
        Value[] wanted = [.. shape.Leaves];
        Value[] given = value is null ? wanted : [.. value.Leaves];
        for (int i = 0; i < wanted.Length; i++)
        {
            Value leaf = given[i];
            if (leaf.Type != wanted[i].Type)
            {
                leaf = wanted[i].Type == IrType.I32 && leaf.Type == IrType.Bool ? Builder.Emit(Op.BoolToInt, IrType.I32, [leaf])
                    : wanted[i].Type == IrType.Bool && leaf.Type == IrType.I32 ? Builder.Binary(Op.Ne, leaf, Constant.I32(0))
                    : throw importer.Error($"A variable changes from {wanted[i].Type} to {leaf.Type} in a loop.",
                        "Give it one type; a view must stay in global, shared or local memory.");
            }
            yield return leaf;
        }
    }
}
