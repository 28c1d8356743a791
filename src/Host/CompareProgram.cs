using System.Text.Json;
using VaeGpu.Host.Commands;
using VaeGpu.Host.Pictures;
using VaeGpu.Training.Evaluation;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host;

/// <summary>The command "compare": several runs as one table and one picture.</summary>
internal static class CompareProgram
{
    /// <summary>The path of a file in the folder of "--out". A PNG is written beside the SVG.</summary>
    public const string PictureFile = "comparison.svg";

    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(CompareRequest request, Terminal terminal, CancellationToken stop)
    {
        string? picture = request.Out is null ? null : Path.Combine(request.Out, PictureFile);
        if (picture is not null && !request.Overwrite
            && Array.Find([picture, Path.ChangeExtension(picture, ".png")], File.Exists) is { } old)
            throw new UsageException($"\"{old}\" exists already; name another folder with --out, or replace it with --overwrite.");
        var comparison = RunComparison.Of(request.Folders);
        if (request.Evaluation is { } how)
            comparison = comparison with { Runs = [.. comparison.Runs.Select(run => Evaluated(run, how, terminal, stop))] };
        if (picture is not null)
            terminal.Tell(ComparisonChart.Write(picture, comparison.Runs, ComparisonTable.Names(comparison.Runs)));
        if (request.Json)
        {
            terminal.Output.WriteLine(JsonSerializer.Serialize(comparison, ReportJson.Default.RunComparison));
            return ExitCode.Done;
        }
        foreach (string line in ComparisonTable.Lines(comparison))
            terminal.Output.WriteLine(line);
        if (picture is not null)
            terminal.Output.WriteLine(picture);
        return ExitCode.Done;
    }

    private static ComparedRun Evaluated(ComparedRun compared, ComparedEvaluation how, Terminal terminal, CancellationToken stop)
    {
        using var run = LoadedRun.Open(compared.Folder, how.Machine, terminal);
        var images = run.Data(null, terminal, stop).Test;
        return compared with { Evaluation = run.Evaluator().Evaluate(images, how.Samples, how.Seed, null, stop) };
    }
}

/// <summary>What "compare" was asked for.</summary>
/// <param name="Folders">The runs' folders.</param>
/// <param name="Evaluation">How the models are evaluated; null where they are not.</param>
/// <param name="Json">Whether to write JSON instead of a table.</param>
/// <param name="Out">The picture's folder, or null.</param>
/// <param name="Overwrite">Whether a picture that is there is replaced.</param>
internal sealed record CompareRequest(
    IReadOnlyList<string> Folders, ComparedEvaluation? Evaluation, bool Json, string? Out, bool Overwrite);

/// <summary>How "compare" evaluates a run.</summary>
/// <param name="Samples">Draws of the latent vector for each example.</param>
/// <param name="Seed">The seed of the draws.</param>
/// <param name="Machine">Where it is evaluated.</param>
internal sealed record ComparedEvaluation(int Samples, uint Seed, Machine Machine);
