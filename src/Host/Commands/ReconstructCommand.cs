using System.CommandLine;
using VaeGpu.Training.Data;

namespace VaeGpu.Host.Commands;

/// <summary>The command "reconstruct": held-out images beside what the model makes of them.</summary>
internal static class ReconstructCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var run = CommonOptions.Run();
        var data = OptionOf.Text(
            "--data", "folder", "Folder of MNIST-style IDX files whose test images are taken [default: the run's data]");
        var count = OptionOf.Number("--count", "images", RunPictures.Count, 1, 10_000, "How many of the first held-out images");
        var output = OptionOf.Text("--out", "file", "The picture, PNG [default: reconstructions-COUNT.png in the run's folder]");
        var overwrite = CommonOptions.Overwrite("a picture");
        var device = CommonOptions.Device();
        var threads = CommonOptions.Threads();
        var command = new Command("reconstruct", "Encodes and decodes held-out images and shows each above its reconstruction.")
        {
            run, data, count, output, overwrite, device, threads,
        };
        command.SetAction(result =>
        {
            var folder = result.GetRequiredValue(run)!;
            var name = FormattableString.Invariant($"reconstructions-{result.GetValue(count)}.png");
            var path = PicturePath.Choose(result.GetValue(output), folder, name, result.GetValue(overwrite));
            using var loaded = LoadedRun.Open(folder, result.GetRequiredValue(device), result.GetValue(threads));
            var images = loaded.TestImages(result.GetValue(data), result.GetValue(threads));
            RunPictures.Reconstructions(loaded.Generation, images, result.GetValue(count), stop).WritePng(path);
            terminal.Output.WriteLine(path);
            return ExitCode.Done;
        });
        return command;
    }
}
