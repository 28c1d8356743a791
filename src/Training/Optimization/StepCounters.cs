using VaeGpu.Kernels.Step;
using VaeGpu.Training.Configuration;

namespace VaeGpu.Training.Optimization;

/// <summary>What the kernels of a step are told of it.</summary>
internal static class StepCounters
{
    /// <summary>The control block before a step; the device counts on from there by itself.</summary>
    /// <param name="training">How the model is trained.</param>
    /// <param name="stepsPerEpoch">Steps of an epoch.</param>
    /// <param name="step">The step, counted from 1 through all epochs.</param>
    /// <param name="epoch">The epoch, counted from 0.</param>
    /// <param name="position">The place of the batch's first example in the epoch.</param>
    public static ControlBlock At(TrainingConfiguration training, int stepsPerEpoch, int step, int epoch, int position)
    {
        var objective = training.Objective;
        var counters = new ControlBlock
        {
            Seed = training.Seed,
            Step = step,
            Epoch = epoch,
            Position = position,
            Schedule = training.Optimizer.RateSettings(training.LearningRate, training.Epochs, stepsPerEpoch),
            LikelihoodWeight = (float)objective.RecWeight,
            DivergenceWeight = (float)objective.KlWeight,
            FullDivergenceWeight = (float)objective.KlWeight,
            WarmUpSteps = EpochSteps.Of(objective.KlWarmup, stepsPerEpoch, "the KL warm-up"),
            WarmUpPeriod = EpochSteps.Of(objective.KlCycle, stepsPerEpoch, "the KL cycle"),
        };
        counters.DivergenceWeight = WarmUp.DivergenceWeight(counters);
        counters.LearningRate = training.Optimizer.Schedule.Rate(counters);
        return counters;
    }
}
