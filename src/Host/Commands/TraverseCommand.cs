namespace VaeGpu.Host.Commands;

/// <summary>The command "traverse": what each latent dimension does.</summary>
internal static class TraverseCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var label =
            LabelOption.Create("Class that a conditional model decodes, by number or name [default with --image: that of the image]");
        var dimensions =
            OptionOf.Number(
                "--dimensions", "n", 1, int.MaxValue, "Number of latent dimensions, in descending order of their KL terms [default: all]");
        var image = OptionOf.Number("--image", "n", 0, int.MaxValue, "Start at the code of this image [default: at the prior's mean]");
        var steps = OptionOf.Number("--steps", "n", 11, 2, 1000, "Images in a row");
        var range = OptionOf.Number("--range", "z", 3.0, 1e-3, 1e3,
            "The dimension varies by ±z standard deviations of the prior around its mean");
        var command = new ModelCommand(
            "traverse",
            "Varies one latent dimension in each row and decodes it; dimensions are in descending order of their KL terms.",
            takesData: true, "The picture (.png), lines of text (.txt) or rows of a table (.csv) [default: traversals in the run's folder]")
        {
            label, dimensions, image, steps, range,
        };
        return command.Does(terminal, stop, (result, use) =>
        {
            var (generation, text) = (use.Run.Generation, result.GetValue(label));
            int? from = result.Gave(image) ? result.GetValue(image) : null;
            var wanted = from is null ? LabelOption.ReadRequired(text, use.Run) : LabelOption.Read(text, use.Run);
            use.Write($"traversals", wanted, pictures =>
            {
                if (result.GetValue(dimensions) > generation.Latent)
                    throw new UsageException(
                        FormattableString.Invariant($"--dimensions: the model has {generation.Latent} latent dimensions."));
                var images = use.Data(wanted);
                var center = from is { } number ? Code(generation, images, number, stop) : new float[generation.Latent];
                if (generation.Classes > 0)
                    wanted ??= images.Labels![from!.Value];
                var rows = MostInformative(generation.DivergencePerDimension(images, stop), result.GetValue(dimensions));
                foreach (var (row, (dimension, kl)) in rows.Index())
                    terminal.Output.WriteLine(FormattableString.Invariant($"row {row + 1,-5}dimension {dimension,-5}KL {kl:F4} nats"));
                var paths = LatentPaths.Traverse(center, [.. rows.Select(row => row.Dimension)], result.GetValue(steps),
                    result.GetValue(range));
                return pictures.Decoded(paths, result.GetValue(steps), stop, wanted);
            });
        });
    }

    /// <summary>The code of an image, in units of its prior.</summary>
    private static float[] Code(Generation generation, ExampleSet images, int number, CancellationToken stop)
    {
        OptionOf.ThrowIfBeyond("--image", [number], images.Count, "image");
        var one = images.Select([number]);
        return generation.ToPriorUnits(generation.Encode(one, stop).Means, one.Labels, stop);
    }

    /// <summary>The dimensions of the largest KL, <paramref name="count"/> or, where that is 0, all.</summary>
    private static (int Dimension, double Kl)[] MostInformative(double[] divergences, int count) =>
        [.. divergences.Index().OrderByDescending(one => one.Item).Take(count == 0 ? divergences.Length : count)];
}
