namespace VaeGpu.Training.Runs;

/// <summary>Where a run stands while an epoch is under way.</summary>
/// <param name="Epoch">The epoch under way; the first is 1.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="Done">The part of the run's training that is done, 0 to 1.</param>
/// <param name="Terms">The means of the loss's terms over the epoch so far, in nats per example.</param>
/// <param name="ImagesPerSecond">
/// Images trained on in a second, since this process began to train; the time of evaluations and checkpoints counts.
/// </param>
/// <param name="Remaining">The time that the rest will take at the pace so far.</param>
/// <param name="LearningRate">The learning rate of the last step, where it changes over the run; else null.</param>
public readonly record struct TrainingProgress(
    int Epoch, int Epochs, double Done, LossTerms Terms, double ImagesPerSecond, TimeSpan Remaining, double? LearningRate)
{
    /// <summary>Steps that the run has made.</summary>
    public long Step { get; init; }

    /// <summary>Examples that the run has trained on, each as often as it was.</summary>
    public long Examples { get; init; }

    /// <summary>Seconds that the run has trained, evaluations and checkpoints included.</summary>
    public double Seconds { get; init; }
}

/// <summary>Hears of a run's progress, on the thread that trains.</summary>
public interface ITrainingObserver
{
    /// <summary>Some steps were made; called a few times a second at most, and at each epoch's end.</summary>
    void Progressed(TrainingProgress progress);

    /// <summary>An epoch was trained, evaluated and saved.</summary>
    void EpochEnded(EpochMetrics metrics);
}
