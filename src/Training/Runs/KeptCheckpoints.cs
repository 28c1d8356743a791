namespace VaeGpu.Training.Runs;

/// <summary>The checkpoints that a run's folder keeps beside the last one, from which the run continues.</summary>
/// <param name="Best">Whether that of the epoch with the lowest held-out value of what is minimized is kept.</param>
/// <param name="Every">That of every so many epochs is kept; 0 for none.</param>
public sealed record KeptCheckpoints(bool Best = false, int Every = 0);
