using System.CommandLine;

namespace VaeGpu.Host.Commands;

/// <summary>The command "sample": images, or lines of text, of latent vectors drawn from the prior.</summary>
internal static class SampleCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var command = new Command("sample",
            "Draws latent vectors from the prior and decodes them to a picture of mean images, or to lines of the most probable symbols.");
        var use = new UseOptions(command,
            "The picture (.png) or the lines of text (.txt) [default: samples-COUNT-seed-SEED, or draws-…, in the run's folder]", takesData: false);
        var count = OptionOf.Number("--count", "images", 64, 1, 10_000, "Number of images");
        var seed = UseOptions.Seed("the latent vectors and of --draw");
        var draw = new Option<bool>("--draw")
        {
            Description = "Also draw x from p(x∣z), instead of showing its mean or the most probable symbols",
        };
        var label = new LabelOption(command, "Class that a conditional model decodes, by number or name [default: each in turn]");
        command.Options.Add(count);
        command.Options.Add(seed);
        command.Options.Add(draw);
        command.SetAction(result =>
        {
            using var loaded = use.Open(result);
            var wanted = label.Read(result, loaded);
            var (number, pictures, drawn) = (result.GetValue(count), loaded.Pictures, result.GetValue(draw));
            if (drawn && !loaded.Configuration.Model.HasLikelihood)
                throw new UsageException("--draw needs a likelihood to draw from, and hybrid is none; leave it out.");
            var name = FormattableString.Invariant($"{(drawn ? "draws" : "samples")}-{number}-seed-{result.GetValue(seed)}{LabelOption.Suffix(wanted)}");
            var path = use.Output(result, name + pictures.Extension);
            pictures.Samples(number, result.GetValue(seed), stop, wanted, drawn).Write(path);
            terminal.Output.WriteLine(path);
            return ExitCode.Done;
        });
        return command;
    }
}
