using System.Text.Json;
using VaeGpu.Training.Evaluation;

namespace VaeGpu.Host.Commands;

/// <summary>The command "score": how strange the model finds each example.</summary>
internal static class ScoreCommand
{
    /// <summary>Examples of the highest scores that are listed.</summary>
    private const int Shown = 5;

    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var samples = OptionOf.Number("--samples", "k", 16, 1, 100_000, "Draws of the latent vector for each example");
        var seed = CommonOptions.Seed("the draws");
        var classes = OptionOf.Text("--anomalous", "class,…", "Classes that count as anomalous; prints AUROC and AUPRC of each score");
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var command = new ModelCommand(
            "score", "Writes anomaly scores in nats: −ELBO, reconstruction, KL and importance-sampled −log p(x).", takesData: true,
            "The table (.csv) [default: scores.csv in the run's folder]")
        {
            samples, seed, classes, json,
        };
        return command.Does(terminal, stop, (result, use) =>
        {
            var file = use.Output("scores.csv");
            var anomalous = result.GetValue(classes)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                ?? [];
            var data = use.Data();
            AnomalyReport.Check(data, anomalous);
            var scores = use.Run.Generation.Score(data, result.GetValue(samples), result.GetValue(seed), stop);
            var hasLikelihood = use.Run.Configuration.Model.HasLikelihood;
            var report = new AnomalyReport(data, scores, anomalous, hasLikelihood);
            report.Write(file);
            if (result.GetValue(json))
                terminal.Output.WriteLine(JsonSerializer.Serialize(
                    new AnomalySummary(file, report.Areas) { Strangest = report.Strangest(Shown) },
                    ReportJson.Default.AnomalySummary));
            else
                Print(report, hasLikelihood ? "mean, nats" : "mean", data.Sources.Kind, file, terminal.Output);
        });
    }

    private static void Print(AnomalyReport report, string mean, string kind, string file, TextWriter output)
    {
        output.WriteLine($"{"score",-16}{mean,12}{(report.Areas[0].Auroc is null ? "" : $"{"AUROC",9}{"AUPRC",9}")}");
        foreach (var area in report.Areas)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{area.Name,-16}{area.Mean,12:F3}{(area.Auroc is null ? "" : Areas(area))}"));
        }
        output.WriteLine($"highest {report.Ranked}");
        foreach (var one in report.Strangest(Shown))
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {one.Score,12:F3}  {kind} {one.Source}, {one.Part}"));
        output.WriteLine(file);
    }

    private static string Areas(AnomalyArea area) => string.Create(CultureInfo.InvariantCulture, $"{area.Auroc,9:F4}{area.Auprc,9:F4}");
}
