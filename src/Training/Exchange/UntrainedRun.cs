using VaeGpu.Training.Configuration;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Exchange;

/// <summary>A run that has not trained yet: its model has the given parameters, and <c>train --resume</c> begins with them.</summary>
internal static class UntrainedRun
{
    /// <summary>The header of its checkpoint.</summary>
    public static CheckpointHeader HeaderOf(RunConfiguration run) => new()
    {
        Configuration = run with { Model = run.Model.Kept },
        Position = new TrainingPosition { Step = 1, Epoch = 0, Image = 0, Seconds = 0, Sums = new EpochSums(0, 0, 0, 0, 0) },
        History = [],
    };

    /// <summary>Its checkpoint.</summary>
    public static Checkpoint Of(RunConfiguration run, float[] parameters) => new()
    {
        Header = HeaderOf(run),
        Parameters = parameters,
        FirstMoments = new float[parameters.Length],
        SecondMoments = new float[parameters.Length],
    };
}
