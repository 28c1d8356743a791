using VaeGpu.Kernels.Schedules;

namespace VaeGpu.Kernels.Step;

/// <summary>The sizes of a step.</summary>
public struct StepShape
{
    public int Rows;
    /// <summary>Rows of the data set: where the epoch ends.</summary>
    public int Count;
    /// <summary>Losses that are added, where they are sums of shards; 0 for one of each row.</summary>
    public int Sums;
}

/// <summary>The end of a step: adds the batch's losses to the running sums, notices a loss that is not finite, and counts on.</summary>
/// <remarks>
/// <para>likelihoodLoss and divergence (rows), or their sums over each shard (shards). The batch is added in the order of
/// <see cref="RowReduction"/>, its sum to the running one with the rounding error carried along (Knuth's two-sum), so sums over an epoch
/// stay exact to a few ulp.</para>
/// <para>One group, whose first thread does the rest. 2048 shared bytes; the barriers of RowReduction. Its unfused twins are
/// <see cref="AddLosses"/> and <see cref="CountOn"/>. Test: StepTests.</para>
/// </remarks>
public static class Metrics
{
    /// <summary>The kernel of a training step, launched last.</summary>
    public static void EndStep<TSchedule>(
        ArrayView<float> likelihoodLoss, ArrayView<float> divergence, ArrayView<MetricSums> sums, ArrayView<ControlBlock> control,
        StepShape shape) where TSchedule : struct, ISchedule
    {
        AddLosses(likelihoodLoss, divergence, sums, control, shape);
        CountOn<TSchedule>(control, shape);
    }

    /// <summary>The first half alone: the batch's losses.</summary>
    public static void AddLosses(
        ArrayView<float> likelihoodLoss, ArrayView<float> divergence, ArrayView<MetricSums> sums, ArrayView<ControlBlock> control,
        StepShape shape)
    {
        int count = Shard.OrRows(shape.Sums, shape.Rows);
        float batchLoss = RowReduction.Sum(new RowOf { Values = likelihoodLoss }, count);
        float batchDivergence = RowReduction.Sum(new RowOf { Values = divergence }, count);
        if (Group.IdxX == 0)
            sums[0] = Add(sums[0], batchLoss, batchDivergence, shape.Rows, control[0].Step);
    }

    /// <summary>The second half alone: the counters, and the weights and rates that follow them.</summary>
    public static void CountOn<TSchedule>(ArrayView<ControlBlock> control, StepShape shape) where TSchedule : struct, ISchedule
    {
        if (Group.IdxX == 0)
            control[0] = Advance<TSchedule>(control[0], shape);
    }

    private static MetricSums Add(MetricSums sums, float loss, float divergence, int rows, int step)
    {
        float lossSum = sums.NegativeLogLikelihood + loss;
        float divergenceSum = sums.Divergence + divergence;
        bool finite = FloatBits.IsFinite(loss) & FloatBits.IsFinite(divergence);
        return new MetricSums
        {
            NegativeLogLikelihood = lossSum,
            NegativeLogLikelihoodLost = sums.NegativeLogLikelihoodLost + RoundingError(sums.NegativeLogLikelihood, loss, lossSum),
            Divergence = divergenceSum,
            DivergenceLost = sums.DivergenceLost + RoundingError(sums.Divergence, divergence, divergenceSum),
            Rows = sums.Rows + rows,
            FirstNonFiniteStep = (sums.FirstNonFiniteStep == 0) & !finite ? step : sums.FirstNonFiniteStep,
        };
    }

    /// <summary>a + b − sum, exactly, where sum is a + b rounded (Knuth, TAOCP vol. 2, 4.2.2, theorem B).</summary>
    private static float RoundingError(float a, float b, float sum)
    {
        float shareOfB = sum - a;
        return (a - (sum - shareOfB)) + (b - shareOfB);
    }

    private static ControlBlock Advance<TSchedule>(ControlBlock now, StepShape shape) where TSchedule : struct, ISchedule
    {
        int position = now.Position + shape.Rows;
        bool epochEnds = position >= shape.Count;
        now.Step++;
        now.Epoch += epochEnds ? 1 : 0;
        now.Position = epochEnds ? 0 : position;
        now.DivergenceWeight = WarmUp.DivergenceWeight(now);
        now.LearningRate = LearningRate.Of<TSchedule>(now);
        return now;
    }
}
