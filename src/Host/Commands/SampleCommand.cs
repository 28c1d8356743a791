using System.CommandLine;

namespace VaeGpu.Host.Commands;

/// <summary>The command "sample": images of latent vectors drawn from the prior.</summary>
internal static class SampleCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var command = new Command("sample", "Draws latent vectors from the prior and decodes them to a picture of mean images.");
        var use = new UseOptions(command, "The picture, PNG [default: samples-COUNT-seed-SEED.png in the run's folder]", takesData: false);
        var count = OptionOf.Number("--count", "images", 64, 1, 10_000, "How many images");
        var seed = UseOptions.Seed("the latent vectors");
        var label = OptionOf.Number("--label", "class", 0, 255, "Class of the images, for a conditional model [default: each in turn]");
        command.Options.Add(count);
        command.Options.Add(seed);
        command.Options.Add(label);
        command.SetAction(result =>
        {
            var path = use.Output(result, Name(result.GetValue(count), result.GetValue(seed), result.Gave(label) ? result.GetValue(label) : null));
            using var loaded = use.Open(result);
            byte? wanted = result.Gave(label) ? (byte)result.GetValue(label) : null;
            if (wanted >= loaded.Generation.Classes)
                throw new UsageException(NoSuchLabel(loaded.Generation.Classes));
            RunPictures.Samples(loaded.Pictures, result.GetValue(count), result.GetValue(seed), stop, wanted).WritePng(path);
            terminal.Output.WriteLine(path);
            return ExitCode.Done;
        });
        return command;
    }

    private static string Name(int count, uint seed, int? label) =>
        FormattableString.Invariant($"samples-{count}-seed-{seed}{(label is null ? "" : $"-label-{label}")}.png");

    private static string NoSuchLabel(int classes) => classes == 0
        ? "--label needs a conditional model: train one with --condition labels."
        : FormattableString.Invariant($"--label takes a class from 0 to {classes - 1}: those that the model was trained on.");
}
