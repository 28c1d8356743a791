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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(ReadOnlySpan<int> lanes)
    {
        foreach (int lane in lanes)
            result[lane] = evaluate(a[lane], b[lane], c[lane]);
    }
}

/// <summary>An instruction that computes, counted.</summary>
internal sealed class CountedStep(Step step, Counters counters, Work work) : Step
{
    public override void Run(ReadOnlySpan<int> lanes)
    {
        counters.Compute(work, lanes.Length);
        step.Run(lanes);
    }
}

/// <summary>Operations that are counted and not computed.</summary>
internal sealed class TallyStep(Counters counters, Work work) : Step
{
    /// <summary>Both together.</summary>
    public TallyStep And(TallyStep other) => new(counters, work + other.Work);

    private Work Work => work;

    public override void Run(ReadOnlySpan<int> lanes) => counters.Compute(work, lanes.Length);
}

/// <summary>The instructions of a region, one after the other.</summary>
/// <param name="steps">What runs of them.</param>
/// <param name="warps">What counts the work of warps; null for nothing.</param>
/// <param name="instructions">How many they are.</param>
internal sealed class Block(Step[] steps, WarpCounters? warps = null, int instructions = 0) : Step
{
    public override void Run(ReadOnlySpan<int> lanes)
    {
        warps?.Execute(lanes, instructions);
        foreach (Step step in steps)
            step.Run(lanes);
    }
}
