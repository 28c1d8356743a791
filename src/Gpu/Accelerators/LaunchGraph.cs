namespace VaeGpu.Gpu.Accelerators;

/// <summary>
/// Launches recorded once (<see cref="ILaunchRecorder.Record"/>), to be made again and again as they are: with the same memory and the
/// same numbers. Where the driver has graphs or command buffers a replay is one call of it; elsewhere the launches are made one by one.
/// </summary>
public class LaunchGraph : AcceleratorObject
{
    private readonly EngineAccelerator accelerator;
    private readonly RecordedStep[] steps;
    private readonly MemoryBuffer[] buffers;
    private LaunchClock? clock;

    internal LaunchGraph(EngineAccelerator accelerator, Recorder recorded) : base(accelerator)
    {
        this.accelerator = accelerator;
        steps = [.. recorded.Steps];
        buffers = [.. recorded.Buffers];
    }

    private protected IReadOnlyList<RecordedStep> Steps => steps;

    /// <summary>Launches and fillings of memory, in their order.</summary>
    public int Count => steps.Length;

    /// <summary>The kernels with their type arguments, in the order of the launches.</summary>
    public IReadOnlyList<string> Names => [.. steps.Select(step => step.Name)];

    /// <summary>Whether a replay is one call of the driver.</summary>
    public virtual bool IsOneCall => false;

    /// <summary>Does all of it again on the default stream, in the order of the recording.</summary>
    /// <exception cref="ObjectDisposedException">The graph or memory that it uses was freed.</exception>
    public void Replay()
    {
        ThrowIfUnusable();
        Run();
    }

    /// <summary>
    /// Does the same, launch by launch even where a replay is one call of the driver, waits for it, and tells when each launch ran.
    /// </summary>
    /// <param name="workers">Whether to tell what each worker of the processor did as well.</param>
    /// <exception cref="ObjectDisposedException">The graph or memory that it uses was freed.</exception>
    public LaunchTimes ReplayTimed(bool workers = false)
    {
        ThrowIfUnusable();
        clock ??= accelerator.OpenClock();
        return clock.Time(steps, workers);
    }

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        foreach (MemoryBuffer buffer in buffers)
            ObjectDisposedException.ThrowIf(buffer.IsDisposed, typeof(MemoryBuffer));
        accelerator.ThrowIfDisposed();
        accelerator.ThrowIfRecording("A graph's replay");
    }

    internal virtual void Run()
    {
        var stream = (EngineStream)accelerator.DefaultStream;
        foreach (RecordedStep step in steps)
            step.Run(stream);
    }

    /// <inheritdoc/>
    protected sealed override void DisposeAcceleratorObject(bool disposing)
    {
        // The driver's objects are freed by their owner, never while the garbage collector runs.
        if (!disposing)
            return;
        accelerator.WhileClosing(() => clock?.Dispose());
        accelerator.WhileClosing(Release);
    }

    /// <summary>Gives the driver's object back.</summary>
    internal virtual void Release() { }
}
