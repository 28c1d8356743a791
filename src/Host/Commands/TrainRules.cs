using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Schedules;
using VaeGpu.Layers;
using VaeGpu.Layers.Models;

namespace VaeGpu.Host.Commands;

/// <summary>Which settings of "train" go together.</summary>
internal static class TrainRules
{
    /// <param name="shards">Parts of a batch.</param>
    /// <exception cref="UsageException">They are not a power of two.</exception>
    public static void Check(int shards)
    {
        if (!int.IsPow2(shards))
            throw new UsageException($"--shards takes a power of two, 1, 2, 4, 8, …; not {shards}.");
    }

    /// <param name="objective">What is minimized.</param>
    /// <param name="likelihood">The likelihood.</param>
    /// <exception cref="UsageException">The settings contradict each other.</exception>
    public static void Check(ObjectiveConfiguration objective, Likelihood likelihood)
    {
        if (objective.KlCycle > 0 && objective.KlCycle < objective.KlWarmup)
            throw new UsageException("--kl-cycle must be as long as --kl-warmup or longer: the warm-up lies within the cycle.");
        if (objective.KlCycle > 0 && objective.KlWarmup == 0)
            throw new UsageException("--kl-cycle repeats --kl-warmup; give that too.");
        if (objective.FreeBits > 0 && !objective.Bound.HasFormula)
        {
            throw new UsageException(
                $"--free-bits goes with --objective {OptionOf.Alternatives(Objective.All, bound => bound.HasFormula)}: "
                + "it takes the KL term by its formula, dimension by dimension.");
        }
        if (objective.Bound.WeighsDraws && likelihood.Variance != VarianceSource.Settings)
        {
            throw new UsageException(
                $"--objective {objective.Bound} weighs draws one by one, and this likelihood has one variance for all of them; "
                + "choose another --likelihood.");
        }
        if (objective.Bound.WeighsDraws && !likelihood.Description.IsNormalized)
        {
            throw new UsageException(
                $"--objective {objective.Bound} is a bound of log p(x), and {likelihood} is a loss without p; choose another "
                    + "--likelihood.");
        }
    }

    /// <param name="optimizer">How gradients become steps.</param>
    /// <param name="gave">Whether the person gave the option of a property.</param>
    /// <param name="epochs">Passes over the training images.</param>
    /// <exception cref="UsageException">The settings contradict each other.</exception>
    public static void Check(OptimizerConfiguration optimizer, Func<string, bool> gave, int epochs)
    {
        bool drops = gave(nameof(optimizer.DropEvery));
        var (name, schedule) = (optimizer.Name, optimizer.Schedule);
        if (!name.DecaysWeights && gave(nameof(optimizer.WeightDecay)))
        {
            throw new UsageException(
                $"--weight-decay goes with --optimizer {OptionOf.Alternatives(Optimizer.All, one => one.DecaysWeights)}: {name} has none.");
        }
        if (schedule.Drops && !drops)
            throw new UsageException(
                $"--lr-schedule {schedule} needs --lr-drop-every, the epochs from one drop of the learning rate to the next.");
        if (!schedule.Drops && (drops || gave(nameof(optimizer.Drop))))
        {
            throw new UsageException(
                $"--lr-drop and --lr-drop-every go with --lr-schedule "
                    + $"{OptionOf.Alternatives(LearningRateSchedule.All, one => one.Drops)}.");
        }
        if (schedule.EndsWithRun && optimizer.Warmup >= epochs)
            throw new UsageException(
                $"--lr-warmup must be shorter than --epochs: the {schedule} schedule follows it and ends with the run.");
    }
}
