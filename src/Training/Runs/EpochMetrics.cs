using System.Text.Json.Serialization;
using VaeGpu.Training.Configuration;

namespace VaeGpu.Training.Runs;

/// <summary>
/// What one epoch reached, in nats per example. A loss is the sum of its two terms: reconstruction −E[log p(x∣z)] and
/// KL(q(z∣x) ∥ p(z)), and an upper bound of −log p(x); where there is no likelihood it is a loss and no more. Train is the mean over the
/// epoch's steps, while parameters change;
/// test is the mean over the images held out, at the epoch's end.
/// </summary>
/// <param name="Epoch">Epochs done; the first is 1.</param>
/// <param name="Seconds">
/// Time spent training, evaluating and writing earlier checkpoints from the run's beginning to the epoch's end, in seconds.
/// </param>
/// <param name="Train">The terms on the images trained on.</param>
/// <param name="Test">The terms on the images held out.</param>
public sealed record EpochMetrics(int Epoch, double Seconds, LossTerms Train, LossTerms Test)
{
    /// <summary>
    /// What is minimized on the images trained on, where that is not the loss: the importance-weighted bound, or the terms with the
    /// factors of <see cref="ObjectiveConfiguration"/>, without warm-up and free bits.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? TrainObjective { get; init; }

    /// <summary>The same on the images held out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? TestObjective { get; init; }

    /// <summary>What is minimized on the images held out; <see cref="Best"/> goes by it.</summary>
    [JsonIgnore]
    public double Minimized => TestObjective ?? Test.Loss;

    /// <summary>The first of the epochs with the lowest <see cref="Minimized"/>; null where there are no epochs.</summary>
    public static EpochMetrics? Best(IEnumerable<EpochMetrics> epochs) => epochs.MinBy(epoch => epoch.Minimized);
}

/// <summary>The two terms of the loss, in nats per example.</summary>
/// <param name="Reconstruction">−E[log p(x∣z)].</param>
/// <param name="Kl">KL(q(z∣x) ∥ p(z)).</param>
public readonly record struct LossTerms(double Reconstruction, double Kl)
{
    /// <summary>Reconstruction + KL.</summary>
    [JsonIgnore]
    public double Loss => Reconstruction + Kl;
}
