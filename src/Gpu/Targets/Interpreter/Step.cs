using VaeGpu.Gpu.Inspection;

namespace VaeGpu.Gpu.Targets.Interpreter;

/// <summary>An instruction made ready: it knows the columns that it reads and writes.</summary>
internal abstract class Step
{
    /// <summary>Does the instruction in some lanes, which are in ascending order.</summary>
    public abstract void Run(ReadOnlySpan<int> lanes);
}

/// <summary>An instruction that only computes.</summary>
internal sealed class ComputeStep(Evaluate evaluate, long[] a, long[] b, long[] c, long[] result) : Step
{
    public override void Run(ReadOnlySpan<int> lanes)
    {
        foreach (int lane in lanes)
            result[lane] = evaluate(a[lane], b[lane], c[lane]);
    }
}

/// <summary>An instruction that computes, counted.</summary>
internal sealed class CountedStep(Step step, Counters counters, int flops) : Step
{
    public override void Run(ReadOnlySpan<int> lanes)
    {
        counters.Compute((long)flops * lanes.Length);
        step.Run(lanes);
    }
}

/// <summary>The instructions of a region, one after the other.</summary>
internal sealed class Block(Step[] steps) : Step
{
    public override void Run(ReadOnlySpan<int> lanes)
    {
        foreach (Step step in steps)
            step.Run(lanes);
    }
}
