using VaeGpu.Kernels.Likelihoods;

namespace VaeGpu.Host.Commands;

/// <summary>The command "train" as the command line sees it.</summary>
internal sealed class TrainCommand : Command
{
    private readonly Option<string?> data = OptionOf.Text(
        "--data",
        "source",
        "digits, shapes, mnist, fashion-mnist, a folder of IDX files or of pictures, or a .csv, .parquet, .npy, .npz or .txt file "
        + "[default: digits]");
    private readonly Option<string> binarize = OptionOf.Choice(
        "--binarize", "when", Binarization.None, "Draw gray pixels black or white: once, or again each time an image is used in training");
    private readonly Option<(int Width, int Height)?> size = OptionOf.Size("--size", "Resize the pictures of a folder");
    private readonly SettingOptions<DataOptions> dataOptions = new(() => new());
    private readonly Option<string?> output = OptionOf.Text(
        "--out", "folder", "Folder for the run's files [default: a new folder under runs]");
    private readonly Option<bool> overwrite = CommonOptions.Overwrite("a run");
    private readonly Option<bool> resume = new("--resume")
    {
        Description = "Continue the run in --out with its own settings; only --epochs, --data, --device, --threads and --memory may be "
            + "given",
    };
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
    private readonly Option<string> device = CommonOptions.Device();
    private readonly Option<int> threads = CommonOptions.Threads();
    private readonly Option<long?> memory = CommonOptions.Memory();

    public TrainCommand(Terminal terminal, CancellationToken stop)
        : base("train", "Trains a model, evaluates it after every epoch, and writes checkpoint, metrics and pictures to a folder.")
    {
        Option[] options =
            [data, size, .. dataOptions.All, binarize, output, overwrite, resume, .. OfTheModel, .. training.All, device, threads, memory,
                .. OfTheObjective];
        foreach (var option in options)
            Add(option);
        SetAction(result => result.GetValue(resume)
            ? TrainProgram.Resume(ReadResume(result), terminal, stop)
            : TrainProgram.Start(ReadStart(result), terminal, stop));
    }

    private Option[] OfTheModel => [.. architecture.All, .. model.All, likelihood, .. likelihoodOptions.All, condition];

    private Option[] OfTheObjective => [.. objective.All, .. optimizer.All];

    private TrainRequest ReadStart(ParseResult result)
    {
        Likelihood? named = result.Gave(likelihood) ? result.Chosen<Likelihood>(likelihood) : null;
        var requested = architecture.Applied(result, model.Read(result)) with
        {
            LikelihoodOptions = ReadLikelihoodOptions(result, named),
        };
        return new(
            result.GetValue(data), result.GetValue(size), dataOptions.Read(result),
            [.. DataOptions.OfTables.Select(property => dataOptions[property]).Where(result.Gave).Select(option => option.Name)],
            result.Chosen<Binarization>(binarize), result.GetValue(output), result.GetValue(overwrite), requested, named,
            result.Gave(likelihoodOptions[nameof(LikelihoodOptions.Classes)]), Conditional(result), ReadTraining(result),
            result.GetRequiredValue(device), result.GetValue(threads), result.GetValue(memory));
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
        TrainRules.Check(how.Objective, result.Chosen<Likelihood>(likelihood));
        TrainRules.Check(how.Optimizer, property => result.Gave(optimizer[property]), how.Epochs);
        bool decays = how.Optimizer.Name.DecaysWeights && !result.Gave(optimizer[nameof(OptimizerConfiguration.WeightDecay)]);
        return decays ? how with { Optimizer = how.Optimizer with { WeightDecay = OptimizerConfiguration.DefaultWeightDecay } } : how;
    }

    private ResumeRequest ReadResume(ParseResult result)
    {
        Option epochs = training[nameof(TrainingConfiguration.Epochs)];
        Option[] fixedByTheRun =
            [size, .. dataOptions.All, binarize, overwrite, .. OfTheModel, .. training.All.Except([epochs]), .. OfTheObjective];
        if (Array.Find(fixedByTheRun, result.Gave) is { } given)
            throw new UsageException($"{given.Name} cannot be given with --resume: the run continues with its own settings.");
        return new ResumeRequest(
            result.GetValue(output) ?? throw new UsageException("--resume goes with --out, the folder of the run to continue."),
            result.GetValue(data),
            result.Gave(epochs) ? training.Read(result).Epochs : null,
            result.GetRequiredValue(device),
            result.GetValue(threads),
            result.GetValue(memory));
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
