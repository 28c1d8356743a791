using System.Text.Json;
using VaeGpu.Training.Diagnostics.Measuring;

namespace VaeGpu.Training.Diagnostics.Profiling;

/// <summary>Measured numbers in JSON.</summary>
internal static class JsonNumbers
{
    /// <summary>A median with its quartiles.</summary>
    public static void Write(this Utf8JsonWriter json, string name, Spread spread)
    {
        json.WriteStartObject(name);
        json.WriteNumber("median", spread.Median);
        json.WriteNumber("low", spread.Low);
        json.WriteNumber("high", spread.High);
        json.WriteEndObject();
    }

    /// <summary>A number; null where it is not known.</summary>
    public static void Write(this Utf8JsonWriter json, string name, double? number)
    {
        if (number is { } value)
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }
}
