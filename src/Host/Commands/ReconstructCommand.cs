using System.CommandLine;

namespace VaeGpu.Host.Commands;

/// <summary>The command "reconstruct": held-out images beside what the model makes of them.</summary>
internal static class ReconstructCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var command = new Command("reconstruct", "Encodes and decodes held-out images and shows each above its reconstruction.");
        var use = new UseOptions(command, "The picture (.png) or the lines of text (.txt) [default: reconstructions-COUNT in the run's folder]",
            takesData: true);
        var count = OptionOf.Number("--count", "images", RunPictures.Count, 1, 10_000, "Number of images");
        var label = new LabelOption(command,
            "Class that a conditional model decodes the images as, by number or name [default: their own]");
        command.Options.Add(count);
        command.SetAction(result =>
        {
            using var loaded = use.Open(result);
            var wanted = label.Read(result, loaded);
            var (number, pictures) = (result.GetValue(count), loaded.Pictures);
            var name = FormattableString.Invariant($"reconstructions-{number}{LabelOption.Suffix(wanted)}");
            var path = use.Output(result, name + pictures.Extension);
            var images = use.Data(result, loaded, stop, wanted);
            pictures.Reconstructions(images, number, stop, wanted).Write(path);
            terminal.Output.WriteLine(path);
            return ExitCode.Done;
        });
        return command;
    }
}
