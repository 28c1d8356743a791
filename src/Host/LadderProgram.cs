using VaeGpu.Host.Commands;
using VaeGpu.Host.Pictures;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Ladders;
using VaeGpu.Training.Diagnostics.Ladders;

namespace VaeGpu.Host;

/// <summary>The command "ladder": measures the rungs of a ladder, and shows and writes what was found.</summary>
internal static class LadderProgram
{
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(LadderRequest request, Terminal terminal, CancellationToken stop)
    {
        Ladder ladder = request.Ladder;
        string? json = request.Json ?? OutputFiles.In(request.Out, $"ladder-{ladder}.json");
        string? picture = OutputFiles.In(request.Out, $"ladder-{ladder}.svg");
        OutputFiles.ThrowIfUnwritable(json, picture);
        using var backend = Backend.Open(request.Machine.Device, request.Machine.Threads);
        Accelerator accelerator = backend.Accelerator;
        LadderSizes sizes = ladder.SizesOf(request.Size ?? LadderStudy.DefaultSize(accelerator, ladder));
        (int left, int right, int output) = ladder.Lengths(sizes);
        Backend.ThrowIfNoRoom(accelerator, $"The ladder of {ladder.InWords(sizes)}", sizeof(float) * ((long)left + right + output));
        LadderResult result = LadderStudy.Run(accelerator, ladder, sizes, stop);
        string device = $"{DeviceKind.Of(accelerator).Name}: {accelerator.Name}, {accelerator.NumMultiprocessors} processors";
        foreach (string line in LadderTable.Lines(result, device))
            terminal.Output.WriteLine(line);
        if (json is not null)
            LadderJson.Write(json, device, result);
        if (picture is not null)
            terminal.Tell(LadderChart.Write(picture, $"{ladder.Task}, {ladder.InWords(sizes)}\n{device}", result));
        return ExitCode.Done;
    }
}

/// <summary>What "ladder" was asked for.</summary>
/// <param name="Ladder">The ladder.</param>
/// <param name="Machine">The device.</param>
/// <param name="Size">The size of the task; null for the default.</param>
/// <param name="Json">The file for the numbers, or null.</param>
/// <param name="Out">The folder for all files, or null.</param>
internal sealed record LadderRequest(Ladder Ladder, Machine Machine, int? Size, string? Json, string? Out);
