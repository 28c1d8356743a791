using System.Globalization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host.Progress;

/// <summary>Progress in words: losses in nats per example, invariant numbers.</summary>
internal static class ProgressText
{
    /// <summary>A finished epoch.</summary>
    public static string Of(EpochMetrics metrics, TrainingProgress progress) => string.Create(
        CultureInfo.InvariantCulture,
        $"epoch {Number(metrics.Epoch, progress)}  train {Of(metrics.Train)}  test {Of(metrics.Test)}  {Pace(progress)}");

    /// <summary>An epoch under way.</summary>
    public static string Of(TrainingProgress progress) => string.Create(
        CultureInfo.InvariantCulture,
        $"epoch {Number(progress.Epoch, progress)}  loss {Of(progress.Terms)}  {Pace(progress)}");

    private static string Of(LossTerms terms) => string.Create(
        CultureInfo.InvariantCulture,
        $"{terms.Loss:F2} (rec {terms.Reconstruction:F2} + kl {terms.Kl:F2})");

    private static string Pace(TrainingProgress progress) => string.Create(
        CultureInfo.InvariantCulture,
        $"{progress.ImagesPerSecond:N0} images/s  {Time(progress.Remaining)} left");

    private static string Number(int epoch, TrainingProgress progress)
    {
        var last = progress.Epochs.ToString(CultureInfo.InvariantCulture);
        return $"{epoch.ToString(CultureInfo.InvariantCulture).PadLeft(last.Length)}/{last}";
    }

    private static string Time(TimeSpan time)
    {
        var seconds = (long)Math.Ceiling(time.TotalSeconds);
        return seconds < 3600
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}:{seconds % 60:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600}:{seconds / 60 % 60:00}:{seconds % 60:00}");
    }
}
