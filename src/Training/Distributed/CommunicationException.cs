namespace VaeGpu.Training.Distributed;

/// <summary>A rank failed or was lost, so that the others cannot go on.</summary>
public sealed class CommunicationException(string message, Exception? inner = null) : RunException(message, inner);
