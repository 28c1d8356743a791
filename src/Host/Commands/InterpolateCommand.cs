using System.CommandLine;
using VaeGpu.Training.Uses;

namespace VaeGpu.Host.Commands;

/// <summary>The command "interpolate": the way between the codes of two images, decoded.</summary>
internal static class InterpolateCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var command =
            new Command("interpolate", "Decodes the path between the codes of pairs of images, in a row for each pair with the images at its ends.");
        var use = new UseOptions(command, "The picture (.png) or the lines of text (.txt) [default: interpolations-COUNT in the run's folder]",
            takesData: true);
        var count = OptionOf.Number("--count", "pairs", 8, 1, 1000, "Number of pairs: images 0 and 1, 2 and 3, …");
        var steps = OptionOf.Number("--steps", "n", 10, 2, 1000, "Decoded images in a row, including both ends");
        var path = OptionOf.Choice("--path", "kind", PathKind.Linear, "Path in latent space");
        var label = new LabelOption(command, "Class that a conditional model decodes, by number or name");
        command.Options.Add(count);
        command.Options.Add(steps);
        command.Options.Add(path);
        command.SetAction(result =>
        {
            using var loaded = use.Open(result);
            var (pairs, pictures) = (result.GetValue(count), loaded.Pictures);
            var wanted = label.ReadRequired(result, loaded);
            var name = FormattableString.Invariant($"interpolations-{pairs}{LabelOption.Suffix(wanted)}");
            var file = use.Output(result, name + pictures.Extension);
            var images = use.Data(result, loaded, stop, wanted);
            pictures.Interpolations(images, pairs, result.GetValue(steps), result.Chosen<PathKind>(path), stop, wanted).Write(file);
            terminal.Output.WriteLine(file);
            return ExitCode.Done;
        });
        return command;
    }
}
