namespace VaeGpu.Gpu.Targets.Interpreter;

/// <summary>Copies several columns at once: every source is read before any target is written, so that values can swap.</summary>
internal sealed class Transfer(long[][] sources, long[][] targets)
{
    private readonly long[][] held = [.. sources.Select(s => new long[s.Length])];

    public void Run(ReadOnlySpan<int> lanes)
    {
        for (int i = 0; i < sources.Length; i++)
            Copy(sources[i], held[i], lanes);
        for (int i = 0; i < sources.Length; i++)
            Copy(held[i], targets[i], lanes);
    }

    private static void Copy(long[] source, long[] target, ReadOnlySpan<int> lanes)
    {
        foreach (int lane in lanes)
            target[lane] = source[lane];
    }
}

/// <summary>One region for the lanes where the condition holds, then the other for the rest.</summary>
internal sealed class IfStep(
    Machine machine, If branch, long[] condition, Step then, Transfer thenYields, Step otherwise, Transfer otherwiseYields) : Step
{
    private readonly int[] taken = new int[condition.Length];
    private readonly int[] left = new int[condition.Length];

    public override void Run(ReadOnlySpan<int> lanes)
    {
        int takenCount = 0, leftCount = 0;
        foreach (int lane in lanes)
        {
            if (condition[lane] != 0)
                taken[takenCount++] = lane;
            else
                left[leftCount++] = lane;
        }
        if (!branch.Then.IsEmpty && !branch.Else.IsEmpty)
            machine.Counters?.Warps?.Branch(branch, taken.AsSpan(0, takenCount), left.AsSpan(0, leftCount));
        Run(then, thenYields, taken.AsSpan(0, takenCount));
        Run(otherwise, otherwiseYields, left.AsSpan(0, leftCount));
    }

    private static void Run(Step region, Transfer yields, ReadOnlySpan<int> lanes)
    {
        if (lanes.IsEmpty)
            return;
        region.Run(lanes);
        yields.Run(lanes);
    }
}

/// <summary>A counted loop: lanes drop out as their counters reach their ends.</summary>
internal sealed class ForStep(
    Machine machine, For loop, long[] lower, long[] upper, long[] counter,
    Transfer initial, Step body, Transfer yields, Transfer results) : Step
{
    private readonly int[] active = new int[lower.Length];
    private readonly long[] next = new long[lower.Length];
    private readonly long step = loop.Step;

    public override void Run(ReadOnlySpan<int> lanes)
    {
        initial.Run(lanes);
        foreach (int lane in lanes)
            next[lane] = lower[lane];
        int rounds = 0;
        for (ReadOnlySpan<int> running = Filter(lanes); !running.IsEmpty; running = Filter(running))
        {
            machine.ThrowIfEndless(++rounds, loop, running);
            body.Run(running);
            yields.Run(running);
            Advance(running);
        }
        results.Run(lanes);
    }

    private ReadOnlySpan<int> Filter(ReadOnlySpan<int> lanes)
    {
        int count = 0;
        foreach (int lane in lanes)
        {
            if (step > 0 ? next[lane] >= upper[lane] : next[lane] <= upper[lane])
                continue;
            counter[lane] = next[lane];
            active[count++] = lane;
        }
        return active.AsSpan(0, count);
    }

    /// <summary>The counter goes on past its type's range, so that a loop up to the last number ends.</summary>
    private void Advance(ReadOnlySpan<int> lanes)
    {
        foreach (int lane in lanes)
        {
            long sum = next[lane] + step;
            next[lane] = step > 0 == sum > next[lane] ? sum : step > 0 ? long.MaxValue : long.MinValue;
        }
    }
}

/// <summary>A loop that goes on in the lanes where its condition holds at its end.</summary>
internal sealed class WhileStep(
    Machine machine, While loop, Transfer initial, Step body, long[] condition, Transfer yields, Transfer results) : Step
{
    private readonly int[] active = new int[condition.Length];
    private readonly bool[] goesOn = new bool[condition.Length];

    public override void Run(ReadOnlySpan<int> lanes)
    {
        initial.Run(lanes);
        lanes.CopyTo(active);
        int count = lanes.Length, rounds = 0;
        while (count > 0)
        {
            Span<int> running = active.AsSpan(0, count);
            machine.ThrowIfEndless(++rounds, loop, running);
            body.Run(running);
            // Read before the yields change what the condition may be: a carried value.
            foreach (int lane in running)
                goesOn[lane] = condition[lane] != 0;
            yields.Run(running);
            count = 0;
            foreach (int lane in running)
            {
                if (goesOn[lane])
                    active[count++] = lane;
            }
        }
        results.Run(lanes);
    }
}
