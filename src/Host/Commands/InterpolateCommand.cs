namespace VaeGpu.Host.Commands;

/// <summary>The command "interpolate": the way between the codes of two images, decoded.</summary>
internal static class InterpolateCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var label = LabelOption.Create("Class that a conditional model decodes, by number or name");
        var count = OptionOf.Number("--count", "pairs", 8, 1, 1000, "Number of pairs: images 0 and 1, 2 and 3, …");
        var steps = OptionOf.Number("--steps", "n", 10, 2, 1000, "Decoded images in a row, including both ends");
        var path = OptionOf.Choice("--path", "kind", PathKind.Linear, "Path in latent space");
        var command = new ModelCommand(
            "interpolate", "Decodes the path between the codes of pairs of images, in a row for each pair with the images at its ends.",
            takesData: true,
            "The picture (.png), lines of text (.txt) or rows of a table (.csv) [default: interpolations-COUNT in the run's folder]")
        {
            label, count, steps, path,
        };
        return command.Does(terminal, stop, (result, use) =>
        {
            var wanted = LabelOption.ReadRequired(result.GetValue(label), use.Run);
            var pairs = result.GetValue(count);
            use.Write($"interpolations-{pairs}", wanted, pictures => pictures.Interpolations(
                use.Data(wanted), pairs, result.GetValue(steps), result.Chosen<PathKind>(path), stop, wanted));
        });
    }
}
