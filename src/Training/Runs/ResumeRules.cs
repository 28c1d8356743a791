using VaeGpu.Training.Configuration;

namespace VaeGpu.Training.Runs;

/// <summary>What must not change between a checkpoint and the training that goes on from it.</summary>
internal static class ResumeRules
{
    /// <exception cref="RunException">Something did change.</exception>
    public static void Check(CheckpointHeader checkpoint, RunConfiguration now)
    {
        var then = checkpoint.Configuration;
        if (then.Model.Kept != now.Model.Kept)
            throw new RunException(
                "The checkpoint belongs to a different model, or the images differ in size from those it was trained on.");
        if (then.Training.Shards != now.Training.Shards)
        {
            throw new RunException(
                $"The checkpoint was trained with {then.Training.Shards} shards of each batch, not {now.Training.Shards}: the number of "
                + "processes can change between runs, the number of shards cannot.");
        }
        if (then.Training with { Epochs = now.Training.Epochs, Patience = now.Training.Patience } != now.Training)
            throw new RunException(
                "The checkpoint was trained with another batch, learning rate, seed, precision, objective or optimizer.");
        if (now.Training.Optimizer.Schedule.EndsWithRun && then.Training.Epochs != now.Training.Epochs)
        {
            throw new RunException(
                $"The learning rate follows the schedule {now.Training.Optimizer.Schedule}, which ends with epoch {then.Training.Epochs}, "
                + "so the run's number of epochs is fixed; "
                + "resume without --epochs, or start a new run with the number of epochs that you want.");
        }
        if (DataChanges.Of(then, now.Data) is { } changes)
        {
            throw new RunException($"The data \"{now.Data.Name}\" is not what the run was trained on: {changes}. "
                + "Restore it, or name a copy with --data; to train on other data, start a new run.");
        }
        if ((then.Data.Train, then.Data.Test) != (now.Data.Train, now.Data.Test))
        {
            throw new RunException(
                $"The checkpoint was trained on {then.Data.Train} images with {then.Data.Test} held out; "
                + $"the data has {now.Data.Train} and {now.Data.Test}. Name the folder of the same images.");
        }
        if (checkpoint.History.Count > now.Training.Epochs)
            throw new RunException($"The run has {checkpoint.History.Count} epochs already; ask for more than that.");
    }
}
