using System.Text.Json;
using VaeGpu.Host.Commands;
using VaeGpu.Host.Pictures;
using VaeGpu.Training.Evaluation;
using VaeGpu.Training.Files;
using VaeGpu.Training.Papers;

namespace VaeGpu.Host;

/// <summary>The command "paper": trains what a published result needs, and writes the verdict.</summary>
internal static class PaperProgram
{
    /// <summary>The file of the verdict in the result's folder.</summary>
    public const string VerdictFile = "verdict.txt";

    /// <summary>Writes what results there are.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int List(bool json, Terminal terminal)
    {
        if (json)
        {
            var titles = Paper.All.ToDictionary(paper => paper.Name, paper => paper.Title);
            terminal.Output.WriteLine(JsonSerializer.Serialize(titles, ReportJson.Default.DictionaryStringString));
            return ExitCode.Done;
        }
        terminal.Output.WriteLine(string.Join(Environment.NewLine, PaperTable.List()));
        return ExitCode.Done;
    }

    /// <returns>One of <see cref="ExitCode"/>: done where the result, or its trend, was reproduced.</returns>
    public static int Run(PaperAsked asked, Terminal terminal, CancellationToken stop)
    {
        string folder = FolderOf(asked), verdict = Path.Combine(folder, VerdictFile);
        OutputFiles.ThrowIfUnwritable(verdict);
        // Standard output is the report's alone.
        Terminal progress = asked.Json ? terminal with { Output = terminal.Error, Interactive = false } : terminal;
        Paper paper = asked.Paper;
        var fit = new DataFit { Binarization = paper.Binarization };
        var loading = Loading.Start(asked.Machine, how => DataSource.Load(asked.Data, seed: 1, how, fit));
        using Backend backend = Backend.Open(asked.Machine.Device, asked.Machine.Threads);
        DataSplit data = loading.Result(progress, stop);
        PaperReport report = paper.Reproduce(new()
        {
            Accelerator = backend.Accelerator,
            Device = DeviceConfiguration.Of(asked.Machine.Device, backend.Accelerator),
            Data = data,
            Source = asked.Data,
            Folder = folder,
            IsFull = asked.IsFull,
            Train = (trainer, run) => TrainProgram.Train(trainer, run, backend, data, new(), progress, stop) == ExitCode.Done,
            Say = progress.Output.WriteLine,
            Stop = stop,
        });
        string[] lines = [.. PaperTable.Lines(report)];
        try
        {
            terminal.Output.WriteLine(asked.Json
                ? JsonSerializer.Serialize(report, ReportJson.Default.PaperReport)
                : string.Join(Environment.NewLine, ["", .. lines]));
        }
        finally
        {
            // It took long: where one place cannot take the verdict, the other has it.
            AtomicFile.WriteLines(verdict, lines);
        }
        foreach (PaperPicture picture in report.Pictures)
        {
            ImageGrid.Tile(picture.Pixels, picture.Width, picture.Height, picture.Columns)
                .Write(Path.Combine(folder, $"{picture.Name}.png"));
        }
        return report.Verdict == PaperVerdict.NotReproduced ? ExitCode.Failed : ExitCode.Done;
    }

    private static string FolderOf(PaperAsked asked)
    {
        if (asked.Out is null)
        {
            string fresh = Path.Combine(
                CommonOptions.DefaultParent,
                string.Create(CultureInfo.InvariantCulture, $"{asked.Paper}-{DateTime.Now:yyyy-MM-dd-HHmmss}"));
            return Enumerable.Range(1, int.MaxValue).Select(attempt => attempt == 1 ? fresh : $"{fresh}-{attempt}")
                .First(path => !Path.Exists(path));
        }
        if (File.Exists(asked.Out))
            throw new UsageException($"\"{asked.Out}\" is a file; name a folder with --out.");
        if (!asked.IsReplacing && Directory.Exists(asked.Out) && Directory.EnumerateFileSystemEntries(asked.Out).Any())
        {
            throw new UsageException(
                $"\"{asked.Out}\" has files already; name another folder with --out, or replace them with --overwrite.");
        }
        string verdict = Path.Combine(asked.Out, VerdictFile);
        if (File.Exists(verdict) && PaperTable.ResultOf(File.ReadLines(verdict).FirstOrDefault("")) is { } other
            && other != asked.Paper.Name)
        {
            throw new UsageException(
                $"\"{asked.Out}\" has the verdict on another result, {other}; name another folder with --out.");
        }
        return asked.Out;
    }
}

/// <summary>What "paper" was asked for.</summary>
/// <param name="Paper">The result.</param>
/// <param name="IsFull">Whether in its full form.</param>
/// <param name="Data">Where the data are.</param>
/// <param name="Out">The folder, or null.</param>
/// <param name="IsReplacing">Whether what is there is replaced.</param>
/// <param name="Json">Whether to write JSON.</param>
/// <param name="Machine">The device.</param>
internal sealed record PaperAsked(Paper Paper, bool IsFull, string Data, string? Out, bool IsReplacing, bool Json, Machine Machine);
