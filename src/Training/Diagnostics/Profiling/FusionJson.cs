using System.Text.Json;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Files;

namespace VaeGpu.Training.Diagnostics.Profiling;

/// <summary>Writes what fusions buy as JSON: times in seconds.</summary>
public static class FusionJson
{
    /// <summary>Writes the file.</summary>
    /// <exception cref="IOException">It cannot be written; an older one is left as it was.</exception>
    public static void Write(string path, DeviceConfiguration device, IReadOnlyList<FusionStep> steps) => AtomicFile.Write(path, stream =>
    {
        using var json = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteStartObject("device");
        json.WriteString("kind", device.Kind);
        json.WriteString("name", device.Name);
        json.WriteEndObject();
        json.WriteStartArray("steps");
        foreach (FusionStep step in steps)
        {
            json.WriteStartObject();
            json.WriteNumber("batch", step.Configuration.Training.Batch);
            json.WriteStartArray("hidden");
            foreach (int units in step.Configuration.Model.Hidden)
                json.WriteNumberValue(units);
            json.WriteEndArray();
            json.WriteNumber("launches", step.Launches);
            json.WriteNumber("bytes", step.Bytes);
            json.WriteBoolean("isOneCallOfTheDriver", step.IsOneCall);
            json.Write("seconds", step.Seconds);
            json.WriteStartArray("without");
            foreach (FusionGain gain in step.Gains)
                Write(json, gain);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, FusionGain gain)
    {
        json.WriteStartObject();
        json.WriteString("fusion", gain.IsRecording ? "recording" : OptionName.Of(gain.Fusion));
        json.WriteNumber("launches", gain.Launches);
        json.WriteNumber("bytes", gain.Bytes);
        json.Write("seconds", gain.Seconds);
        json.Write("speedup", gain.Speedup);
        json.Write("predictedSpeedup", gain.Predicted);
        json.Write("fusedSeconds", gain.FusedSeconds);
        json.Write("unfusedSeconds", gain.UnfusedSeconds);
        json.WriteEndObject();
    }
}
