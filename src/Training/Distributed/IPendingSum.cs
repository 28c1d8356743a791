namespace VaeGpu.Training.Distributed;

/// <summary>A sum over all ranks that is under way.</summary>
public interface IPendingSum
{
    /// <summary>Returns when the sum is in the caller's values.</summary>
    /// <exception cref="CommunicationException">Another rank failed or was lost.</exception>
    void Wait();
}
