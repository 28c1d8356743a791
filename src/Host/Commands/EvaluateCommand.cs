using System.Text.Json;
using VaeGpu.Training.Evaluation;

namespace VaeGpu.Host.Commands;

/// <summary>The command "evaluate": what a model is worth on the images held out.</summary>
internal static class EvaluateCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var samples = OptionOf.Number("--importance-samples", "n", 100, 1, 10_000_000, "Draws of the latent vector for each image");
        var json = new Option<bool>("--json") { Description = "Write JSON" };
        var seed = CommonOptions.Seed("the draws");
        var command = new ModelCommand(
            "evaluate", "Evaluates a model on held-out images: ELBO, log p(x) by importance sampling, and its latent dimensions.",
            takesData: true)
        {
            samples, json, seed,
        };
        return command.DoesOnRanks(terminal, stop, (result, use, ranks) =>
        {
            var images = use.Data();
            var evaluator = use.Run.Evaluator();
            var report = evaluator.Evaluate(images, result.GetValue(samples), result.GetValue(seed), null, stop, ranks.Communicator) with
            {
                Caveat = images.Caveat(use.Run.Configuration.Model.Likelihood, use.Run.Configuration.Data.Binarization),
            };
            ranks.Terminal.Output.WriteLine(
                result.GetValue(json)
                    ? JsonSerializer.Serialize(report, ReportJson.Default.EvaluationReport)
                    : Table(report, use.Run.Configuration.Format));
        });
    }

    private static string Table(EvaluationReport report, ExampleFormat format)
    {
        (string, string)[] lines =
        [
            (format.Examples, Show($"{report.Images}")),
            .. report.Elbo is null ? LossLines(report) : LikelihoodLines(report, format),
            ("active units", Show($"{report.ActiveUnits} of {report.KlPerDimension.Count}")),
            ("aggregate posterior", Show($"{report.AggregatePosteriorKl:F4} nats from the prior")),
            .. report.KlPerDimension.Select((kl, i) => (Show($"KL of dimension {i}"), Show($"{kl:F4} nats"))),
        ];
        return string.Join('\n', lines.Select(line => $"{line.Item1,-22}{line.Item2}"));
    }

    private static (string, string)[] LikelihoodLines(EvaluationReport report, ExampleFormat format) =>
    [
        ("ELBO", Show($"{report.Elbo:F4} nats")),
        ("  rate (KL)", Show($"{report.Rate:F4} nats")),
        ("  distortion", Show($"{report.Distortion:F4} nats")),
        ($"bits per {format.Element}", Show($"{report.BitsPerDim:F5}")),
        ("log p(x)", Show($"{report.LogLikelihood:F4} ± {report.LogLikelihoodStderr:F4} nats, {report.ImportanceSamples} draws")),
        .. report.Caveat is null ? [] : ((string, string)[])[("  caveat", report.Caveat)],
        ("  error of the draws", Show($"{report.ImportanceStderr:F4} nats")),
        .. report.ParetoK is null ? [] : ((string, string)[])[("  Pareto k of weights", Tails(report))],
    ];

    private static string Tails(EvaluationReport report) => Show($"{report.ParetoK:F2} (median)") + (report.HeavyTails == 0
        ? ""
        : Show($"; too heavy a tail for {report.HeavyTails} of {report.Images}: more --importance-samples would raise log p(x)"));

    private static (string, string)[] LossLines(EvaluationReport report) =>
    [
        ("loss, no likelihood", Show($"{report.Rate + report.Distortion:F4}")),
        ("  KL", Show($"{report.Rate:F4} nats")),
        ("  reconstruction", Show($"{report.Distortion:F4}")),
    ];

    private static string Show(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
