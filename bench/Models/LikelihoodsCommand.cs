using System.CommandLine;
using System.Text;
using VaeGpu.Bench.CommandLine;
using VaeGpu.Bench.Measuring;
using VaeGpu.Host.Pictures;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Schedules;
using VaeGpu.Kernels.Step;
using VaeGpu.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Evaluation;
using VaeGpu.Training.Inference;

namespace VaeGpu.Bench.Models;

/// <summary>The command "likelihoods": the same digits under one model with different likelihoods, as a page with pictures.</summary>
internal static class LikelihoodsCommand
{
    private const int Shown = 16, Scored = 1000, ImportanceSamples = 100;

    private static readonly Case[] Cases =
    [
        new("gaussian", Likelihood.Gaussian, DataKind.Density, "fixed σ = 0.1"),
        new("gaussian-shared", Likelihood.GaussianShared, DataKind.Density, "one learned σ"),
        new("gaussian-learned", Likelihood.GaussianLearned, DataKind.Density, "σ of each pixel from the decoder"),
        new("laplace", Likelihood.Laplace, DataKind.Density, "fixed b = 0.1"),
        new("laplace-learned", Likelihood.LaplaceLearned, DataKind.Density, "b of each pixel from the decoder"),
        new("mixture", Likelihood.Mixture, DataKind.Density, "3 Gaussians for each pixel"),
        new("categorical", Likelihood.Categorical, DataKind.Levels, "16 classes for each pixel"),
        new("logistic-mixture", Likelihood.LogisticMixture, DataKind.Levels, "3 discretized logistic distributions for each pixel"),
        new("bernoulli", Likelihood.Bernoulli, DataKind.Binary, "black or white, drawn again at every step"),
    ];

    private enum DataKind
    {
        Density,
        Levels,
        Binary,
    }

    /// <param name="args">The program's arguments, for the page to name.</param>
    public static Command Create(string[] args)
    {
        Option<bool> quick = CommonOptions.Quick("Train for one epoch");
        string[] names = [.. Cases.Select(one => one.Name)];
        Option<string[]> only = CommonOptions.Only(
            "LIKELIHOOD", $"Train with these alone: {string.Join(", ", names)}", names);
        Option<string?> page = CommonOptions.Text("--out", "FILE", "The page to write; docs/likelihoods.md where this is not given");
        var command = new Command("likelihoods", "Trains the same model under different likelihoods and writes a page with pictures")
        {
            quick, only, page,
        };
        command.SetAction(result => Run(
            args, result.GetValue(quick), result.GetRequiredValue(only), result.GetValue(page) ?? "docs/likelihoods.md"));
        return command;
    }

    private static int Run(string[] args, bool quick, string[] only, string page)
    {
        if (TrainedModel.Mnist(out string reason) is not { } gray)
            throw new CommandException(reason);
        string pictures = Path.Combine(Path.GetDirectoryName(page) ?? "", "pictures");
        Directory.CreateDirectory(pictures);
        int epochs = quick ? 1 : 10;
        using BenchDevice device = BenchDevice.Cpu(Environment.ProcessorCount);
        var text = new StringBuilder(Opening(epochs, string.Join(' ', args)));
        var rows = new List<string>();
        foreach (Case one in Cases.Where(one => only.Length == 0 || only.Contains(one.Name)))
        {
            Console.Error.WriteLine(one.Name);
            (string row, Picture picture) = Measure(device, one, gray, epochs);
            picture.Write(Path.Combine(pictures, $"likelihood-{one.Name}.png"));
            rows.Add(row);
        }
        text.AppendJoin('\n', rows).Append('\n').Append(Sections(page));
        File.WriteAllText(page, text.ToString());
        return 0;
    }

    /// <summary>The page's sections below the table, which are written by hand.</summary>
    private static string Sections(string page)
    {
        string before = File.Exists(page) ? File.ReadAllText(page) : "";
        int at = before.IndexOf("\n## ", StringComparison.Ordinal);
        return at < 0 ? "" : before[at..];
    }

