using System.Text.Json;
using VaeGpu.Kernels.Ladders;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Diagnostics.Measuring;
using VaeGpu.Training.Diagnostics.Profiling;
using VaeGpu.Training.Files;

namespace VaeGpu.Training.Diagnostics.Ladders;

/// <summary>Writes a ladder as JSON: times in seconds, rates in operations and bytes for each second.</summary>
public static class LadderJson
{
    /// <summary>Writes the file.</summary>
    /// <exception cref="IOException">It cannot be written; an older one is left as it was.</exception>
    public static void Write(string path, string device, LadderResult result) => AtomicFile.Write(path, stream =>
    {
        using var json = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteString("ladder", result.Ladder.Name);
        json.WriteString("task", result.Ladder.Task);
        json.WriteString("sizes", result.Ladder.InWords(result.Sizes));
        json.WriteString("device", device);
        json.WriteStartObject("limits");
        json.Write("flopsPerSecond", result.Limits.IsMeasured ? result.Limits.FlopsPerSecond : null);
        json.Write("bytesPerSecond", result.Limits.IsMeasured ? result.Limits.BytesPerSecond(result.Task.Bytes) : null);
        json.WriteNumber("flops", result.Task.Flops);
        json.WriteNumber("bytes", result.Task.Bytes);
        json.Write("seconds", result.Task.LeastSeconds);
        json.WriteEndObject();
        json.WriteStartArray("rungs");
        foreach (RungResult rung in result.Rungs)
            Write(json, rung);
        json.WriteEndArray();
        if (result.Library is { } library)
        {
            json.WriteStartObject("library");
            json.WriteString("name", library.Name);
            json.Write("seconds", library.Seconds);
            json.Write("ofLimit", result.Task.OfLimit(library.Seconds));
            json.WriteNumber("difference", library.Difference);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("library");
        }
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, RungResult rung)
    {
        json.WriteStartObject();
        json.WriteNumber("number", rung.Number);
        json.WriteString("name", rung.Rung.Name);
        json.WriteString("idea", rung.Rung.Idea);
        json.WriteString("source", rung.Rung.Path);
        json.WriteString("devices", OptionName.Of(rung.Rung.Devices));
        json.WriteString("order", rung.Rung.Order);
        json.WriteString("notRun", rung.Refusal);
        if (rung.Seconds is { } seconds)
        {
            json.Write("seconds", seconds);
            json.WriteNumber("launches", rung.Launches);
            json.Write("flops", rung.Flops);
            json.Write("accessedBytes", rung.AccessedBytes);
            json.Write("intensity", rung.Intensity);
            json.Write("ofLimit", rung.OfLimit);
            json.Write("after", rung.After);
            json.Write("gain", rung.Gain?.Median);
            json.Write("ofLibrary", rung.OfLibrary?.Median);
            json.WriteNumber("difference", rung.Difference);
        }
        json.WriteEndObject();
    }
}
