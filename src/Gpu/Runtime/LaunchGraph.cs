namespace VaeGpu.Gpu.Runtime;

/// <summary>
/// Launches recorded once (<see cref="Accelerator.Record"/>), to be made again and again as they are: with the same memory and the same
/// numbers. Where the driver has graphs or command buffers a replay is one call of it; elsewhere the launches are made one by one.
/// </summary>
public class LaunchGraph : IDisposable
{
    private readonly RecordedStep[] steps;
    private readonly MemoryBuffer[] buffers;
    private bool disposed;

    internal LaunchGraph(Accelerator accelerator, Recorder recorded)
    {
        Accelerator = accelerator;
        steps = [.. recorded.Steps];
        buffers = [.. recorded.Buffers];
    }

    /// <summary>The accelerator whose work this is.</summary>
    public Accelerator Accelerator { get; }

    private protected IReadOnlyList<RecordedStep> Steps => steps;

    /// <summary>Launches and clearings of memory, in their order.</summary>
    public int Count => steps.Length;

    /// <summary>Whether a replay is one call of the driver.</summary>
    internal virtual bool IsOneCall => false;

    /// <summary>Does all of it again on the default stream, in the order of the recording.</summary>
    /// <exception cref="ObjectDisposedException">The graph or memory that it uses was freed.</exception>
    public void Replay()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        foreach (MemoryBuffer buffer in buffers)
            buffer.ThrowIfDisposed();
        Accelerator.ThrowIfRecording("A graph's replay");
        Run();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        Accelerator.Release(this);
        GC.SuppressFinalize(this);
    }

    internal virtual void Run()
    {
        foreach (RecordedStep step in steps)
            step.Run(Accelerator.DefaultStream);
    }

    /// <summary>Gives the driver's object back.</summary>
    internal virtual void Release() { }
}
