namespace VaeGpu.Training.Distributed;

/// <summary>Finds the other processes of a training.</summary>
public static class Communicators
{
    /// <summary>The processes that this one was started with; null where it was started alone.</summary>
    public static ICommunicator? FromEnvironment() => null;
}
