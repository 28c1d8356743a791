using System.CommandLine;
using VaeGpu.Kernels;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;

namespace VaeGpu.Host.Commands;

/// <summary>The command "train" as the command line sees it.</summary>
internal sealed class TrainCommand : Command
{
    private static readonly TrainingConfiguration Defaults = new();

    private readonly Option<string?> data = OptionOf.Text(
        "--data",
        "source",
        "digits, shapes, mnist, fashion-mnist, a folder of IDX files or of pictures, or a .csv, .npy or .txt file "
        + "[default: digits]");
    private readonly Option<string> binarize = OptionOf.Choice(
        "--binarize", "when", Binarization.None, "Draw grey pixels black or white: once, or anew whenever an image is trained on");
    private readonly Option<DataFit?> size = OptionOf.Size("--size", "Bring pictures of a folder to this size");
    private readonly Option<string?> output = OptionOf.Text(
        "--out", "folder", "Folder for the run's files [default: a new folder under runs]");
    private readonly Option<bool> overwrite = CommonOptions.Overwrite("a run");
    private readonly Option<bool> resume = new("--resume")
    {
        Description = "Go on with the run in --out, with its own settings; only --epochs, --data, --device and --threads may be given",
    };
    private readonly LayerOptions layers = new();
    private readonly Option<string> likelihood = OptionOf.Choice(
        "--likelihood", "law", Likelihood.Bernoulli,
            "Law of a pixel given the latent variable; where it is left out, a table has gaussian-learned and text categorical");
    private readonly LikelihoodSettingOptions likelihoodSettings = new();
    private readonly Option<string> condition = OptionOf.Choice(
        "--condition", "what", Condition.None, "What encoder and decoder are told beside their input; labels need labelled data");
    private readonly Option<string> prior = OptionOf.Choice(
        "--prior", "law", Prior.Standard, "Law of the latent vector: N(0, I), N(μ(label), I), or N(μ(label), σ²(label)) from a network");
    private readonly Option<int> batch = OptionOf.Number("--batch", "images", Defaults.Batch, 1, 1 << 16, "Images of a step");
    private readonly Option<int> epochs = OptionOf.Number(
        "--epochs", "n", Defaults.Epochs, 1, 1_000_000, "Passes over the training images");
    private readonly Option<double> rate = OptionOf.Number("--lr", "rate", Defaults.LearningRate, 1e-12, 1e3, "Adam's step size");
    private readonly Option<uint> seed = OptionOf.Number(
        "--seed", "n", Defaults.Seed, 0u, uint.MaxValue, "Seed of parameters, order, noise and built-in digits");
    private readonly Option<string> precision = OptionOf.Choice(
        "--precision", "numbers", Precision.Fp32,
        "What matrix products multiply: tf32 and bf16 are for the tensor cores of a CUDA GPU, and change the results");
    private readonly ObjectiveOptions objective = new();
    private readonly OptimizerOptions optimizer = new();
    private readonly Option<string> device = CommonOptions.Device();
    private readonly Option<int> threads = CommonOptions.Threads();

    public TrainCommand(Terminal terminal, CancellationToken stop)
        : base("train", "Trains a model, evaluates it after every epoch and leaves checkpoint, metrics and pictures in a folder.")
    {
        Option[] options =
        [
            data, size, binarize, output, overwrite, resume, .. layers.All, likelihood, .. likelihoodSettings.All, condition, prior, batch,
            epochs, rate, seed, precision, device, threads,
        ];
        foreach (var option in options)
            Add(option);
        objective.AddTo(this);
        optimizer.AddTo(this);
        SetAction(result => result.GetValue(resume)
            ? TrainProgram.Resume(ReadResume(result), terminal, stop)
            : TrainProgram.Start(ReadStart(result), terminal, stop));
    }

    private TrainRequest ReadStart(ParseResult result) => new()
    {
        Data = result.GetValue(data),
        Size = result.GetValue(size),
        Binarization = result.Chosen<Binarization>(binarize),
        Out = result.GetValue(output),
        Overwrite = result.GetValue(overwrite),
        Convolutions = layers.Convolutions(result),
        Hidden = layers.Hidden(result),
        Latent = layers.Latent(result),
        Activation = layers.Activation(result),
        Initialization = layers.Initialization(result),
        Likelihood = NamedLikelihood(result),
        LikelihoodOptions = likelihoodSettings.Read(result, NamedLikelihood(result)),
        GaveClasses = likelihoodSettings.GaveClasses(result),
        Conditional = Conditional(result),
        Prior = result.Chosen<Prior>(prior),
        Training = new TrainingConfiguration
        {
            Batch = result.GetValue(batch),
            Epochs = result.GetValue(epochs),
            LearningRate = result.GetValue(rate),
            Seed = result.GetValue(seed),
            Precision = result.Chosen<Precision>(precision),
            Objective = objective.Read(result, result.Chosen<Likelihood>(likelihood)),
            Optimizer = optimizer.Read(result, result.GetValue(epochs)),
        },
        Device = result.GetRequiredValue(device),
        Threads = result.GetValue(threads),
    };

    private ResumeRequest ReadResume(ParseResult result)
    {
        Option[] fixedByTheRun =
        [
            size, binarize, overwrite, .. layers.All, likelihood, .. likelihoodSettings.All, condition, prior, batch, rate, seed, precision,
            .. objective.All, .. optimizer.All,
        ];
        if (Array.Find(fixedByTheRun, result.Gave) is { } given)
            throw new UsageException($"{given.Name} cannot be given with --resume: the run goes on with its own settings.");
        return new ResumeRequest(
            result.GetValue(output) ?? throw new UsageException("--resume goes with --out, the folder of the run to go on with."),
            result.GetValue(data),
            result.Gave(epochs) ? result.GetValue(epochs) : null,
            result.GetRequiredValue(device),
            result.GetValue(threads));
    }

    private Likelihood? NamedLikelihood(ParseResult result) =>
        result.Gave(likelihood) ? result.Chosen<Likelihood>(likelihood) : null;

    private bool Conditional(ParseResult result)
    {
        var labels = result.Chosen<Condition>(condition) == Condition.Labels;
        if (!labels && result.Chosen<Prior>(prior) != Prior.Standard)
            throw new UsageException($"--prior {result.GetValue(prior)} depends on the label; give --condition labels too.");
        return labels;
    }

    private enum Condition
    {
        None,
        Labels,
    }
}
