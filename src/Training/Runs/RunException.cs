namespace VaeGpu.Training.Runs;

/// <summary>A run's folder or one of its files cannot be used. The message is for the person: where, what is wrong, what to do.</summary>
public class RunException : Exception
{
    /// <summary>An error told by <paramref name="message"/> alone.</summary>
    public RunException(string message) : base(message)
    {
    }

    /// <summary>An error told by <paramref name="message"/>, with what raised it.</summary>
    public RunException(string message, Exception inner) : base(message, inner)
    {
    }
}

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
