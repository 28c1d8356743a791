using System.CommandLine;
using VaeGpu.Kernels;
using VaeGpu.Training.Configuration;

namespace VaeGpu.Host.Commands;

/// <summary>The command "train" as the command line sees it.</summary>
internal static class TrainCommand
{
    private const int MostUnits = 1 << 14;
    private static readonly TrainingConfiguration Defaults = new();

    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var data = Options.Text(
            "--data", "source", "digits, shapes, mnist, fashion-mnist, or a folder of IDX files or of PNG, PGM or PPM pictures [default: digits]");
        var size = Options.Size("--size", "Bring pictures of a folder to this size");
        var output = Options.Text("--out", "folder", "Folder for the run's files [default: a new folder under runs]");
        var overwrite = CommonOptions.Overwrite("a run");
        var resume = new Option<bool>("--resume")
        {
            Description = "Go on with the run in --out, with its own settings; only --epochs, --data, --device and --threads may be given",
        };
        var hidden = Options.Numbers("--hidden", "units,…", 400, 1, MostUnits, "Units of each hidden layer of the encoder; the decoder mirrors them");
        var latent = Options.Number("--latent", "n", 20, 1, MostUnits, "Latent dimensions");
        var activation = Options.Choice("--activation", "function", Activation.Relu, "Function after each hidden layer");
        var likelihood = Options.Choice("--likelihood", "law", Likelihood.Bernoulli, "Law of a pixel given the latent variable");
        var batch = Options.Number("--batch", "images", Defaults.Batch, 1, 1 << 16, "Images of a step");
        var epochs = Options.Number("--epochs", "n", Defaults.Epochs, 1, 1_000_000, "Passes over the training images");
        var rate = Options.Number("--lr", "rate", Defaults.LearningRate, 1e-12, 1e3, "Adam's step size");
        var seed = Options.Number("--seed", "n", Defaults.Seed, 0u, uint.MaxValue, "Seed of parameters, order, noise and built-in digits");
        var condition = Options.Choice(
            "--condition", "what", Condition.None, "What encoder and decoder are told beside their input; labels need labelled data");
        var prior = Options.Choice(
            "--prior", "law", Prior.Standard, "Law of the latent vector: N(0, I), N(μ(label), I), or N(μ(label), σ²(label)) from a network");
        var objective = new ObjectiveOptions();
        var device = CommonOptions.Device();
        var threads = CommonOptions.Threads();
        var command = new Command("train", "Trains a model, evaluates it after every epoch and leaves checkpoint, metrics and pictures in a folder.")
        {
            data, size, output, overwrite, resume, hidden, latent, activation, likelihood, condition, prior, batch, epochs, rate, seed, device, threads,
        };
        objective.AddTo(command);
        command.SetAction(result =>
        {
            if (result.GetValue(resume))
            {
                Refuse(result, "--resume", [size, overwrite, hidden, latent, activation, likelihood, condition, prior, batch, rate, seed, .. objective.All]);
                return TrainProgram.Resume(
                    new ResumeRequest(
                        result.GetValue(output) ?? throw new UsageException("--resume goes with --out, the folder of the run to go on with."),
                        result.GetValue(data),
                        result.Gave(epochs) ? result.GetValue(epochs) : null,
                        result.GetRequiredValue(device),
                        result.GetValue(threads)),
                    terminal,
                    stop);
            }
            return TrainProgram.Start(
                new TrainRequest
                {
                    Data = result.GetValue(data),
                    Size = result.GetValue(size),
                    Out = result.GetValue(output),
                    Overwrite = result.GetValue(overwrite),
                    Hidden = result.GetRequiredValue(hidden),
                    Latent = result.GetValue(latent),
                    Activation = result.Chosen<Activation>(activation),
                    Likelihood = result.Chosen<Likelihood>(likelihood),
                    Conditional = Conditional(result, condition, prior),
                    Prior = result.Chosen<Prior>(prior),
                    Training = new TrainingConfiguration
                    {
                        Batch = result.GetValue(batch),
                        Epochs = result.GetValue(epochs),
                        LearningRate = result.GetValue(rate),
                        Seed = result.GetValue(seed),
                        Objective = objective.Read(result),
                    },
                    Device = result.GetRequiredValue(device),
                    Threads = result.GetValue(threads),
                },
                terminal,
                stop);
        });
        return command;
    }

    private static bool Conditional(ParseResult result, Option<string> condition, Option<string> prior)
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

    private static void Refuse(ParseResult result, string with, Option[] options)
    {
        if (Array.Find(options, result.Gave) is { } given)
            throw new UsageException($"{given.Name} cannot be given with {with}: the run goes on with its own settings.");
    }
}
