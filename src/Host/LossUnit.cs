using VaeGpu.Training.Configuration;

namespace VaeGpu.Host;

/// <summary>What losses are measured in: nats where they are those of a law.</summary>
internal static class LossUnit
{
    /// <summary>Such as "nats per image".</summary>
    public static string Of(RunConfiguration run) => $"{(run.Model.HasLikelihood ? "nats" : "loss")} per {run.Data.Examples.TrimEnd('s')}";
}
