namespace VaeGpu.Fuzz;

/// <summary>A reader of files.</summary>
/// <param name="Name">What it is called in reports.</param>
/// <param name="Samples">Sound inputs.</param>
/// <param name="Read">Reads an input.</param>
/// <param name="IsOwn">Whether an exception is the reader's refusal.</param>
internal sealed record Reader(string Name, Sample[] Samples, Action<byte[]> Read, Func<Exception, bool> IsOwn);
