using System.Text.Json;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Runs;
using VaeGpu.Training.Diagnostics.Measuring;
using VaeGpu.Training.Files;

namespace VaeGpu.Training.Diagnostics.Profiling;

/// <summary>Writes a profile as JSON: times in seconds, rates in operations and bytes for each second.</summary>
public static class ProfileJson
{
    /// <summary>Writes the file.</summary>
    /// <exception cref="IOException">It cannot be written; an older one is left as it was.</exception>
    public static void Write(string path, RunConfiguration configuration, StepProfile profile) => AtomicFile.Write(path, stream =>
    {
        using var json = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteStartObject("device");
        json.WriteString("kind", configuration.Device.Kind);
        json.WriteString("name", configuration.Device.Name);
        json.WriteEndObject();
        json.WriteNumber("batch", profile.Batch);
        json.WriteNumber("steps", profile.Steps);
        json.WriteString("clock", profile.Clock);
        WriteLimits(json, profile.Limits);
        json.WriteStartObject("step");
        json.Write("whole", profile.Whole);
        json.Write("profiled", profile.Profiled);
        json.Write("profiledOverWhole", profile.Overhead);
        json.Write("betweenLaunches", profile.Between);
        json.WriteNumber("sumOfMedians", profile.SumOfMedians);
        json.Write("sumOfParts", profile.Parts);
        json.Write("sumOfPartsOverWhole", profile.PartsOfWhole);
        json.WriteBoolean("isOneCallOfTheDriver", profile.IsOneCall);
        json.WriteEndObject();
        json.WriteStartArray("launches");
        foreach (LaunchProfile launch in profile.Launches)
            Write(json, launch);
        json.WriteEndArray();
        json.WritePropertyName("configuration");
        JsonSerializer.Serialize(json, configuration, ConfigurationJson.Default.RunConfiguration);
        json.WriteEndObject();
    });

    private static void WriteLimits(Utf8JsonWriter json, DeviceLimits limits)
    {
        json.WriteStartObject("limits");
        json.Write("flopsPerSecond", limits.IsMeasured ? limits.FlopsPerSecond : null);
        json.Write("launchSeconds", limits.LaunchSeconds);
        json.WriteStartArray("bandwidths");
        foreach ((long footprint, double bytesPerSecond) in limits.Bandwidths)
        {
            json.WriteStartObject();
            json.WriteNumber("footprint", footprint);
            json.WriteNumber("bytesPerSecond", bytesPerSecond);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, LaunchProfile launch)
    {
        json.WriteStartObject();
        json.WriteNumber("number", launch.Number);
        json.WriteString("kernel", launch.Kernel);
        Write(json, "group", launch.GroupDim);
        Write(json, "grid", launch.GridDim);
        json.Write("seconds", launch.Seconds);
        json.WriteNumber("share", launch.Share);
        json.Write("flops", launch.Flops);
        json.Write("bytes", launch.Bytes);
        json.Write("flopsPerSecond", launch.FlopsPerSecond);
        json.Write("bytesPerSecond", launch.BytesPerSecond);
        json.Write("bandwidthLimit", launch.Limits?.BytesPerSecond);
        json.Write("ofRoofline", launch.OfRoofline);
        json.WriteString("bound", launch.Bound is { } bound ? OptionName.Of(bound) : null);
        json.WriteBoolean("isBeyondLimits", launch.IsBeyondLimits);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, Index3D size)
    {
        json.WriteStartArray(name);
        foreach (int axis in (int[])[size.X, size.Y, size.Z])
            json.WriteNumberValue(axis);
        json.WriteEndArray();
    }
}
