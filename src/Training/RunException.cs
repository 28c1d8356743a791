namespace VaeGpu.Training;

/// <summary>A run's folder or one of its files cannot be used.</summary>
/// <param name="message">For the person: where, what is wrong, what to do.</param>
/// <param name="inner">What raised it, if anything did.</param>
public class RunException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Another process trains in the folder.</summary>
public sealed class RunTakenException(string message, Exception inner) : RunException(message, inner);

/// <summary>The folder holds files of a run already, and nobody asked to overwrite them.</summary>
/// <param name="folder">The folder.</param>
/// <param name="files">The files' names.</param>
/// <param name="hasCheckpoint">Whether the run can go on.</param>
public sealed class RunExistsException(string folder, IReadOnlyList<string> files, bool hasCheckpoint) : RunException(hasCheckpoint
    ? $"The folder \"{folder}\" holds a run already ({files[^1]})."
    : $"The folder \"{folder}\" holds files of a run without its checkpoint ({string.Join(", ", files)}).")
{
    /// <summary>Whether the run can go on.</summary>
    public bool HasCheckpoint => hasCheckpoint;
}
