namespace VaeGpu.Kernels.Schedules;

/// <summary>
/// Half a cosine down to 0, without restarts (Loshchilov and Hutter 2017, equation 5): f = ½(1 + cos πu), u = (t − 1 − W)/(T − W), held
/// within [0, 1].
/// </summary>
/// <remarks>Computed as sin²(½π(1 − u)), which does not cancel near the end.</remarks>
public struct Cosine : ISchedule
{
    public static bool EndsWithRun => true;
    public static bool Drops => false;

    public static float Factor(int made, LearningRateSettings rate)
    {
        float root = Turns.Sin(0.25f * LearningRate.Remaining(made, rate));
        return root * root;
    }
}
