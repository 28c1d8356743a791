using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using VaeGpu.Training.Uses;

namespace VaeGpu.Host.Commands;

/// <summary>The command "score": how strange the model finds each example.</summary>
internal static class ScoreCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var command = new Command("score", "Writes anomaly scores in nats: −ELBO, reconstruction, KL and importance-sampled −log p(x).");
        var use = new UseOptions(command, "The table (.csv) [default: scores.csv in the run's folder]", takesData: true);
        var samples = OptionOf.Number("--samples", "k", 16, 1, 100_000, "Draws of the latent vector for each example");
        var seed = UseOptions.Seed("the draws");
        var classes = OptionOf.Text(
            "--anomalous", "class,…", "Classes that count as anomalous; prints AUROC and AUPRC of each score");
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        command.Options.Add(samples);
        command.Options.Add(seed);
        command.Options.Add(classes);
        command.Options.Add(json);
        command.SetAction(result =>
        {
            var file = use.Output(result, "scores.csv");
            var anomalous = result.GetValue(classes)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                ?? [];
            using var loaded = use.Open(result);
            var data = use.Data(result, loaded, stop);
            AnomalyReport.Check(data, anomalous);
            var scores = loaded.Generation.Score(data, result.GetValue(samples), result.GetValue(seed), stop);
            var hasLikelihood = loaded.Configuration.Model.HasLikelihood;
            var report = new AnomalyReport(data, scores, anomalous, hasLikelihood);
            report.Write(file);
            if (result.GetValue(json))
                terminal.Output.WriteLine(JsonSerializer.Serialize(new AnomalySummary(file, report.Areas),
                    AnomalyJson.Default.AnomalySummary));
            else
                Print(report, hasLikelihood ? "mean, nats" : "mean", file, terminal.Output);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(AnomalyReport report, string mean, string file, TextWriter output)
    {
        output.WriteLine($"{"score",-16}{mean,12}{(report.Areas[0].Auroc is null ? "" : $"{"AUROC",9}{"AUPRC",9}")}");
        foreach (var area in report.Areas)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{area.Name,-16}{area.Mean,12:F3}{(area.Auroc is null ? "" : Areas(area))}"));
        }
        output.WriteLine(file);
    }

    private static string Areas(AnomalyArea area) => string.Create(CultureInfo.InvariantCulture, $"{area.Auroc,9:F4}{area.Auprc,9:F4}");
}
