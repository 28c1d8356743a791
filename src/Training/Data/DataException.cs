namespace VaeGpu.Training.Data;

/// <summary>The data cannot be used.</summary>
/// <param name="message">One sentence for the person: where, what is wrong, what to do.</param>
/// <param name="inner">What raised it, if anything did.</param>
public sealed class DataException(string message, Exception? inner = null) : Exception(message, inner);
