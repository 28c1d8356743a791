using System.CommandLine;

namespace VaeGpu.Host.Commands;

/// <summary>The command "profile": a training step of any configuration, kernel by kernel.</summary>
internal static class ProfileCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var options = new TrainingOptions();
        var steps = OptionOf.Number(
            "--steps", "n", 1, 100_000, "Steps that are profiled, in turn with as many that are not [default: those of 3 s, 11 to 500]");
        var json = OptionOf.Text("--json", "file", "Write the figures as JSON");
        var trace = OptionOf.Text("--trace", "file", "Write three steps as a trace for ui.perfetto.dev or chrome://tracing");
        var output = OptionOf.Text("--out", "folder", "Write both, and the step and its roofline as a chart, SVG and PNG, to a folder");
        const string What = "Times a training step kernel by kernel, beside operations, bytes and the measured limits of the device; "
            + "takes the "
            + "options of \"train\".";
        var command = new Command("profile", What);
        foreach (Option option in (Option[])[steps, json, trace, output, .. options.OfTheData, .. options.OfTheTraining])
            command.Add(option);
        command.SetAction(result => ProfileProgram.Run(
            options.Read(result),
            new(
                result.Gave(steps) ? result.GetValue(steps) : null, result.GetValue(json), result.GetValue(trace),
                result.GetValue(output)),
            terminal, stop));
        return command;
    }
}
