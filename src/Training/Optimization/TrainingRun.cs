using VaeGpu.Training.Runs;
using VaeGpu.Training.Watching;

namespace VaeGpu.Training.Optimization;

/// <summary>Trains in a run folder: keeps its configuration, checkpoint and metrics true to what was trained, epoch by epoch.</summary>
public static class TrainingRun
{
    /// <summary>Trains until the trainer is done or <paramref name="stop"/> asks to stop; then too the checkpoint is written.</summary>
    /// <returns>Whether the trainer is done.</returns>
    /// <exception cref="TrainingDivergedException">The loss is no longer finite; the last checkpoint stays.</exception>
    /// <exception cref="IOException">A file cannot be written; the last checkpoint stays.</exception>
    /// <exception cref="RunException">The folder was removed or renamed, or one of its files leads out of it.</exception>
    public static bool Execute(Trainer trainer, RunFolder folder, ITrainingObserver observer, CancellationToken stop)
    {
        trainer.Configuration.Write(folder.Configuration);
        // A process that was killed between checkpoint and metrics left an epoch out of these.
        if (trainer.History.Count > 0)
            MetricsCsv.Write(folder.Metrics, trainer.History);
        using var log = MetricsLog.Open(folder.MetricsLog, trainer.Steps);
        using var meter = new TrainingMeter(trainer.Accelerator, trainer.Steps, trainer.Examples);
        observer = new Observers(log, meter, observer);
        try
        {
            while (trainer.TrainEpoch(new FolderWatch(folder, observer), stop) is { } metrics)
            {
                // Before the last one: a process that is killed in between trains the epoch again.
                SaveKept(trainer, folder, metrics);
                Save(trainer, folder);
                // Again, for now the time holds evaluation and checkpoint too.
                observer.Progressed(trainer.EpochProgress());
                observer.EpochEnded(metrics);
            }
            if (!trainer.IsDone)
                Save(trainer, folder);
        }
        catch (TrainingDivergedException e) when (File.Exists(folder.Checkpoint))
        {
            throw new TrainingDivergedException($"{e.Message} The last good checkpoint is kept: \"{folder.Checkpoint}\".");
        }
        return trainer.IsDone;
    }

    private static void SaveKept(Trainer trainer, RunFolder folder, EpochMetrics metrics)
    {
        var keep = trainer.Configuration.Keep;
        if (keep.Best && trainer.Best == metrics)
            trainer.Save(folder.BestCheckpoint);
        if (keep.Every > 0 && metrics.Epoch % keep.Every == 0)
            trainer.Save(folder.CheckpointOf(metrics.Epoch));
    }

    private static void Save(Trainer trainer, RunFolder folder)
    {
        trainer.Save(folder.Checkpoint);
        MetricsCsv.Write(folder.Metrics, trainer.History);
    }

    /// <summary>Ends a training whose folder is gone long before the epoch's end.</summary>
    private sealed class FolderWatch(RunFolder folder, ITrainingObserver observer) : ITrainingObserver
    {
        public void Progressed(TrainingProgress progress)
        {
            folder.ThrowIfUnfit();
            observer.Progressed(progress);
        }

        public void EpochEnded(EpochMetrics metrics) => observer.EpochEnded(metrics);
    }
}
