using System.Diagnostics;

namespace VaeGpu.Gpu.Accelerators;

/// <summary>A queue of work that runs in order.</summary>
public sealed class EngineStream : AcceleratorStream
{
    private readonly EngineAccelerator accelerator;

    internal EngineStream(EngineAccelerator accelerator, nint handle) : base(accelerator) =>
        (this.accelerator, Handle) = (accelerator, handle);

    /// <summary>The driver's own stream (CUstream, cl_command_queue), for libraries that take one; 0 where it has none.</summary>
    public nint Handle { get; }

    /// <summary>Waits until the work is done.</summary>
    /// <exception cref="ObjectDisposedException">The accelerator was disposed.</exception>
    public override void Synchronize()
    {
        accelerator.ThrowIfDisposed();
        accelerator.Finish(this);
    }

    /// <summary>A marker that waits for the work before it.</summary>
    protected override ProfilingMarker AddProfilingMarkerInternal()
    {
        accelerator.ThrowIfRecording("A profiling marker");
        Synchronize();
        return new Marker(accelerator);
    }

    /// <inheritdoc/>
    protected override void DisposeAcceleratorObject(bool disposing)
    {
        if (disposing)
            accelerator.WhileClosing(() => accelerator.Close(this));
    }

    private sealed class Marker(Accelerator accelerator) : ProfilingMarker(accelerator)
    {
        private readonly long time = Stopwatch.GetTimestamp();

        public override void Synchronize() { }

        public override TimeSpan MeasureFrom(ProfilingMarker marker) => marker is Marker other
            ? Stopwatch.GetElapsedTime(other.time, time)
            : throw new ArgumentException(
                $"Time cannot be measured from a marker of {marker?.Accelerator.Name ?? "no accelerator"}.", nameof(marker));

        protected override void DisposeAcceleratorObject(bool disposing) { }
    }
}
