using System.CommandLine;
using VaeGpu.Kernels;

namespace VaeGpu.Host.Commands;

/// <summary>The command "fusion": training steps with and without each fusion.</summary>
internal static class FusionCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var options = new TrainingOptions();
        var batches = OptionOf.Numbers("--batches", "rows,…", 1, 1 << 20, "Batch sizes to measure [default: 32,256, or the one of "
            + "--batch]");
        var widths = OptionOf.Numbers(
            "--widths", "units,…", 1, 1 << 20, "Units of every hidden linear layer to measure [default: 64,400, or those of --hidden]");
        var quick = new Option<bool>("--quick") { Description = "Take fewer and shorter samples" };
        var json = OptionOf.Text("--json", "file", "Write the figures as JSON");
        var output = OptionOf.Text("--out", "folder", "Write the figures as JSON and as a chart, SVG and PNG, to a folder");
        const string What = "Times training steps with and without each fusion of kernels, beside what fewer bytes and launches "
            + "predict; takes "
            + "the options of \"train\".";
        var command = new Command("fusion", What);
        foreach (Option option in (Option[])[batches, widths, quick, json, output, .. options.OfTheData, .. options.OfTheTraining])
            command.Add(option);
        command.SetAction(result => FusionProgram.Run(
            options.Read(result),
            new(
                Values(result, batches, options.Batch, [32, 256]), Values(result, widths, options.Hidden, [64, 400]),
                result.GetValue(quick), result.GetValue(json), result.GetValue(output)),
            terminal, stop));
        return command;
    }

    /// <summary>What was asked for; null where the training's own option was given instead.</summary>
    private static ValueList<int>? Values(ParseResult result, Option<ValueList<int>> option, Option own, ValueList<int> fallback) =>
        result.Gave(option) ? result.GetValue(option) : result.Gave(own) ? null : fallback;
}
