using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Evaluation;

namespace VaeGpu.Training.Runs;

/// <summary>Several runs side by side.</summary>
/// <param name="Runs">The runs, in the order in which they were named.</param>
/// <param name="DifferingSettings">The names of the settings that differ, in the order of the command line.</param>
/// <param name="NotComparable">Why their losses are not comparable, as sentences' ends; empty where they are.</param>
public sealed record RunComparison(
    IReadOnlyList<ComparedRun> Runs, IReadOnlyList<string> DifferingSettings, IReadOnlyList<string> NotComparable)
{
    /// <summary>Reads the runs in <paramref name="folders"/>, which may still be in training.</summary>
    /// <exception cref="RunException">A folder holds no checkpoint, or a damaged one.</exception>
    public static RunComparison Of(IReadOnlyList<string> folders)
    {
        CheckpointHeader[] headers = [.. folders.Select(folder => CheckpointFile.ReadHeader(RunFolder.CheckpointIn(folder)))];
        RunConfiguration[] configurations = [.. headers.Select(header => header.Configuration)];
        ComparedRun[] runs = [.. folders.Zip(headers, ComparedRun.Of)];
        return new(
            runs,
            [.. runs[0].Settings.Keys.Where(name => runs.DistinctBy(run => run.Settings[name]).Skip(1).Any())],
            [.. Differences(configurations)]);
    }

    private static IEnumerable<string> Differences(RunConfiguration[] runs)
    {
        var first = runs[0];
        if (Array.Exists(runs, run => !HaveSameHeldOut(run.Data, first.Data)))
            yield return "the runs hold out different data";
        if (Array.Exists(runs, run => run.LossUnit != first.LossUnit))
            yield return $"they are in {string.Join(" and ", runs.Select(run => run.LossUnit).Distinct())}";
        else if (!first.Model.HasLikelihood && Array.Exists(
            runs, run => (run.Model.Likelihood, run.Model.LikelihoodOptions) != (first.Model.Likelihood, first.Model.LikelihoodOptions)))
            yield return "the runs weigh the terms of the loss differently";
        if (Array.Exists(runs, run => HasDensity(run.Model.Likelihood) != HasDensity(first.Model.Likelihood)))
            yield return "some are −log of a probability, others −log of a density";
    }

    /// <summary>Runs hash gray levels, also where they draw them black or white.</summary>
    private static bool HaveSameHeldOut(DataConfiguration one, DataConfiguration other) =>
        one.Test == other.Test && (one.Binarization == Binarization.None) == (other.Binarization == Binarization.None)
        && (one.Fingerprint is { } hash && other.Fingerprint is { } otherHash
            ? hash.HeldOut == otherHash.HeldOut
            : one.Name == other.Name);

    private static bool HasDensity(Likelihood likelihood) =>
        (likelihood.Description.Support & (Support.RealLine | Support.UnitInterval)) != 0;
}

/// <summary>What a run is and what it has reached.</summary>
public sealed record ComparedRun
{
    /// <summary>The run's folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Its settings under the names of the command line.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>What losses are measured in, such as "nats per image".</summary>
    public required string LossUnit { get; init; }

    /// <summary>Whether a loss is −ELBO.</summary>
    public required bool HasLikelihood { get; init; }

    /// <summary>Time spent training, evaluating and writing checkpoints, in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>The epoch with the lowest held-out value of what is minimized; null before the first epoch's end.</summary>
    public required ReachedEpoch? Best { get; init; }

    /// <summary>The last epoch; null before the first epoch's end.</summary>
    public required ReachedEpoch? Last { get; init; }

    /// <summary>Every epoch.</summary>
    public required IReadOnlyList<ReachedEpoch> Epochs { get; init; }

    /// <summary>The evaluation of its model on the data that it held out; null where none was asked for.</summary>
    public EvaluationReport? Evaluation { get; init; }

    /// <summary>The run whose checkpoint in <paramref name="folder"/> has <paramref name="header"/>.</summary>
    internal static ComparedRun Of(string folder, CheckpointHeader header)
    {
        var (run, history) = (header.Configuration, header.History);
        return new()
        {
            Folder = folder,
            Settings = new OrderedDictionary<string, string>(RunSettings.Of(run)),
            LossUnit = run.LossUnit,
            HasLikelihood = run.Model.HasLikelihood,
            Seconds = header.Position.Seconds,
            Best = Reached(EpochMetrics.Best(history)),
            Last = Reached(history.Count > 0 ? history[^1] : null),
            Epochs = [.. history.Select(epoch => Reached(epoch)!)],
        };

        ReachedEpoch? Reached(EpochMetrics? epoch) => epoch is null ? null : new(
            epoch.Epoch, epoch.Seconds, epoch.Train.Loss, epoch.Test.Loss, epoch.Test.Reconstruction, epoch.Test.Kl,
            run.Model.HasLikelihood ? -epoch.Test.Loss : null);
    }
}

/// <summary>The losses of an epoch, per example.</summary>
/// <param name="Epoch">Its number; the first is 1.</param>
/// <param name="Seconds">Time from the run's beginning to the epoch's end.</param>
/// <param name="TrainLoss">The loss on the examples trained on.</param>
/// <param name="TestLoss">The loss on the examples held out.</param>
/// <param name="TestReconstruction">Its reconstruction term.</param>
/// <param name="TestKl">Its KL term.</param>
/// <param name="Elbo">−<paramref name="TestLoss"/>; null where there is no likelihood.</param>
public sealed record ReachedEpoch(
    int Epoch, double Seconds, double TrainLoss, double TestLoss, double TestReconstruction, double TestKl, double? Elbo);
