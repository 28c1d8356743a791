using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Watching;

/// <summary>Several observers, told one after the other.</summary>
public sealed class Observers(params IReadOnlyList<ITrainingObserver> observers) : ITrainingObserver
{
    /// <inheritdoc/>
    public void Progressed(TrainingProgress progress)
    {
        foreach (ITrainingObserver observer in observers)
            observer.Progressed(progress);
    }

    /// <inheritdoc/>
    public void EpochEnded(EpochMetrics metrics)
    {
        foreach (ITrainingObserver observer in observers)
            observer.EpochEnded(metrics);
    }
}
