using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Watching;

/// <summary>
/// Writes a run's progress for TensorBoard: losses, the learning rate, the speed, and what the model makes after each epoch.
/// </summary>
/// <param name="file">Where to.</param>
/// <param name="pictures">What the model makes now, each with its tag; asked for at each epoch's end.</param>
public sealed class TensorBoardLog(EventFile file, Func<IEnumerable<(string Tag, EncodedPicture Picture)>> pictures) : ITrainingObserver
{
    private long step;

    /// <inheritdoc/>
    public void Progressed(TrainingProgress progress)
    {
        // An epoch's end is told twice: before and after its checkpoint is written.
        if (progress.Step == step)
            return;
        step = progress.Step;
        file.Scalars(step, [.. Terms("train", progress.Terms), ("examples_per_second", progress.ImagesPerSecond), .. Rate(progress)]);
    }

    /// <inheritdoc/>
    public void EpochEnded(EpochMetrics metrics)
    {
        file.Scalars(step,
        [
            .. Terms("epoch_train", metrics.Train), .. Terms("epoch_test", metrics.Test),
            .. metrics.TestObjective is { } test ? (IEnumerable<(string, double)>)
                [("epoch_train/objective", metrics.TrainObjective ?? double.NaN), ("epoch_test/objective", test)] : [],
        ]);
        foreach ((string tag, EncodedPicture picture) in pictures())
            file.Image(step, tag, picture);
    }

    private static IEnumerable<(string, double)> Terms(string part, LossTerms terms) =>
        [($"{part}/loss", terms.Loss), ($"{part}/reconstruction", terms.Reconstruction), ($"{part}/kl", terms.Kl)];

    private static IEnumerable<(string, double)> Rate(TrainingProgress progress) =>
        progress.LearningRate is { } rate ? [("learning_rate", rate)] : [];
}
