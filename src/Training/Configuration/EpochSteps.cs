namespace VaeGpu.Training.Configuration;

/// <summary>Epochs, fractions included, as steps.</summary>
internal static class EpochSteps
{
    /// <summary>Epochs in whole steps, at least one where there are any.</summary>
    /// <exception cref="RunException">They are more steps than can be counted.</exception>
    public static int Of(double epochs, int stepsPerEpoch, string what)
    {
        var steps = Math.Ceiling(epochs * stepsPerEpoch);
        return steps <= int.MaxValue
            ? (int)steps
            : throw new RunException($"There are more steps in {what} than can be counted; give it fewer epochs.");
    }
}
