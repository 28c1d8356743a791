namespace VaeGpu.Kernels.Schedules;

/// <summary>
/// A drop by the factor γ after P steps, then after another 3P, another 9P and so on: f = γⁱ in the stage i of 3ⁱP steps (Burda, Grosse and
/// Salakhutdinov 2016, section 5: γ = 10^(−1/7), P an epoch).
/// </summary>
public struct TriplingSteps : ISchedule
{
    /// <summary>Periods of the last stage that is counted: 3¹⁹ is the highest power of 3 in 31 bits.</summary>
    private const int LongestStage = 1_162_261_467;

    public static bool EndsWithRun => false;
    public static bool Drops => true;

    public static float Factor(int made, LearningRateSettings rate)
    {
        int left = made / rate.Period, length = 1, stage = 0;
        while (left >= length && length < LongestStage)
        {
            left -= length;
            length *= 3;
            stage++;
        }
        return Exponential.Exp(stage * rate.LogDrop);
    }
}
