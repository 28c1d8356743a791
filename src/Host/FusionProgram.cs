using VaeGpu.Host.Commands;
using VaeGpu.Host.Pictures;
using VaeGpu.Kernels;
using VaeGpu.Kernels.Devices;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Runs;
using VaeGpu.Training.Diagnostics.Profiling;

namespace VaeGpu.Host;

/// <summary>The command "fusion": measures what each fusion buys, over batches and widths.</summary>
internal static class FusionProgram
{
    /// <summary>The files in the folder of "--out".</summary>
    public const string JsonFile = "fusion.json", PictureFile = "fusion.svg";

    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(TrainRequest request, FusionRequest what, Terminal terminal, CancellationToken stop)
    {
        string? json = what.Json ?? OutputFiles.In(what.Out, JsonFile), picture = OutputFiles.In(what.Out, PictureFile);
        OutputFiles.ThrowIfUnwritable(json, picture);
        using var requested = RequestedTraining.Open(request, terminal, stop);
        Accelerator accelerator = requested.Backend.Accelerator;
        ProfileProgram.ThrowIfUnprofilable(requested.Backend);
        var limits = new DeviceLimits(accelerator);
        string device = $"{DeviceKind.Of(accelerator).Name}: {accelerator.Name}, {accelerator.NumMultiprocessors} processors";
        terminal.Output.WriteLine($"device  {device}");
        terminal.Output.WriteLine("Each row is the training step without a fusion, in turn with the step that has all of them; × is "
            + "how many times as fast");
        terminal.Output.WriteLine("the latter is, round by round. Predicted: if only fewer launches, and fewer bytes at the copy's "
            + "bandwidth, saved time.");
        terminal.Output.WriteLine("The last row is the fused step launched kernel by kernel, against its recording; predicted: if launches "
            + "alone cost time.");
        var steps = new List<FusionStep>();
        foreach (RunConfiguration configuration in Sweep(requested.Configuration, what))
        {
            terminal.Output.WriteLine();
            terminal.Output.WriteLine(Title(configuration));
            terminal.Output.WriteLine(FusionTable.Heading);
            FusionStep step = FusionStudy.Run(accelerator, limits, configuration, requested.Data, what.Quick, stop);
            steps.Add(step);
            foreach (string line in FusionTable.Lines(step))
                terminal.Output.WriteLine(line);
        }
        if (json is not null)
            FusionJson.Write(json, requested.Configuration.Device, steps);
        if (picture is not null)
            terminal.Tell(FusionChart.Write(picture, $"Fused steps over unfused ones, {device}", steps));
        return ExitCode.Done;
    }

    /// <summary>The model and the batch of a step.</summary>
    public static string Title(RunConfiguration configuration) => FormattableString.Invariant(
        $"{RequestedModel.InWords(configuration.Model)}, {configuration.Model.Likelihood}, batch {configuration.Training.Batch}");

    private static IEnumerable<RunConfiguration> Sweep(RunConfiguration given, FusionRequest what) =>
        from batch in what.Batches is { } batches ? [.. batches] : new[] { given.Training.Batch }
        from width in what.Widths is { } widths ? widths.Select(width => (int?)width) : [null]
        select given with
        {
            Training = given.Training with { Batch = batch },
            Model = width is { } units ? given.Model with { Hidden = [.. given.Model.Hidden.Select(_ => units)] } : given.Model,
        };
}

/// <summary>What "fusion" was asked for.</summary>
/// <param name="Batches">The batches; null for the one of the training.</param>
/// <param name="Widths">The units of all hidden layers; null for those of the model.</param>
/// <param name="Quick">Whether samples are fewer and shorter.</param>
/// <param name="Json">The file for the numbers, or null.</param>
/// <param name="Out">The folder for all files, or null.</param>
internal sealed record FusionRequest(ValueList<int>? Batches, ValueList<int>? Widths, bool Quick, string? Json, string? Out);
