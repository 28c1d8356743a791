using VaeGpu.Host.Commands;
using VaeGpu.Host.Pictures;
using VaeGpu.Kernels.Devices;
using VaeGpu.Training.Diagnostics.Profiling;

namespace VaeGpu.Host;

/// <summary>The command "profile": measures a training step, launch by launch, and shows and writes what was found.</summary>
internal static class ProfileProgram
{
    /// <summary>The files in the folder of "--out".</summary>
    public const string JsonFile = "profile.json", TraceFile = "trace.json", PictureFile = "profile.svg";

    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(TrainRequest request, ProfileRequest what, Terminal terminal, CancellationToken stop)
    {
        string? json = what.Json ?? OutputFiles.In(what.Out, JsonFile), trace = what.Trace ?? OutputFiles.In(what.Out, TraceFile);
        string? picture = OutputFiles.In(what.Out, PictureFile);
        OutputFiles.ThrowIfUnwritable(json, trace, picture);
        using var requested = RequestedTraining.Open(request, terminal, stop);
        Accelerator accelerator = requested.Backend.Accelerator;
        ThrowIfUnprofilable(requested.Backend);
        var (configuration, model) = (requested.Configuration, requested.Configuration.Model);
        StepProfile profile = StepProfiler.Run(accelerator, configuration, requested.Data, what.Steps, stop);
        string title = FormattableString.Invariant($"{RequestedModel.InWords(model)}, {model.Likelihood}, batch {profile.Batch}");
        string device = $"{DeviceKind.Of(accelerator).Name}: {accelerator.Name}, {accelerator.NumMultiprocessors} processors";
        terminal.Output.WriteLine($"step    {title}, on {configuration.Data.Name}");
        terminal.Output.WriteLine($"device  {device}");
        terminal.Output.WriteLine($"limits  {ProfileTable.Limits(profile.Limits)}");
        terminal.Output.WriteLine($"clock   {profile.Clock}; {profile.Steps} steps");
        terminal.Output.WriteLine();
        foreach (string line in ProfileTable.Lines(profile))
            terminal.Output.WriteLine(line);
        if (json is not null)
            ProfileJson.Write(json, configuration, profile);
        if (trace is not null)
            ProfileTrace.Write(trace, profile);
        if (picture is not null)
            terminal.Tell(ProfileChart.Write(picture, $"{title}, {device}", profile));
        return ExitCode.Done;
    }

    /// <summary>Refuses a device whose launches cannot be told apart.</summary>
    /// <exception cref="UsageException">It is one.</exception>
    public static void ThrowIfUnprofilable(Backend backend)
    {
        if (!StepProfiler.CanProfile(backend.Accelerator))
        {
            throw new UsageException($"--device {backend.Spec} cannot be profiled: ILGPU's own accelerators do not record launches. "
                + "Choose cpu, opencl, cuda or interpreter.");
        }
    }
}

/// <summary>What "profile" was asked for.</summary>
/// <param name="Steps">Steps that are profiled; null for as many as fit into a few seconds.</param>
/// <param name="Json">The file for the numbers, or null.</param>
/// <param name="Trace">The file for the trace, or null.</param>
/// <param name="Out">The folder for all files, or null.</param>
internal sealed record ProfileRequest(int? Steps, string? Json, string? Trace, string? Out);
