namespace VaeGpu.Training.Data;

/// <summary>The data cannot be used. The message is one sentence for the person: where, what is wrong, what to do.</summary>
public sealed class DataException : Exception
{
    /// <summary>An error told by <paramref name="message"/> alone.</summary>
    public DataException(string message) : base(message)
    {
    }

    /// <summary>An error told by <paramref name="message"/>, with what raised it.</summary>
    public DataException(string message, Exception inner) : base(message, inner)
    {
    }
}
