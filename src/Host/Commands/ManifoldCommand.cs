using System.CommandLine;
using VaeGpu.Training.Uses;

namespace VaeGpu.Host.Commands;

/// <summary>The command "manifold": two latent dimensions as a map.</summary>
internal static class ManifoldCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var command = new Command(
            "manifold", "Decodes a square grid over two latent dimensions, spaced by the quantiles of the prior.");
        var use = new UseOptions(command, "The picture (.png) or the lines of text (.txt) [default: manifold-SIDE in the run's folder]",
            takesData: false);
        var side = OptionOf.Number("--side", "n", 20, 2, 200, "Images in a row and in a column");
        var dimensions = OptionOf.Numbers(
            "--dimensions", "x,y", 0, int.MaxValue, "Two latent dimensions; the others are 0 [default: 0,1 if the model has two]");
        var label = new LabelOption(command, "Class that a conditional model decodes, by number or name");
        command.Options.Add(side);
        command.Options.Add(dimensions);
        command.SetAction(result =>
        {
            using var loaded = use.Open(result);
            var (generation, pictures) = (loaded.Generation, loaded.Pictures);
            var wanted = label.ReadRequired(result, loaded);
            var name = FormattableString.Invariant($"manifold-{result.GetValue(side)}{LabelOption.Suffix(wanted)}");
            var file = use.Output(result, name + pictures.Extension);
            var axes = result.GetValue(dimensions) ?? (generation.Latent == 2
                ? [0, 1]
                : throw new UsageException($"The model has {generation.Latent} latent dimensions; name two of them, such as --dimensions 0,1."));
            if (axes.Count != 2 || axes[0] == axes[1])
                throw new UsageException("--dimensions takes two different dimensions, such as 0,1.");
            UseOptions.ThrowIfBeyond("--dimensions", axes, generation.Latent, "latent dimension");
            var points = LatentPaths.Manifold(generation.Latent, axes[0], axes[1], result.GetValue(side));
            pictures.Decoded(points, result.GetValue(side), stop, wanted).Write(file);
            terminal.Output.WriteLine(file);
            return ExitCode.Done;
        });
        return command;
    }
}
