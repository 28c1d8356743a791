using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Products;
using VaeGpu.Kernels.Schedules;
using VaeGpu.Layers;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;

namespace VaeGpu.Training.Runs;

/// <summary>The JSON form of configurations and of a checkpoint's header.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    NewLine = "\n",
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    Converters =
    [
        typeof(ChoiceByName<Activation>), typeof(ChoiceByName<Architecture>), typeof(ChoiceByName<Initialization>),
        typeof(ChoiceByName<LearningRateSchedule>), typeof(ChoiceByName<Likelihood>), typeof(ChoiceByName<Objective>),
        typeof(ChoiceByName<Optimizer>), typeof(ChoiceByName<Prior>),
        typeof(ListAsArray<ColumnCategories>), typeof(ListAsArray<ColumnScale>), typeof(ListAsArray<int>), typeof(ListAsArray<string>),
        typeof(KebabCaseEnum<ArrayKind>), typeof(KebabCaseEnum<Binarization>), typeof(KebabCaseEnum<ConstantColumns>),
        typeof(KebabCaseEnum<MissingValues>), typeof(KebabCaseEnum<Precision>),
    ])]
[JsonSerializable(typeof(RunConfiguration))]
[JsonSerializable(typeof(CheckpointHeader))]
[JsonSerializable(typeof(ColumnCategories[]))]
[JsonSerializable(typeof(ColumnScale[]))]
[JsonSerializable(typeof(int[]))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class ConfigurationJson : JsonSerializerContext
{
    /// <summary>By reflection: the generated reader gives what an older file lacks 0 or null, and not the property's default.</summary>
    public static JsonSerializerOptions Reading =>
        field ??= new(Default.Options) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
}

/// <summary>Enumerations as on the command line: <c>LeakyRelu</c> is "leaky-relu".</summary>
internal sealed class KebabCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where T : struct, Enum;

/// <summary>Choices by their names.</summary>
internal sealed class ChoiceByName<T> : JsonConverter<T> where T : Choice<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return Choice<T>.Named(reader.GetString() ?? "");
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.Name);
}

/// <summary>Lists as arrays.</summary>
internal sealed class ListAsArray<T> : JsonConverter<ValueList<T>>
{
    public override ValueList<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        [.. JsonSerializer.Deserialize(ref reader, Items(options))!];

    public override void Write(Utf8JsonWriter writer, ValueList<T> value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, [.. value], Items(options));

    private static JsonTypeInfo<T[]> Items(JsonSerializerOptions options) => (JsonTypeInfo<T[]>)options.GetTypeInfo(typeof(T[]));
}
