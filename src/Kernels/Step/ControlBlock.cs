using VaeGpu.Kernels.Schedules;

namespace VaeGpu.Kernels.Step;

/// <summary>
/// What changes from step to step, in device memory: the launches of a step are the same each time, so a step can be captured
/// once and replayed. The device advances <see cref="Step"/>, <see cref="Epoch"/>, <see cref="Position"/>,
/// <see cref="LearningRate"/> and <see cref="DivergenceWeight"/> itself (<see cref="Metrics.EndStep"/>), and measures
/// <see cref="GradientNorm"/>; the host writes the rest.
/// </summary>
public struct ControlBlock
{
    /// <summary>The run's seed: half of every key of <see cref="Philox"/>.</summary>
    public uint Seed;
    /// <summary>The number of the step under way; the first is 1.</summary>
    public int Step;
    /// <summary>The epoch under way; the first is 0.</summary>
    public int Epoch;
    /// <summary>The place of the batch's first row in the epoch's order.</summary>
    public int Position;
    /// <summary>The optimizer's step size, at this step.</summary>
    public float LearningRate;
    /// <summary>What <see cref="LearningRate"/> follows.</summary>
    public LearningRateSettings Schedule;
    /// <summary>The norm of this step's gradient; measured where gradients are clipped.</summary>
    public float GradientNorm;
    /// <summary>The factor of −log p(x∣z) in the objective.</summary>
    public float LikelihoodWeight;
    /// <summary>The factor of the KL divergence in the objective, at this step.</summary>
    public float DivergenceWeight;
    /// <summary>What <see cref="WarmUp"/> leads <see cref="DivergenceWeight"/> to; not read without one.</summary>
    public float FullDivergenceWeight;
    /// <summary>Steps of <see cref="WarmUp"/>; 0 leaves <see cref="DivergenceWeight"/> as it is.</summary>
    public int WarmUpSteps;
    /// <summary>Steps after which <see cref="WarmUp"/> begins again; 0 for never.</summary>
    public int WarmUpPeriod;
}

/// <summary>Sums over the rows seen since they were last cleared, and the first failure. All zeros at the start.</summary>
public struct MetricSums
{
    /// <summary>Σ −log p(x∣z) in nats, without weight, and what its rounding lost.</summary>
    public float NegativeLogLikelihood, NegativeLogLikelihoodLost;
    /// <summary>Σ KL in nats, without weight, and what its rounding lost.</summary>
    public float Divergence, DivergenceLost;
    /// <summary>The number of rows.</summary>
    public int Rows;
    /// <summary>The first step whose loss was infinite or NaN; 0 while there is none.</summary>
    public int FirstNonFiniteStep;
}