    private static (string Row, Picture Picture) Measure(BenchDevice device, Case one, DataSplit gray, int epochs)
    {
        DataSplit data = one.Of(gray);
        Binarization binarization = one.Data == DataKind.Binary ? Binarization.Dynamic : Binarization.None;
        var model = new ModelConfiguration
        {
            Width = gray.Format.Width, Height = gray.Format.Height, Hidden = [200], Latent = 20, Likelihood = one.Likelihood,
            LikelihoodOptions = new() { Classes = GrayLevels.Count, Components = 3 },
        };
        var training = new TrainingConfiguration { Epochs = epochs, Optimizer = new() { Schedule = LearningRateSchedule.Cosine } };
        TrainedModel trained = TrainedModel.Train(device, model, training, data, binarization);
        var evaluator = new Evaluator(device.Accelerator, model, trained.Parameters);
        ExampleSet some = data.Test.Select([.. Enumerable.Range(0, Scored)]);
        EvaluationReport report = evaluator.Evaluate(some, ImportanceSamples, 1, null, default);
        double widths = one.Data == DataKind.Density ? Math.Log2(GrayLevels.Count) : 0;
        double bits = -report.LogLikelihood!.Value / (model.DataDimensions * Math.Log(2)) + widths;
        string row = FormattableString.Invariant(
            $"| `{one.Name}` | {one.What} | {one.DataText} | {report.LogLikelihood:0.0} | {bits:0.000} ")
            + $"| ![digits](pictures/likelihood-{one.Name}.png) |";
        return (row, Show(device, trained, data.Test.Select([.. Enumerable.Range(0, Shown)])));
    }

    /// <summary>Digits, their reconstructions and samples, a row each.</summary>
    private static Picture Show(BenchDevice device, TrainedModel trained, ExampleSet digits)
    {
        using var generation = new Generation(device.Accelerator, trained.Configuration, trained.Parameters);
        return ImageGrid.Tile(
            [.. Generation.Bytes(digits), .. generation.Reconstruct(digits, default), .. generation.Sample(Shown, 1, default)],
            generation.Width, generation.Height, Shown);
    }

    private static string Opening(int epochs, string command) => $"""
        # Likelihoods compared

        The same digits under nine likelihoods. Written by `dotnet run -c Release --project bench -- {command}`; no figure is typed by
        hand. Each model is 784-200-20-200-784 with ReLU, trained on MNIST's 60,000 digits for {epochs} {(epochs == 1 ? "epoch" : "epochs")}
        with Adam, batch size 128, and a learning rate that falls from 0.001 to 0 along a cosine. Each picture shows held-out digits in the
        first row, their reconstructions in the second, and samples from the prior in the third; both show the mean of p(x∣z). The figures
        are for the first {Scored} held-out digits; log p(x) is estimated by importance sampling with {ImportanceSamples} draws each.

        How to compare them: all likelihoods except `bernoulli` receive the digits at {GrayLevels.Count} gray levels. A discrete
        distribution gives each digit a mass. A density receives (level + u)/{GrayLevels.Count} with u uniform on [0, 1), drawn once; its
        log p minus D·log {GrayLevels.Count} is then a lower bound on the logarithm of that mass (Theis, van den Oord and Bethge
        2016). The bits per dimension of all of these are therefore comparable; lower is better. Nats are comparable among densities,
        and among discrete distributions. `bernoulli` receives other data, black and white, and stands apart.

        | `--likelihood` | what | data | log p(x), nats | bits per dimension | digits, reconstructions, samples |
        |---|---|---|---:|---:|---|

        """;

    private sealed record Case(string Name, Likelihood Likelihood, DataKind Data, string What)
    {
        public string DataText => Data switch { DataKind.Density => "density", DataKind.Levels => "levels", _ => "black and white" };

        public DataSplit Of(DataSplit gray)
        {
            var (train, test) = ((ImageSet)gray.Train, (ImageSet)gray.Test);
            return Data switch
            {
                DataKind.Density => gray with { Train = GrayLevels.Dequantized(train, 1), Test = GrayLevels.Dequantized(test, 2) },
                DataKind.Levels => gray with { Train = GrayLevels.Discrete(train), Test = GrayLevels.Discrete(test) },
                _ => TrainedModel.Mnist(out _, Binarization.Dynamic)!,
            };
        }
    }
}
