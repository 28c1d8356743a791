using VaeGpu.Host.Serving;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host.Progress;

/// <summary>Progress that is also shown on the page of the run.</summary>
internal sealed class ServedProgress(ITrainingObserver shown, ServedRun run) : ITrainingObserver
{
    public void Progressed(TrainingProgress progress)
    {
        run.Progress = progress;
        shown.Progressed(progress);
    }

    public void EpochEnded(EpochMetrics metrics) => shown.EpochEnded(metrics);
}
