using System.CommandLine;
using VaeGpu.Kernels.Ladders;

namespace VaeGpu.Host.Commands;

/// <summary>The command "ladder": a kernel from its first form to the fastest, one idea at a time.</summary>
internal static class LadderCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var machine = new MachineOptions(loadsData: false);
        var name = new Argument<string>("ladder") { HelpName = "ladder", Description = $"The ladder: {string.Join(", ", Ladder.All)}" };
        name.AcceptOnlyFromAmong([.. Ladder.All.Select(ladder => ladder.Name)]);
        var size = OptionOf.Number("--size", "n", 1, 16384, "Size of the task [default: by ladder and device]");
        var json = OptionOf.Text("--json", "file", "Write the figures as JSON");
        var output = OptionOf.Text("--out", "folder", "Write the figures as JSON and as a chart, SVG and PNG, to a folder");
        const string What =
            "Times a kernel from its first form to the fastest, one idea at a time, beside the measured limit of the device.";
        var command = new Command("ladder", What) { name, size, json, output };
        foreach (Option option in machine.All)
            command.Add(option);
        command.SetAction(result => LadderProgram.Run(
            new(
                Ladder.Named(result.GetRequiredValue(name)), machine.Read(result), result.Gave(size) ? result.GetValue(size) : null,
                result.GetValue(json), result.GetValue(output)),
            terminal, stop));
        return command;
    }
}
