using VaeGpu.Training.Evaluation;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host.Progress;

/// <summary>Progress that warns, once, of a held-out loss that explodes while the training loss falls.</summary>
internal sealed class WatchedProgress(ITrainingObserver shown, DataSplit data, Action<string> warn) : ITrainingObserver
{
    private EpochMetrics? before;
    private bool warned;

    public void Progressed(TrainingProgress progress) => shown.Progressed(progress);

    public void EpochEnded(EpochMetrics metrics)
    {
        shown.EpochEnded(metrics);
        if (!warned && HeldOutOutliers.Explode(metrics, before, data.Format.Size))
        {
            warned = true;
            FormattableString losses = $"the test loss is {metrics.Test.Loss:G6}, while the training loss falls to {metrics.Train.Loss:G6}";
            warn($"warning: {FormattableString.Invariant(losses)}. Likely cause: {HeldOutOutliers.Cause(data)}.");
        }
        before = metrics;
    }
}
