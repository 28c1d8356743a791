using VaeGpu.Training.Runs;

namespace VaeGpu.Host.Progress;

/// <summary>Progress in words: losses of an example, invariant numbers.</summary>
internal static class ProgressText
{
    /// <summary>What the numbers of the other lines are.</summary>
    public static string Legend(RunConfiguration run) => $"losses  total (reconstruction + KL), {run.LossUnit}"
        + (run.Model.HasLikelihood ? "" : ": hybrid is a loss without a likelihood, and its totals are not in nats")
        + (run.Training.Objective.IsLoss ? "" : $"; minimized: {Minimized(run.Training.Objective)}");

    /// <summary>A finished epoch.</summary>
    public static string Of(EpochMetrics metrics, int epochs) =>
        $"epoch {Number(metrics.Epoch, epochs)}  train {Of(metrics.Train)}  test {Of(metrics.Test)}"
        + (metrics.TestObjective is { } test
            ? string.Create(CultureInfo.InvariantCulture, $"  minimized {metrics.TrainObjective:F2}, test {test:F2}")
            : "");

    /// <summary>An epoch under way.</summary>
    public static string Of(TrainingProgress progress) =>
        $"epoch {Number(progress.Epoch, progress.Epochs)}  {Of(progress.Terms)}{Rate(progress)}  {Pace(progress)}";

    /// <summary>The learning rate behind a line, where it changes over the run.</summary>
    public static string Rate(TrainingProgress progress) => progress.LearningRate is { } rate
        ? string.Create(CultureInfo.InvariantCulture, $"  lr {rate:G3}")
        : "";

    /// <summary>Speed, and time left.</summary>
    public static string Pace(TrainingProgress progress) => string.Create(
        CultureInfo.InvariantCulture,
        $"{progress.ImagesPerSecond:N0} examples/s  {Time(progress.Remaining)} left");

    /// <summary>What of <paramref name="line"/> has room in so many columns, with an ellipsis where that is not all.</summary>
    public static string Cut(string line, int columns) => line.Length <= columns ? line : columns < 2 ? "" : $"{line[..(columns - 1)]}…";

    private static string Minimized(ObjectiveConfiguration objective) =>
        (objective.Bound.WeighsDraws ? $"the {objective.Bound} bound of {objective.Samples} draws" : "the terms")
        + (objective.RecWeight == 1 && objective.KlWeight == 1
            ? ""
            : FormattableString.Invariant($", reconstruction × {objective.RecWeight}, KL × {objective.KlWeight}"));

    private static string Of(LossTerms terms) => string.Create(
        CultureInfo.InvariantCulture,
        $"{terms.Loss:F2} ({terms.Reconstruction:F2} + {terms.Kl:F2})");

    private static string Number(int epoch, int epochs)
    {
        var last = epochs.ToString(CultureInfo.InvariantCulture);
        return $"{epoch.ToString(CultureInfo.InvariantCulture).PadLeft(last.Length)}/{last}";
    }

    /// <summary>A time in minutes and seconds, or in hours too.</summary>
    public static string Time(TimeSpan time)
    {
        var seconds = (long)Math.Ceiling(time.TotalSeconds);
        return seconds < 3600
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}:{seconds % 60:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600}:{seconds / 60 % 60:00}:{seconds % 60:00}");
    }
}
