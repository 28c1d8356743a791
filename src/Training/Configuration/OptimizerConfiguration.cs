using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Schedules;

namespace VaeGpu.Training.Configuration;

/// <summary>How gradients become steps. Epochs may be fractions; they count in whole steps, rounded up.</summary>
public sealed record OptimizerConfiguration
{
    /// <summary>λ of AdamW where nothing else is said.</summary>
    public const double DefaultWeightDecay = 0.01;

    [Setting("optimizer", "name", "Optimizer")]
    public Optimizer Name { get; init; } = Optimizer.Adam;

    /// <summary>λ of AdamW: each step takes learning rate·λ off every weight, biases apart; Adam does not read it.</summary>
    [Setting("weight-decay", "λ", "With adamw: each step multiplies every weight, but not biases, by 1 − learning rate·λ [default: 0.01]",
        Most = 1e3, HasDefault = false)]
    public double WeightDecay { get; init; }

    /// <summary>The decay rate of the gradient's running mean.</summary>
    [Setting("beta1", "rate", "Decay rate of the gradient's running mean", Least = 1e-6, Most = 1 - 1e-6)]
    public double Beta1 { get; init; } = 0.9;

    /// <summary>The decay rate of the squared gradient's running mean.</summary>
    [Setting("beta2", "rate", "Decay rate of the squared gradient's running mean", Least = 1e-6, Most = 1 - 1e-6)]
    public double Beta2 { get; init; } = 0.999;

    /// <summary>What keeps the denominator from 0.</summary>
    [Setting("epsilon", "ε", "Constant added to the denominator of a step", Least = 1e-20, Most = 1)]
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>The norm of the whole gradient that longer ones are shortened to; 0 for none.</summary>
    [Setting("clip-norm", "norm", "Clip the gradient of the whole model to this norm",
        Least = 1e-6, Most = 1e12, HasDefault = false)]
    public double ClipNorm { get; init; }

    /// <summary>The learning rate's shape over the run.</summary>
    [Setting("lr-schedule", "shape", "Schedule of the learning rate")]
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Constant;

    /// <summary>Epochs over which the learning rate grows linearly to its full value; 0 for none.</summary>
    [Setting("lr-warmup", "epochs", "Epochs, which may be a fraction, over which the learning rate grows to --lr")]
    public double Warmup { get; init; }

    /// <summary>Steps: the factor of each drop.</summary>
    [Setting("lr-drop", "factor", "With --lr-schedule steps or tripling-steps: factor of each drop", Least = 1e-6, Most = 1)]
    public double Drop { get; init; } = 0.1;

    /// <summary>Steps: epochs from one drop to the next; of steps that triple, epochs before the first.</summary>
    [Setting("lr-drop-every", "epochs",
        "With --lr-schedule steps or tripling-steps: epochs between drops, or before the first, which may be a fraction",
        Least = 1e-3, HasDefault = false)]
    public double DropEvery { get; init; } = 1;

    /// <summary>The same for the kernel.</summary>
    internal AdamSettings Settings => AdamSettings.Of(Beta1, Beta2, Epsilon, WeightDecay, ClipNorm);

    /// <summary>Whether the learning rate is the same at every step.</summary>
    internal bool HasConstantRate => Schedule == LearningRateSchedule.Constant && Warmup == 0;

    /// <summary>What the learning rate follows in a run of so many epochs.</summary>
    /// <exception cref="RunException">
    /// The epochs are more steps than can be counted, or a schedule that ends with the run ends with the warm-up or before it.
    /// </exception>
    internal LearningRateSettings RateSettings(double learningRate, int epochs, int stepsPerEpoch)
    {
        int warmUp = EpochSteps.Of(Warmup, stepsPerEpoch, "the learning rate's warm-up");
        int period = Schedule.EndsWithRun ? EpochSteps.Of(epochs, stepsPerEpoch, $"the learning rate's schedule, {Schedule}")
            : Schedule.Drops ? EpochSteps.Of(DropEvery, stepsPerEpoch, "the time between the learning rate's drops")
            : 0;
        if (Schedule.EndsWithRun && period <= warmUp)
        {
            throw new RunException(
                $"The learning rate's schedule, {Schedule}, follows the warm-up; give the run more epochs, or the warm-up fewer.");
        }
        return new LearningRateSettings
        {
            Full = (float)learningRate, WarmUpSteps = warmUp, Period = period, LogDrop = (float)Math.Log(Drop),
        };
    }
}
