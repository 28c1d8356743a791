using System.CommandLine;
using VaeGpu.Training.Uses;

namespace VaeGpu.Host.Commands;

/// <summary>The command "traverse": what each latent dimension does.</summary>
internal static class TraverseCommand
{
    private const int MostRows = 32;

    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var command = new Command("traverse", "Moves one latent dimension in each row and decodes it, the others staying as they are.");
        var use = new UseOptions(command, "The picture, PNG [default: traversals.png in the run's folder]", takesData: true);
        var dimensions = Options.Numbers("--dimensions", "n,…", 0, 0, int.MaxValue, $"Latent dimensions, from 0 on [default: all, or the first {MostRows}]");
        dimensions.DefaultValueFactory = null;
        var image = Options.Number("--image", "n", 0, int.MaxValue, "Start at the code of this image [default: at the prior's mean]");
        var steps = Options.Number("--steps", "n", 11, 2, 1000, "Images in a row");
        var range = Options.Number("--range", "z", 3.0, 1e-3, 1e3, "The dimension goes from −z to z");
        command.Options.Add(dimensions);
        command.Options.Add(image);
        command.Options.Add(steps);
        command.Options.Add(range);
        command.SetAction(result =>
        {
            var file = use.Output(result, "traversals.png");
            using var loaded = use.Open(result);
            var generation = loaded.Pictures;
            var rows = result.GetValue(dimensions) ?? [.. Enumerable.Range(0, Math.Min(generation.Latent, MostRows))];
            UseOptions.ThrowIfBeyond("--dimensions", rows, generation.Latent, "latent dimension");
            var centre = new float[generation.Latent];
            if (result.Gave(image))
            {
                var images = use.Data(result, loaded);
                UseOptions.ThrowIfBeyond("--image", [result.GetValue(image)], images.Count, "image");
                centre = generation.Encode(images.Select([result.GetValue(image)]), stop).Means;
            }
            var paths = LatentPaths.Traverse(centre, rows, result.GetValue(steps), result.GetValue(range));
            RunPictures.Decoded(generation, paths, result.GetValue(steps), stop).WritePng(file);
            terminal.Output.WriteLine(file);
            return ExitCode.Done;
        });
        return command;
    }
}
