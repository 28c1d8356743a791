using System.CommandLine;

namespace VaeGpu.Host.Commands;

/// <summary>The command "reconstruct": held-out images beside what the model makes of them.</summary>
internal static class ReconstructCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var command = new Command("reconstruct", "Encodes and decodes held-out images and shows each above its reconstruction.");
        var use = new UseOptions(command, "The picture, PNG [default: reconstructions-COUNT.png in the run's folder]", takesData: true);
        var count = Options.Number("--count", "images", RunPictures.Count, 1, 10_000, "How many of the first images");
        command.Options.Add(count);
        command.SetAction(result =>
        {
            var path = use.Output(result, FormattableString.Invariant($"reconstructions-{result.GetValue(count)}.png"));
            using var loaded = use.Open(result);
            var images = use.Data(result, loaded);
            RunPictures.Reconstructions(loaded.Pictures, images, result.GetValue(count), stop).WritePng(path);
            terminal.Output.WriteLine(path);
            return ExitCode.Done;
        });
        return command;
    }
}
