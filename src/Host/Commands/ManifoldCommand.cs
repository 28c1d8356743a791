namespace VaeGpu.Host.Commands;

/// <summary>The command "manifold": two latent dimensions as a map.</summary>
internal static class ManifoldCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var label = LabelOption.Create("Class that a conditional model decodes, by number or name");
        var side = OptionOf.Number("--side", "n", 20, 2, 200, "Images in a row and in a column");
        var dimensions = OptionOf.Numbers(
            "--dimensions", "x,y", 0, int.MaxValue, "Two latent dimensions; the others are 0 [default: 0,1 if the model has two]");
        var command = new ModelCommand(
            "manifold", "Decodes a square grid over two latent dimensions, spaced by the quantiles of the prior.",
            takesData: false,
            "The picture (.png), lines of text (.txt) or rows of a table (.csv) [default: manifold-SIDE in the run's folder]")
        {
            label, side, dimensions,
        };
        return command.Does(terminal, stop, (result, use) =>
        {
            var (latent, wanted) = (use.Run.Generation.Latent, LabelOption.ReadRequired(result.GetValue(label), use.Run));
            use.Write($"manifold-{result.GetValue(side)}", wanted, pictures =>
            {
                var axes = result.GetValue(dimensions) ?? (latent == 2
                    ? [0, 1]
                    : throw new UsageException($"The model has {latent} latent dimensions; name two of them, such as --dimensions 0,1."));
                if (axes.Count != 2 || axes[0] == axes[1])
                    throw new UsageException("--dimensions takes two different dimensions, such as 0,1.");
                OptionOf.ThrowIfBeyond("--dimensions", axes, latent, "latent dimension");
                var points = LatentPaths.Manifold(latent, axes[0], axes[1], result.GetValue(side));
                return pictures.Decoded(points, result.GetValue(side), stop, wanted);
            });
        });
    }
}
