using System.CommandLine;
using VaeGpu.Training.Uses;

namespace VaeGpu.Host.Commands;

/// <summary>The command "interpolate": the way between the codes of two images, decoded.</summary>
internal static class InterpolateCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var command = new Command("interpolate", "Decodes the way between pairs of images, a row for each pair; the images stand at its ends.");
        var use = new UseOptions(command, "The picture, PNG [default: interpolations-COUNT.png in the run's folder]", takesData: true);
        var count = Options.Number("--count", "pairs", 8, 1, 1000, "How many pairs: images 0 and 1, 2 and 3, …");
        var steps = Options.Number("--steps", "n", 10, 2, 1000, "Decoded images in a row, those of both ends among them");
        var path = Options.Choice("--path", "kind", PathKind.Linear, "The way in latent space");
        command.Options.Add(count);
        command.Options.Add(steps);
        command.Options.Add(path);
        command.SetAction(result =>
        {
            var file = use.Output(result, FormattableString.Invariant($"interpolations-{result.GetValue(count)}.png"));
            using var loaded = use.Open(result);
            var images = use.Data(result, loaded);
            RunPictures.Interpolations(
                loaded.Pictures, images, result.GetValue(count), result.GetValue(steps), result.Chosen<PathKind>(path), stop).WritePng(file);
            terminal.Output.WriteLine(file);
            return ExitCode.Done;
        });
        return command;
    }
}
