using System.CommandLine;
using VaeGpu.Kernels;
using VaeGpu.Layers;
using VaeGpu.Training.Configuration;

namespace VaeGpu.Host.Commands;

/// <summary>The options of "train" that say what is minimised.</summary>
internal sealed class ObjectiveOptions
{
    private const double MostWeight = 1e6;
    private const double MostEpochs = 1e6;
    private static readonly ObjectiveConfiguration Defaults = new();

    private readonly Option<string> bound = OptionOf.Choice("--objective", "bound", Defaults.Bound, "What is minimised");
    private readonly Option<int> samples = OptionOf.Number(
        "--samples", "n", Defaults.Samples, 1, 4096, "Draws of the latent vector for each image of a step");
    private readonly Option<double> freeBits = OptionOf.Number(
        "--free-bits", "nats", Defaults.FreeBits, 0, MostWeight, "Nats of each latent dimension's KL, batch mean, that cost nothing");
    private readonly Option<double> recWeight = OptionOf.Number(
        "--rec-weight", "factor", Defaults.RecWeight, 0, MostWeight, "Factor of the reconstruction term; reports are without it");
    private readonly Option<double> klWeight = OptionOf.Number(
        "--kl-weight", "factor", Defaults.KlWeight, 0, MostWeight, "Factor of the KL term (β of the β-VAE); reports are without it");
    private readonly Option<double> klWarmup = OptionOf.Number(
        "--kl-warmup", "epochs", Defaults.KlWarmup, 0, MostEpochs, "Epochs over which the KL term's factor grows from 0; fractions count");
    private readonly Option<double> klCycle = OptionOf.Number(
        "--kl-cycle", "epochs", Defaults.KlCycle, 0, MostEpochs, "Epochs after which --kl-warmup begins again; 0 for never");

    /// <summary>Every option, in the order of the help text.</summary>
    public Option[] All => [bound, samples, recWeight, klWeight, klWarmup, klCycle, freeBits];

    public void AddTo(Command command)
    {
        foreach (var option in All)
            command.Add(option);
    }

    /// <exception cref="UsageException">The options contradict each other.</exception>
    public ObjectiveConfiguration Read(ParseResult result, Likelihood likelihood)
    {
        var objective = new ObjectiveConfiguration
        {
            Bound = result.Chosen<Objective>(bound),
            Samples = result.GetValue(samples),
            FreeBits = result.GetValue(freeBits),
            RecWeight = result.GetValue(recWeight),
            KlWeight = result.GetValue(klWeight),
            KlWarmup = result.GetValue(klWarmup),
            KlCycle = result.GetValue(klCycle),
        };
        if (objective.KlCycle > 0 && objective.KlCycle < objective.KlWarmup)
            throw new UsageException("--kl-cycle must be as long as --kl-warmup or longer: the warm-up lies within the cycle.");
        if (objective.KlCycle > 0 && objective.KlWarmup == 0)
            throw new UsageException("--kl-cycle repeats --kl-warmup; give that too.");
        if (objective.FreeBits > 0 && objective.Bound != Objective.Elbo)
            throw new UsageException("--free-bits goes with --objective elbo: it takes the KL term by its formula, dimension by dimension.");
        if (objective.Bound == Objective.Iwae && (likelihood is Likelihood.GaussianShared or Likelihood.GaussianOptimal))
        {
            throw new UsageException(
                "--objective iwae weighs draws one by one, and this likelihood has one variance for all of them; choose another --likelihood.");
        }
        if (objective.Bound == Objective.Iwae && !LikelihoodLauncher.IsLikelihood(likelihood))
            throw new UsageException("--objective iwae is a bound of log p(x), and hybrid is a loss without p; choose another --likelihood.");
        return objective;
    }
}
