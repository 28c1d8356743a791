namespace VaeGpu.Kernels.Schedules;

/// <summary>A drop by the factor γ every P steps: f = γ^⌊(t − 1)/P⌋.</summary>
public struct Steps : ISchedule
{
    public static bool EndsWithRun => false;
    public static bool Drops => true;
    public static float Factor(int made, LearningRateSettings rate) => Exponential.Exp(made / rate.Period * rate.LogDrop);
}
