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

/// <summary>The folder holds a run already, and nobody asked to overwrite it.</summary>
public sealed class RunExistsException(string message) : RunException(message);
