using System.CommandLine;
using VaeGpu.Kernels;
using VaeGpu.Training.Configuration;

namespace VaeGpu.Host.Commands;

/// <summary>The options of "train" that say how gradients become steps.</summary>
internal sealed class OptimizerOptions
{
    private const double MostEpochs = 1e6;
    private const double LeastDecayRate = 1e-6;
    private static readonly OptimizerConfiguration Defaults = new();

    private readonly Option<string> optimizer = OptionOf.Choice("--optimizer", "name", Defaults.Name, "How gradients become steps");
    private readonly Option<double> weightDecay = OptionOf.Number(
        "--weight-decay", "λ", 0.0, 1e3,
        "With adamw: each step takes learning rate·λ off every weight, biases apart "
        + FormattableString.Invariant($"[default: {OptimizerConfiguration.DefaultWeightDecay}]"));
    private readonly Option<double> beta1 = OptionOf.Number(
        "--beta1", "rate", Defaults.Beta1, LeastDecayRate, 1 - LeastDecayRate, "Decay rate of the gradient's running mean");
    private readonly Option<double> beta2 = OptionOf.Number(
        "--beta2", "rate", Defaults.Beta2, LeastDecayRate, 1 - LeastDecayRate, "Decay rate of the squared gradient's running mean");
    private readonly Option<double> epsilon = OptionOf.Number(
        "--epsilon", "ε", Defaults.Epsilon, 1e-20, 1, "What keeps the denominator of a step from 0");
    private readonly Option<double> clipNorm = OptionOf.Number(
        "--clip-norm", "norm", 1e-6, 1e12, "Shorten the gradient of the whole model to this norm where it is longer");
    private readonly Option<string> schedule = OptionOf.Choice(
        "--lr-schedule", "shape", Defaults.Schedule, "The learning rate over the run");
    private readonly Option<double> warmup = OptionOf.Number(
        "--lr-warmup", "epochs", Defaults.Warmup, 0, MostEpochs, "Epochs over which the learning rate grows to --lr; fractions count");
    private readonly Option<double> drop = OptionOf.Number(
        "--lr-drop", "factor", Defaults.Drop, 1e-6, 1, "With --lr-schedule steps: factor of each drop");
    private readonly Option<double> dropEvery = OptionOf.Number(
        "--lr-drop-every", "epochs", 1e-3, MostEpochs, "With --lr-schedule steps: epochs from one drop to the next; fractions count");

    /// <summary>Every option, in the order of the help text.</summary>
    public Option[] All => [optimizer, weightDecay, beta1, beta2, epsilon, clipNorm, schedule, warmup, drop, dropEvery];

    public void AddTo(Command command)
    {
        foreach (var option in All)
            command.Add(option);
    }

    /// <exception cref="UsageException">The options contradict each other.</exception>
    public OptimizerConfiguration Read(ParseResult result, int epochs)
    {
        var name = result.Chosen<Optimizer>(optimizer);
        var shape = result.Chosen<LearningRateSchedule>(schedule);
        if (name != Optimizer.Adamw && result.Gave(weightDecay))
            throw new UsageException("--weight-decay goes with --optimizer adamw: adam has none.");
        if (shape == LearningRateSchedule.Steps && !result.Gave(dropEvery))
            throw new UsageException("--lr-schedule steps drops the learning rate every so many epochs: say how many, --lr-drop-every.");
        if (shape != LearningRateSchedule.Steps && (result.Gave(drop) || result.Gave(dropEvery)))
            throw new UsageException("--lr-drop and --lr-drop-every go with --lr-schedule steps.");
        if (shape == LearningRateSchedule.Cosine && result.GetValue(warmup) >= epochs)
            throw new UsageException("--lr-warmup must be shorter than --epochs: the cosine follows it and ends with the run.");
        return new OptimizerConfiguration
        {
            Name = name,
            WeightDecay = result.Gave(weightDecay) ? result.GetValue(weightDecay)
                : name == Optimizer.Adamw ? OptimizerConfiguration.DefaultWeightDecay : 0,
            Beta1 = result.GetValue(beta1),
            Beta2 = result.GetValue(beta2),
            Epsilon = result.GetValue(epsilon),
            ClipNorm = result.GetValue(clipNorm),
            Schedule = shape,
            Warmup = result.GetValue(warmup),
            Drop = result.GetValue(drop),
            DropEvery = result.Gave(dropEvery) ? result.GetValue(dropEvery) : Defaults.DropEvery,
        };
    }
}
