using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host.Progress;

/// <summary>Progress that names processes which keep the others waiting.</summary>
internal sealed class RanksProgress(ITrainingObserver shown, Trainer trainer, Action<string> warn) : ITrainingObserver
{
    public void Progressed(TrainingProgress progress) => shown.Progressed(progress);

    public void EpochEnded(EpochMetrics metrics)
    {
        shown.EpochEnded(metrics);
        if (trainer.SlowRanks is { } slow)
            warn($"warning: {slow}");
    }
}
