using VaeGpu.Gpu.IR;
using VaeGpu.Tests.Interpreter;

namespace VaeGpu.Tests.Compiler;

/// <summary>
/// Random loops that carry flags: branches on them have effects and give them new values, their own condition's among them,
/// and they say whether the loop goes on.
/// </summary>
internal sealed class FlagStatements(Random random, IrKernel k, ValuePool pool, ExpressionGenerator expressions)
{
    private readonly Builder b = k.B;

    /// <summary>A loop of a few rounds. Its results are visible from here on.</summary>
    /// <param name="together">Whether all threads of the group go the same way.</param>
    /// <param name="effect">Adds statements to a side of a branch.</param>
    public void Loop(bool together, Action effect)
    {
        Value rounds = random.Next(2) == 0 ? Constant.I32(random.Next(1, 6)) : expressions.Below(3, together);
        Value[] initial = [.. Types().Select(t => expressions.Any(t, 1, together))];
        Add(random.Next(2) == 0
            ? k.For(Constant.I32(0), rounds, 1, initial, (_, carried) => pool.Inside(() => Round(carried, together, effect)))
            : While(rounds, initial, together, effect), together);
    }

    /// <summary>The first flag says whether there is another round; now or, as it is only now known, after the next one.</summary>
    private Value[] While(Value rounds, Value[] initial, bool together, Action effect)
    {
        bool isLate = random.Next(2) == 0;
        return k.While([Constant.I32(0), .. initial], carried => pool.Inside(() =>
        {
            Value round = b.Add(carried[0], Constant.I32(1));
            Value[] next = Round(carried[1..], together, effect);
            next[0] = b.And(next[0], b.Binary(Op.Lt, round, rounds));
            return (isLate ? carried[1] : next[0], (Value[])[round, .. next]);
        }))[1..];
    }

    private Value[] Round(Value[] values, bool together, Action effect)
    {
        Add(values, together);
        for (int branches = random.Next(3) == 0 ? 2 : 1; branches > 0; branches--)
        {
            values = Branch(values, together, effect);
            Add(values, together);
        }
        return random.Next(3) > 0 ? values : [.. values.Select(v => Next(v, values, together))];
    }

    /// <summary>A branch that gives each value anew: as it is, as it was made ahead of the branch, or as a side makes it.</summary>
    private Value[] Branch(Value[] values, bool together, Action effect)
    {
        Value[] opposite = [.. values.Select(v => v.Type == IrType.Bool ? b.Not(v) : v)];
        Value[] ahead = [.. values.Select(v => Next(v, values, together))];
        Value condition = random.Next(3) > 0 ? AnyFlag(values) : Next(AnyFlag(values), values, together);
        return k.Choose(condition, Side, Side);

        // A side without any instruction may yet turn flags round.
        Value[] Side() => random.Next(3) == 0 ? [.. values.Select((v, i) => random.Next(2) == 0 ? v : opposite[i])] : pool.Inside(FullSide);

        Value[] FullSide()
        {
            for (int effects = random.Next(1, 4); effects > 0; effects--)
                effect();
            return [.. values.Select((v, i) => random.Next(4) switch
            {
                0 => v,
                1 => ahead[i],
                _ => Next(v, values, together),
            })];
        }
    }

    private Value Next(Value value, Value[] values, bool together)
    {
        if (value.Type != IrType.Bool)
            return expressions.Any(value.Type, 2, together);
        return random.Next(6) switch
        {
            0 or 1 => b.Not(value),
            2 => b.Binary(Op.And + (byte)random.Next(3), value, AnyFlag(values)),
            3 => b.Select(AnyFlag(values), AnyFlag(values), value),
            4 => AnyFlag(values),
            _ => expressions.Any(IrType.Bool, 2, together),
        };
    }

    private Value AnyFlag(Value[] values)
    {
        Value[] flags = [.. values.Where(v => v.Type == IrType.Bool)];
        return flags[random.Next(flags.Length)];
    }

    /// <summary>One flag to three, and now and then another value beside them.</summary>
    private IrType[] Types()
    {
        IrType[] flags = [.. Enumerable.Repeat(IrType.Bool, 1 + Math.Min(random.Next(3), random.Next(3)))];
        return random.Next(3) == 0 ? [.. flags, expressions.AnyType()] : flags;
    }

    private void Add(Value[] values, bool together)
    {
        foreach (Value value in values)
            pool.Add(value, together);
    }
}
