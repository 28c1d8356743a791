using System.CommandLine;

namespace VaeGpu.Host.Commands;

/// <summary>The command "sample": images of latent vectors drawn from the prior.</summary>
internal static class SampleCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var run = CommonOptions.Run();
        var count = OptionOf.Number("--count", "images", 64, 1, 10_000, "How many images");
        var seed = OptionOf.Number("--seed", "n", 1u, 0u, uint.MaxValue, "Seed of the latent vectors");
        var output = OptionOf.Text("--out", "file", "The picture, PNG [default: samples-COUNT-seed-SEED.png in the run's folder]");
        var overwrite = CommonOptions.Overwrite("a picture");
        var device = CommonOptions.Device();
        var threads = CommonOptions.Threads();
        var command = new Command("sample", "Draws latent vectors from the prior and decodes them to a picture of mean images.")
        {
            run, count, seed, output, overwrite, device, threads,
        };
        command.SetAction(result =>
        {
            var folder = result.GetRequiredValue(run)!;
            var name = FormattableString.Invariant($"samples-{result.GetValue(count)}-seed-{result.GetValue(seed)}.png");
            var path = PicturePath.Choose(result.GetValue(output), folder, name, result.GetValue(overwrite));
            using var loaded = LoadedRun.Open(folder, result.GetRequiredValue(device), result.GetValue(threads));
            RunPictures.Samples(loaded.Generation, result.GetValue(count), result.GetValue(seed), stop).WritePng(path);
            terminal.Output.WriteLine(path);
            return ExitCode.Done;
        });
        return command;
    }
}
