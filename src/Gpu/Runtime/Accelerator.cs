using System.Reflection;

namespace VaeGpu.Gpu.Runtime;

/// <summary>An opened device: it owns memory, compiles kernels and launches them.</summary>
public abstract partial class Accelerator : IDisposable
{
    private readonly HashSet<MemoryBuffer> buffers = [];
    private readonly HashSet<LaunchGraph> graphs = [];
    private readonly Dictionary<(MethodInfo Method, KernelSpecialization Specialization), Kernel> kernels = [];
    private readonly Lock gate = new();
    private readonly Lock recording = new();
    private Recorder? recorder;
    private long allocatedBytes;
    private volatile bool disposed;

    private protected Accelerator(Device device)
    {
        Device = device;
        DefaultStream = new AcceleratorStream(this);
    }

    /// <summary>The device that this is.</summary>
    public Device Device { get; }

    /// <summary>The device's name.</summary>
    public string Name => Device.Name;
    /// <summary>The device's kind.</summary>
    public AcceleratorType AcceleratorType => Device.AcceleratorType;
    /// <summary>Threads that run in step: the vector width in floats on the CPU.</summary>
    public int WarpSize => Device.WarpSize;
    /// <summary>The most threads that a group can have.</summary>
    public int MaxNumThreadsPerGroup => Device.MaxNumThreadsPerGroup;
    /// <summary>Shared memory that a group can have, in bytes.</summary>
    public int MaxSharedMemoryPerGroup => Device.MaxSharedMemoryPerGroup;
    /// <summary>Processors that run groups side by side.</summary>
    public int NumMultiprocessors => Device.NumMultiprocessors;
    /// <summary>Device memory in bytes.</summary>
    public long MemorySize => Device.MemorySize;

    /// <summary>Bytes of all buffers.</summary>
    public long AllocatedBytes => Interlocked.Read(ref allocatedBytes);

    /// <summary>
    /// Refuses what certainly has no room beside <see cref="AllocatedBytes"/>; only of the processor is it known before it is tried.
    /// </summary>
    /// <exception cref="OutOfMemoryException">There is no room; the message says what needs how much.</exception>
    public virtual void ThrowIfNoRoom(string what, long bytes) { }

    /// <summary>The stream that launches go to where none is named.</summary>
    public AcceleratorStream DefaultStream { get; }

    /// <summary>A further stream; work in it is in order, and unordered against other streams.</summary>
    public AcceleratorStream CreateStream()
    {
        ThrowIfDisposed();
        var stream = new AcceleratorStream(this);
        Open(stream);
        return stream;
    }

    /// <summary>Waits until all work is done.</summary>
    /// <exception cref="ObjectDisposedException">The device was let go.</exception>
    public void Synchronize()
    {
        ThrowIfDisposed();
        Finish();
    }

