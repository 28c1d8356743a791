using System.CommandLine;
using VaeGpu.Training.Configuration;

namespace VaeGpu.Host.Commands;

/// <summary>The options of "train" that say what is minimised.</summary>
internal sealed class ObjectiveOptions
{
    private const double MostWeight = 1e6;
    private const double MostEpochs = 1e6;
    private static readonly ObjectiveConfiguration Defaults = new();

    private readonly Option<double> recWeight = OptionOf.Number(
        "--rec-weight", "factor", Defaults.RecWeight, 0, MostWeight, "Factor of the reconstruction term; reports are without it");
    private readonly Option<double> klWeight = OptionOf.Number(
        "--kl-weight", "factor", Defaults.KlWeight, 0, MostWeight, "Factor of the KL term (β of the β-VAE); reports are without it");
    private readonly Option<double> klWarmup = OptionOf.Number(
        "--kl-warmup", "epochs", Defaults.KlWarmup, 0, MostEpochs, "Epochs over which the KL term's factor grows from 0; fractions count");
    private readonly Option<double> klCycle = OptionOf.Number(
        "--kl-cycle", "epochs", Defaults.KlCycle, 0, MostEpochs, "Epochs after which --kl-warmup begins again; 0 for never");

    /// <summary>Every option, in the order of the help text.</summary>
    public Option[] All => [recWeight, klWeight, klWarmup, klCycle];

    public void AddTo(Command command)
    {
        foreach (var option in All)
            command.Add(option);
    }

    /// <exception cref="UsageException">The options contradict each other.</exception>
    public ObjectiveConfiguration Read(ParseResult result)
    {
        var objective = new ObjectiveConfiguration
        {
            RecWeight = result.GetValue(recWeight),
            KlWeight = result.GetValue(klWeight),
            KlWarmup = result.GetValue(klWarmup),
            KlCycle = result.GetValue(klCycle),
        };
        if (objective.KlCycle > 0 && objective.KlCycle < objective.KlWarmup)
            throw new UsageException("--kl-cycle must be as long as --kl-warmup or longer: the warm-up lies within the cycle.");
        if (objective.KlCycle > 0 && objective.KlWarmup == 0)
            throw new UsageException("--kl-cycle repeats --kl-warmup; give that too.");
        return objective;
    }
}
