namespace VaeGpu.Kernels.Schedules;

/// <summary>f = 1.</summary>
public struct Constant : ISchedule
{
    public static bool EndsWithRun => false;
    public static bool Drops => false;
    public static float Factor(int made, LearningRateSettings rate) => 1f;
}
