using System.CommandLine;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;

namespace VaeGpu.Host.Commands;

/// <summary>The options that say what is trained, on what data, how and where: those of every command that makes training steps.</summary>
internal sealed class TrainingOptions
{
    private readonly Option<string> binarize = OptionOf.Choice(
        "--binarize", "when", Binarization.None, "Draw gray pixels black or white: once, or again each time an image is used in training");
    private readonly Option<(int Width, int Height)?> size = OptionOf.Size("--size", "Resize the pictures of a folder");
    private readonly SettingOptions<DataOptions> dataOptions = new(() => new());
    private readonly ArchitectureOptions architecture = new();
    private readonly SettingOptions<ModelConfiguration> model = new(() => new() { Width = 0, Height = 0 });
    private readonly Option<string> likelihood = OptionOf.Choice(
        "--likelihood", "distribution", Likelihood.Bernoulli,
            "Distribution of a pixel given the latent variable; without it, tables use gaussian-learned and text categorical");
    private readonly SettingOptions<LikelihoodOptions> likelihoodOptions = new(
        () => new(), (property, description) => $"{description}; for {Alternatives(property)}");
    private readonly Option<string> condition = OptionOf.Choice(
        "--condition", "what", Condition.None, "What encoder and decoder receive beside their input; labels need labeled data");
    private readonly SettingOptions<TrainingConfiguration> training = new(() => new());
    private readonly SettingOptions<ObjectiveConfiguration> objective = new(() => new());
    private readonly SettingOptions<OptimizerConfiguration> optimizer = new(() => new());

    /// <summary>Where the data comes from.</summary>
    public Option<string?> Data { get; } = OptionOf.Text(
        "--data",
        "source",
        "digits, shapes, mnist, fashion-mnist, a folder of IDX files or of pictures, or a .csv, .parquet, .npy, .npz or .txt file "
        + "[default: digits]");

    /// <summary>Where it is trained.</summary>
    public MachineOptions Machine { get; } = new();

    /// <summary>Passes over the training data.</summary>
    public Option<int> Epochs => (Option<int>)training[nameof(TrainingConfiguration.Epochs)];

    /// <summary>Epochs without improvement after which training stops.</summary>
    public Option<int> Patience => (Option<int>)training[nameof(TrainingConfiguration.Patience)];

    /// <summary>Rows of a batch.</summary>
    public Option Batch => training[nameof(TrainingConfiguration.Batch)];

    /// <summary>Units of the hidden layers.</summary>
    public Option Hidden => architecture.Hidden;

    /// <summary>How the data is read.</summary>
    public IEnumerable<Option> OfTheData => [Data, size, .. dataOptions.All, binarize];

    /// <summary>What is trained, how, and where.</summary>
    public IEnumerable<Option> OfTheTraining =>
        [.. OfTheModel, .. training.All, .. Machine.All, .. objective.All, .. optimizer.All];

    private IEnumerable<Option> OfTheModel => [.. architecture.All, .. model.All, likelihood, .. likelihoodOptions.All, condition];

    /// <summary>What was asked for, for a fresh folder.</summary>
    /// <exception cref="UsageException">Options contradict each other.</exception>
    public TrainRequest Read(ParseResult result)
    {
        Likelihood? named = result.Gave(likelihood) ? result.Chosen<Likelihood>(likelihood) : null;
        var requested = architecture.Applied(result, model.Read(result)) with
        {
            LikelihoodOptions = ReadLikelihoodOptions(result, named),
        };
        return new()
        {
            Data = result.GetValue(Data),
            Size = result.GetValue(size),
            DataOptions = dataOptions.Read(result),
            TableOptions =
                [.. DataOptions.OfTables.Select(property => dataOptions[property]).Where(result.Gave).Select(option => option.Name)],
            Binarization = result.Chosen<Binarization>(binarize),
            Model = requested,
            Likelihood = named,
            GaveClasses = result.Gave(likelihoodOptions[nameof(LikelihoodOptions.Classes)]),
            Conditional = Conditional(result),
            Training = ReadTraining(result),
            Machine = Machine.Read(result),
        };
    }

    private LikelihoodOptions ReadLikelihoodOptions(ParseResult result, Likelihood? named)
    {
        foreach (string property in LikelihoodOptions.Names)
        {
            if (result.Gave(likelihoodOptions[property]) && named?.Options.Contains(property) != true)
                throw new UsageException($"{likelihoodOptions[property].Name} goes with --likelihood {Alternatives(property)}.");
        }
        return likelihoodOptions.Read(result);
    }

    private TrainingConfiguration ReadTraining(ParseResult result)
    {
        var how = training.Read(result) with { Objective = objective.Read(result), Optimizer = optimizer.Read(result) };
        TrainRules.Check(how.Shards);
        TrainRules.Check(how.Objective, result.Chosen<Likelihood>(likelihood));
        TrainRules.Check(how.Optimizer, property => result.Gave(optimizer[property]), how.Epochs);
        bool decays = how.Optimizer.Name.DecaysWeights && !result.Gave(optimizer[nameof(OptimizerConfiguration.WeightDecay)]);
        return decays ? how with { Optimizer = how.Optimizer with { WeightDecay = OptimizerConfiguration.DefaultWeightDecay } } : how;
    }

    private bool Conditional(ParseResult result)
    {
        var labels = result.Chosen<Condition>(condition) == Condition.Labels;
        var prior = model.Read(result).Prior;
        if (!labels && prior.DependsOnLabel)
            throw new UsageException($"--prior {prior} depends on the label; give --condition labels too.");
        return labels;
    }

    /// <summary>The likelihoods that an option concerns.</summary>
    private static string Alternatives(string property) =>
        OptionOf.Alternatives(Likelihood.All, likelihood => likelihood.Options.Contains(property));

    private enum Condition
    {
        None,
        Labels,
    }
}