    /// <summary>A buffer of <paramref name="length"/> elements, with undefined contents.</summary>
    /// <exception cref="OutOfMemoryException">The device has no room; the message says how much was asked.</exception>
    public unsafe MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(long length) where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ThrowIfDisposed();
        long bytes = checked(length * sizeof(T));
        return new(this, length, AllocateBytes(bytes));
    }

    /// <summary>A buffer with the array's contents.</summary>
    public MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(T[] data) where T : unmanaged
    {
        var buffer = Allocate1D<T>(data.Length);
        buffer.CopyFromCPU(data);
        return buffer;
    }

    /// <summary>
    /// Runs <paramref name="launches"/> once, making none of its launches and clearings of memory: they become a graph, to be replayed.
    /// It must read nothing from the device and write nothing to it by copies. Kernels are compiled where they are not yet.
    /// </summary>
    /// <param name="launches">Makes the launches, on one thread.</param>
    /// <param name="inOrder">
    /// Whether each launch waits for the one before, also where a CUDA graph could run them side by side since they use different memory.
    /// </param>
    /// <exception cref="InvalidOperationException">It copies memory, replays a graph or records one itself.</exception>
    public LaunchGraph Record(Action launches, bool inOrder = false)
    {
        ThrowIfDisposed();
        ThrowIfRecording("A recording");
        lock (recording)
        {
            var recorded = new Recorder { InOrder = inOrder };
            recorder = recorded;
            try
            {
                launches();
            }
            finally
            {
                recorder = null;
            }
            LaunchGraph graph = Graph(recorded);
            lock (gate)
                graphs.Add(graph);
            return graph;
        }
    }

    /// <summary>What a kernel takes of the device, compiled for groups of one shape; null where the driver does not tell.</summary>
    /// <exception cref="KernelLaunchException">Groups of this shape do not fit the device.</exception>
    public KernelReport? Report(MethodInfo kernel, KernelSpecialization specialization, Index3D groupDim) =>
        Load(kernel, specialization).Variant(groupDim).Report;

    /// <summary>Frees the device's memory and lets it go.</summary>
    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        try
        {
            Drain();
        }
        finally
        {
            DisposeContents();
            GC.SuppressFinalize(this);
        }
    }

    /// <summary>Whether the device's addresses are the host's.</summary>
    internal virtual bool SharesHostMemory => false;

    /// <summary>What collects the calling thread's launches; null where they are made.</summary>
    internal Recorder? Recorder => recorder is { IsOfThisThread: true } active ? active : null;

    /// <summary>Lets nothing reach a driver's object that was given back: drivers crash, or wait for ever.</summary>
    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(disposed, this);

    internal void ThrowIfRecording(string what)
    {
        if (Recorder is not null)
        {
            throw new InvalidOperationException(
                $"{what} cannot be recorded: only launches, and memory set to zero, can be replayed. Move it before or after.");
        }
    }

    /// <summary>The kernels loaded so far.</summary>
    internal IReadOnlyCollection<Kernel> Kernels
    {
        get
        {
            lock (gate)
                return [.. kernels.Values];
        }
    }

    /// <summary>The kernel behind a method, compiled at its first launch for each group shape.</summary>
    internal Kernel Load(MethodInfo method, KernelSpecialization specialization = default)
    {
        lock (gate)
        {
            if (!kernels.TryGetValue((method, specialization), out Kernel? kernel))
                kernels.Add((method, specialization), kernel = new Kernel(this, method, specialization));
            return kernel;
        }
    }

    internal void Register(MemoryBuffer buffer)
    {
        Interlocked.Add(ref allocatedBytes, buffer.LengthInBytes);
        lock (gate)
            buffers.Add(buffer);
    }

    internal void Release(MemoryBuffer buffer)
    {
        lock (gate)
            buffers.Remove(buffer);
        FreeBytes(buffer.Handle);
        Interlocked.Add(ref allocatedBytes, -buffer.LengthInBytes);
    }

    internal void Release(LaunchGraph graph)
    {
        lock (gate)
            graphs.Remove(graph);
        graph.Release();
    }

    internal abstract nint AllocateBytes(long bytes);
    internal abstract void FreeBytes(nint handle);
    internal abstract unsafe void CopyIn(AcceleratorStream stream, MemoryBuffer target, long byteOffset, void* source, long bytes);
    internal abstract unsafe void CopyOut(AcceleratorStream stream, MemoryBuffer source, long byteOffset, void* target, long bytes);
    internal abstract void Clear(AcceleratorStream stream, MemoryBuffer target, long byteOffset, long bytes);

    /// <summary>Compiles a kernel for one group shape.</summary>
    internal abstract Executable Compile(KernelSource source, Index3D groupDim);

    /// <summary>Readies a stream that was made.</summary>
    internal virtual void Open(AcceleratorStream stream) { }

    /// <summary>Gives a stream back to the driver.</summary>
    internal virtual void Close(AcceleratorStream stream) { }

    /// <summary>Waits until all work is done.</summary>
    internal abstract void Finish();

    /// <summary>Waits for the work of one stream.</summary>
    internal virtual void Finish(AcceleratorStream stream) => Finish();

    /// <summary>Waits for all work before the device is let go; no launch begins any more.</summary>
    private protected virtual void Drain() => Finish();

    /// <summary>Makes a recording ready to be replayed.</summary>
    private protected virtual LaunchGraph Graph(Recorder recorded) => new(this, recorded);

    private protected abstract void DisposeDevice();

    private void DisposeContents()
    {
        try
        {
            foreach (LaunchGraph graph in graphs.ToArray())
                graph.Dispose();
            foreach (MemoryBuffer buffer in buffers.ToArray())
                buffer.Dispose();
        }
        finally
        {
            DisposeDevice();
        }
    }
}

/// <summary>A queue of work that runs in order.</summary>
public sealed class AcceleratorStream : IDisposable
{
    internal AcceleratorStream(Accelerator accelerator) => Accelerator = accelerator;

    /// <summary>The accelerator that runs the work.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>The driver's own stream, where it has them.</summary>
    internal nint Handle { get; set; }

    /// <summary>Waits until the work is done.</summary>
    /// <exception cref="ObjectDisposedException">The device was let go.</exception>
    public void Synchronize()
    {
        Accelerator.ThrowIfDisposed();
        Accelerator.Finish(this);
    }

    /// <inheritdoc/>
    public void Dispose() => Accelerator.Close(this);
}
