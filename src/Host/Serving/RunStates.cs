using VaeGpu.Training;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host.Serving;

/// <summary>Where runs stand, as JSON has it.</summary>
internal static class RunStates
{
    /// <summary>Epochs of a history at most: more than there are pixels beside each other to draw them.</summary>
    private const int MostEpochs = 1000;

    public static RunState Of(ServedRun run)
    {
        try
        {
            IReadOnlyList<EpochMetrics> epochs = run.Epochs();
            RunConfiguration configuration = run.Configuration();
            FileStamp checkpoint = run.Checkpoint();
            return new(
                run.Name, StateOf(run, configuration, epochs), null, Describe(configuration), HistoryOf(epochs),
                checkpoint == default ? null : checkpoint.Written.Ticks.ToString("x", CultureInfo.InvariantCulture), Under(run.Progress));
        }
        catch (RunException e)
        {
            return new(run.Name, "unreadable", e.Message, null, HistoryOf([]), null, null);
        }
    }

    private static string StateOf(ServedRun run, RunConfiguration configuration, IReadOnlyList<EpochMetrics> epochs) =>
        RunFolder.IsHeld(run.Folder) ? "training" : epochs.Count < configuration.Training.Epochs ? "stopped" : "done";

    private static RunDescription Describe(RunConfiguration run)
    {
        int classes = run.Model.Classes;
        return new(
            run.Data.Name, run.Data.Train, run.Data.Test, run.Format is TableFormat ? "table" : run.Format is TextFormat ? "text" : "image",
            run.Format.SizeInWords, RequestedModel.InWords(run.Model), OptionName.Of(run.Model.Likelihood), run.LossUnit, run.Model.Latent,
            [.. Enumerable.Range(0, classes).Select(label => ClassName.Of(label, run.Data.LabelNames))],
            [.. run.Data.UnseenLabels ?? []], run.Training.Epochs, $"{run.Device.Kind}: {run.Device.Name}");
    }

    private static RunHistory HistoryOf(IReadOnlyList<EpochMetrics> epochs)
    {
        int step = 1 + (epochs.Count - 1) / MostEpochs;
        EpochMetrics[] some = [.. epochs.Where((_, i) => i % step == 0 || i == epochs.Count - 1)];
        return new(
            Array.ConvertAll(some, epoch => epoch.Epoch), Array.ConvertAll(some, epoch => epoch.Seconds),
            Column(epoch => epoch.Train.Loss), Column(epoch => epoch.Test.Loss), Column(epoch => epoch.Test.Reconstruction),
            Column(epoch => epoch.Test.Kl));

        double[] Column(Func<EpochMetrics, double> value) => Array.ConvertAll(some, epoch => Math.Round(value(epoch), 4));
    }

    private static ProgressState? Under(TrainingProgress? progress) => progress is not { } now ? null : new(
        now.Epoch, Math.Round(now.Done, 4), now.Terms.Loss, Math.Round(now.ImagesPerSecond), Math.Round(now.Remaining.TotalSeconds));
}
