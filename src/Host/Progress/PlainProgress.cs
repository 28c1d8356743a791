using System.Diagnostics;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host.Progress;

/// <summary>Progress as lines for files and pipes: one for each epoch, and one every half minute within long ones.</summary>
internal sealed class PlainProgress(TextWriter output) : ITrainingObserver
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);
    private readonly Stopwatch sinceLine = Stopwatch.StartNew();
    private TrainingProgress latest;

    public void Progressed(TrainingProgress progress)
    {
        latest = progress;
        if (sinceLine.Elapsed >= Pause)
            Line(ProgressText.Of(progress));
    }

    public void EpochEnded(EpochMetrics metrics) =>
        Line($"{ProgressText.Of(metrics, latest.Epochs)}{ProgressText.Rate(latest)}  {ProgressText.Pace(latest)}");

    private void Line(string text)
    {
        output.WriteLine(text);
        output.Flush();
        sinceLine.Restart();
    }
}
