namespace VaeGpu.Kernels.Schedules;

/// <summary>A straight line down to 0: f = 1 − u, u = (t − 1 − W)/(T − W), held within [0, 1].</summary>
public struct Linear : ISchedule
{
    public static bool EndsWithRun => true;
    public static bool Drops => false;
    public static float Factor(int made, LearningRateSettings rate) => LearningRate.Remaining(made, rate);
}
