namespace VaeGpu.Host.Commands;

/// <summary>The command "sample": images, lines of text or rows of a table, of latent vectors drawn from the prior.</summary>
internal static class SampleCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var label = LabelOption.Create("Class that a conditional model decodes, by number or name [default: each in turn]");
        var count = OptionOf.Number("--count", "n", 64, 1, 10_000, "Number of images, lines or rows");
        count.Aliases.Add("--rows");
        var seed = CommonOptions.Seed("the latent vectors and of --draw");
        var draw = new Option<bool>("--draw")
        {
            Description = "Also draw x from p(x∣z), instead of showing its mean or the most probable symbols or categories",
        };
        var command = new ModelCommand(
            "sample",
            "Draws latent vectors from the prior and decodes them to a picture of mean images, to lines of the most probable symbols, "
            + "or to rows of a table.",
            takesData: false,
            "The picture (.png), lines of text (.txt) or rows of a table (.csv) "
            + "[default: samples-COUNT-seed-SEED, or draws-…, in the run's folder]")
        {
            label, count, seed, draw,
        };
        return command.Does(terminal, stop, (result, use) =>
        {
            var wanted = LabelOption.Read(result.GetValue(label), use.Run);
            var (number, start, drawn) = (result.GetValue(count), result.GetValue(seed), result.GetValue(draw));
            if (drawn && !use.Run.Configuration.Model.HasLikelihood)
                throw new UsageException("--draw needs a likelihood to draw from, and hybrid is a loss without one; leave it out.");
            use.Write($"{(drawn ? "draws" : "samples")}-{number}-seed-{start}", wanted,
                pictures => pictures.Samples(number, start, stop, wanted, drawn));
        });
    }
}
