using System.Text.Json;
using System.Text.Json.Serialization;
using VaeGpu.Kernels;
using VaeGpu.Layers;
using VaeGpu.Training.Data;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Configuration;

/// <summary>The JSON form of configurations and of a checkpoint's header.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    NewLine = "\n",
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    Converters =
    [
        typeof(KebabCaseEnum<Activation>), typeof(KebabCaseEnum<Likelihood>), typeof(KebabCaseEnum<Prior>),
            typeof(KebabCaseEnum<Objective>),
        typeof(KebabCaseEnum<Binarization>), typeof(KebabCaseEnum<Initialization>),
        typeof(KebabCaseEnum<Optimizer>), typeof(KebabCaseEnum<Precision>), typeof(KebabCaseEnum<LearningRateSchedule>),
    ])]
[JsonSerializable(typeof(RunConfiguration))]
[JsonSerializable(typeof(CheckpointHeader))]
internal sealed partial class ConfigurationJson : JsonSerializerContext;

/// <summary>Enumerations as on the command line: <c>LeakyRelu</c> is "leaky-relu".</summary>
internal sealed class KebabCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
