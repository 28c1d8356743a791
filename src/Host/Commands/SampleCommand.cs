using System.CommandLine;

namespace VaeGpu.Host.Commands;

/// <summary>The command "sample": images of latent vectors drawn from the prior.</summary>
internal static class SampleCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var command = new Command("sample", "Draws latent vectors from the prior and decodes them to a picture of mean images.");
        var use = new UseOptions(command, "The picture, PNG, or the lines of text [default: samples-COUNT-seed-SEED in the run's folder]", takesData: false);
        var count = OptionOf.Number("--count", "images", 64, 1, 10_000, "How many images");
        var seed = UseOptions.Seed("the latent vectors");
        var label = new LabelOption(command, "Class of the images, of a conditional model, by number or name [default: each in turn]");
        command.Options.Add(count);
        command.Options.Add(seed);
        command.SetAction(result =>
        {
            using var loaded = use.Open(result);
            var wanted = label.Read(result, loaded);
            var (number, pictures) = (result.GetValue(count), loaded.Pictures);
            var name = FormattableString.Invariant($"samples-{number}-seed-{result.GetValue(seed)}{LabelOption.Suffix(wanted)}");
            var path = use.Output(result, name + pictures.Extension);
            pictures.Samples(number, result.GetValue(seed), stop, wanted).Write(path);
            terminal.Output.WriteLine(path);
            return ExitCode.Done;
        });
        return command;
    }
}
