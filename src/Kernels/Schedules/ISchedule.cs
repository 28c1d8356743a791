namespace VaeGpu.Kernels.Schedules;

/// <summary>The shape of the learning rate over a run: the factor f of <see cref="LearningRate"/>.</summary>
/// <remarks>
/// To add a schedule: write its formula in a file of this folder, add a line to <see cref="LearningRateSchedule"/> and, in double
/// precision, an entry to LearningRateTests.
/// </remarks>
public interface ISchedule
{
    /// <summary>Whether it ends with the run, so that <see cref="LearningRateSettings.Period"/> is the steps of the run.</summary>
    static abstract bool EndsWithRun { get; }

    /// <summary>Whether it drops at intervals: it reads <see cref="LearningRateSettings.LogDrop"/>; the period is an interval.</summary>
    static abstract bool Drops { get; }

    /// <summary>f, after so many steps.</summary>
    static abstract float Factor(int made, LearningRateSettings rate);
}
