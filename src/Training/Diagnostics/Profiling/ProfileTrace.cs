using System.Text.Json;
using VaeGpu.Gpu.Accelerators;
using VaeGpu.Training.Files;

namespace VaeGpu.Training.Diagnostics.Profiling;

/// <summary>
/// Writes the steps of a profile as a trace: a JSON file of events that ui.perfetto.dev and chrome://tracing open. A track has the
/// launches, and each worker of the processor one of its own.
/// </summary>
public static class ProfileTrace
{
    private const int LaunchTrack = 0, FirstWorkerTrack = 1;

    /// <summary>Writes the file.</summary>
    /// <exception cref="IOException">It cannot be written; an older one is left as it was.</exception>
    public static void Write(string path, StepProfile profile) => AtomicFile.Write(path, stream =>
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ns");
        json.WriteStartArray("traceEvents");
        WriteName(json, LaunchTrack, "launches");
        foreach (int worker in profile.Traced.SelectMany(step => step.Workers).Select(time => time.Worker).Distinct().Order())
            WriteName(json, FirstWorkerTrack + worker, $"worker {worker}");
        double start = 0;
        foreach (LaunchTimes step in profile.Traced)
        {
            for (int i = 0; i < step.Starts.Length; i++)
                WriteLaunch(json, profile.Launches[i], LaunchTrack, start + step.Starts[i], start + step.Ends[i]);
            foreach (WorkerTime time in step.Workers)
                WriteLaunch(json, profile.Launches[time.Launch], FirstWorkerTrack + time.Worker, start + time.Start, start + time.End);
            // A gap, so that steps are told apart.
            start += step.Seconds * 1.05;
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WriteName(Utf8JsonWriter json, int track, string name)
    {
        WriteStart(json, "thread_name", "M", track);
        json.WriteStartObject("args");
        json.WriteString("name", name);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteLaunch(Utf8JsonWriter json, LaunchProfile launch, int track, double start, double end)
    {
        WriteStart(json, launch.Kernel, "X", track);
        json.WriteNumber("ts", Math.Round(1e6 * start, 3));
        json.WriteNumber("dur", Math.Round(1e6 * (end - start), 3));
        json.WriteStartObject("args");
        json.WriteNumber("launch", launch.Number);
        if (launch is { Flops: { } flops, Bytes: { } bytes })
        {
            json.WriteNumber("flops", flops);
            json.WriteNumber("bytes", bytes);
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteStart(Utf8JsonWriter json, string name, string phase, int track)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("ph", phase);
        json.WriteNumber("pid", 1);
        json.WriteNumber("tid", track);
    }
}
