using VaeGpu.Training.Files;

namespace VaeGpu.Training.Runs;

/// <summary>The metrics of a run as comma-separated values: one line for each epoch, the same in every locale.</summary>
public static class MetricsCsv
{
    /// <summary>The first line.</summary>
    public const string Header = "epoch,seconds,train_loss,train_rec,train_kl,test_loss,test_rec,test_kl";

    /// <summary>The columns behind those of <see cref="Header"/> in runs that minimize something else than the loss.</summary>
    public const string ObjectiveHeader = ",train_objective,test_objective";

    /// <summary>Writes <paramref name="epochs"/>, losses in nats per example, to <paramref name="path"/>.</summary>
    /// <exception cref="IOException">The file cannot be written; an older one at that path is left as it was.</exception>
    public static void Write(string path, IEnumerable<EpochMetrics> epochs)
    {
        EpochMetrics[] all = [.. epochs];
        bool hasObjective = all.Any(epoch => epoch.TestObjective is not null);
        string header = Header + (hasObjective ? ObjectiveHeader : "");
        AtomicFile.WriteLines(path, all.Select(epoch => Line(epoch, hasObjective)).Prepend(header));
    }

    private static string Line(EpochMetrics epoch, bool hasObjective) => string.Create(
        CultureInfo.InvariantCulture,
        $"{epoch.Epoch},{epoch.Seconds:F3},{Terms(epoch.Train)},{Terms(epoch.Test)}")
        + (hasObjective ? string.Create(CultureInfo.InvariantCulture, $",{epoch.TrainObjective:F6},{epoch.TestObjective:F6}") : "");

    private static string Terms(LossTerms terms) =>
        string.Create(CultureInfo.InvariantCulture, $"{terms.Loss:F6},{terms.Reconstruction:F6},{terms.Kl:F6}");
}
