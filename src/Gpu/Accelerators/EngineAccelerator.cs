using System.Runtime.ExceptionServices;
using ILGPU.Backends;
using VaeGpu.Gpu.Runtime;

namespace VaeGpu.Gpu.Accelerators;

/// <summary>
/// An ILGPU accelerator whose kernels the compiler of this assembly compiles. Everything that ILGPU's accelerators offer works, but for
/// peer access and extensions that ILGPU's own accelerators alone have; those are refused.
/// </summary>
public abstract class EngineAccelerator : Accelerator, ILaunchRecorder, IKernelReporter
{
    private readonly HashSet<nint> allocations = [];
    private readonly Dictionary<(MethodInfo Method, KernelSpecialization Specialization, bool IsImplicit), KernelForms> kernels = [];
    private readonly Lock gate = new();
    private readonly Lock recording = new();
    private Recorder? recorder;
    private long allocatedBytes;
    private volatile bool isClosing;
    private ExceptionDispatchInfo? failure;

    private protected EngineAccelerator(Context context, EngineDevice device) : base(context, device)
    {
        Device = device;
        // The first thing that ILGPU does on disposal: nothing may be given back while it is at work.
        Disposed += (_, _) => BeginDisposal();
    }

    public new EngineDevice Device { get; }

    /// <summary>The accelerator that this one stands for, by which launchers choose kernels and shapes; null where it is itself.</summary>
    public virtual Accelerator? StandsFor => null;

    public long AllocatedBytes => Interlocked.Read(ref allocatedBytes);

    /// <summary>Refuses what certainly has no room beside <see cref="AllocatedBytes"/>; only the processor knows beforehand.</summary>
    /// <exception cref="OutOfMemoryException">There is no room; the message says what needs how much.</exception>
    public virtual void ThrowIfNoRoom(string what, long bytes) { }

    /// <inheritdoc/>
    public LaunchGraph Record(Action launches, bool inOrder = false)
    {
        ArgumentNullException.ThrowIfNull(launches);
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
            foreach (RecordedLaunch launch in recorded.Steps.OfType<RecordedLaunch>())
                launch.Executable.Finish();
            return Graph(recorded);
        }
    }

    /// <inheritdoc/>
    public KernelReport? Report(MethodInfo kernel, KernelSpecialization specialization, Index3D groupDim) =>
        Load(kernel, specialization).Variant(groupDim).Report;

    /// <summary>Extensions are written for ILGPU's own accelerators.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override TExtension CreateExtension<TExtension, TExtensionProvider>(TExtensionProvider provider) =>
        throw new NotSupportedException(
            $"{typeof(TExtension).Name} has no implementation for {Device}. Extensions work on ILGPU's own accelerators alone.");

    /// <summary>What collects the calling thread's launches; null where they are made.</summary>
    internal Recorder? Recorder => recorder is { IsOfThisThread: true } active ? active : null;

    /// <summary>Lets nothing reach a driver's object that was given back: drivers crash, or wait for ever.</summary>
    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(isClosing, this);

    internal void ThrowIfRecording(string what)
    {
        if (Recorder is not null)
        {
            throw new InvalidOperationException(
                $"{what} cannot be recorded: only launches, and memory set to a value, can be replayed. Move it before or after.");
        }
    }

    /// <summary>The kernels loaded so far.</summary>
    internal IReadOnlyCollection<KernelForms> Kernels
    {
        get
        {
            lock (gate)
                return [.. kernels.Values];
        }
    }

    /// <summary>The kernel behind a method, compiled at its first launch for each group shape.</summary>
    internal KernelForms Load(MethodInfo method, KernelSpecialization specialization = default, bool isImplicit = false)
    {
        lock (gate)
        {
            if (!kernels.TryGetValue((method, specialization, isImplicit), out KernelForms? kernel))
            {
                kernel = new KernelForms(this, new KernelSource(method, specialization, isImplicit)
                {
                    StaticFields = Context.Properties.StaticFieldMode,
                });
                kernels.Add((method, specialization, isImplicit), kernel);
            }
            return kernel;
        }
    }

    internal void Release(MemoryBuffer buffer, nint handle)
    {
        lock (gate)
        {
            if (!allocations.Remove(handle))
                return;
        }
        WhileClosing(() => FreeBytes(handle));
        Interlocked.Add(ref allocatedBytes, -buffer.LengthInBytes);
    }

    internal abstract nint AllocateBytes(long bytes);
    internal abstract void FreeBytes(nint handle);
    internal abstract unsafe void CopyIn(EngineStream stream, nint target, long byteOffset, void* source, long bytes);
    internal abstract unsafe void CopyOut(EngineStream stream, nint source, long byteOffset, void* target, long bytes);
    internal abstract void Copy(EngineStream stream, nint source, long sourceOffset, nint target, long targetOffset, long bytes);
    internal abstract void Fill(EngineStream stream, nint target, long byteOffset, long bytes, byte value);

    /// <summary>Compiles a kernel for one group shape.</summary>
    internal abstract Executable Compile(KernelSource source, Index3D groupDim);

    /// <summary>A further stream of the driver's, where it has them.</summary>
    internal virtual nint OpenStream() => 0;

    /// <summary>What tells when launches run: the driver's clock where there is one.</summary>
    internal virtual LaunchClock OpenClock() => new HostClock(this);

    /// <summary>Gives a stream back to the driver.</summary>
    internal virtual void Close(EngineStream stream) { }

    /// <summary>Waits until all work is done.</summary>
    internal abstract void Finish();

    /// <summary>Waits for the work of one stream.</summary>
    internal virtual void Finish(EngineStream stream) => Finish();

    /// <summary>Makes what ILGPU needs of an accelerator; the last call of a constructor.</summary>
    private protected void Open()
    {
        // ILGPU takes zero for a disposed accelerator.
        NativePtr = 1;
        DefaultStream = CreateStreamInternal();
        Init(new EngineBackend(this));
    }

    /// <summary>Waits for all work before the device is let go; no launch begins any more.</summary>
    private protected virtual void Drain() => Finish();

    /// <summary>Makes a recording ready to be replayed.</summary>
    private protected virtual LaunchGraph Graph(Recorder recorded) => new(this, recorded);

    private protected abstract void DisposeDevice();

    /// <inheritdoc/>
    protected sealed override AcceleratorStream CreateStreamInternal()
    {
        ThrowIfDisposed();
        return new EngineStream(this, OpenStream());
    }

    /// <inheritdoc/>
    protected sealed override void SynchronizeInternal()
    {
        ThrowIfDisposed();
        Finish();
    }

    /// <inheritdoc/>
    protected sealed override MemoryBuffer AllocateRawInternal(long length, int elementSize)
    {
        ThrowIfDisposed();
        nint handle = AllocateBytes(checked(length * elementSize));
        lock (gate)
            allocations.Add(handle);
        Interlocked.Add(ref allocatedBytes, length * elementSize);
        return new EngineBuffer(this, length, elementSize, handle);
    }

    /// <inheritdoc/>
    protected sealed override Kernel LoadKernelInternal(CompiledKernel kernel) =>
        // LoadKernel takes implicitly grouped kernels, too, and leaves the groups to the accelerator.
        new EngineKernel(this, Own(kernel), Device.AutoGroupSize);

    /// <inheritdoc/>
    protected sealed override Kernel LoadImplicitlyGroupedKernelInternal(
        CompiledKernel kernel, int customGroupSize, out KernelInfo? kernelInfo)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(customGroupSize);
        int groupSize = customGroupSize == 0 ? WarpSize : customGroupSize;
        kernelInfo = new KernelInfo(groupSize, null);
        return new EngineKernel(this, Own(kernel), groupSize);
    }

    /// <inheritdoc/>
    protected sealed override Kernel LoadAutoGroupedKernelInternal(CompiledKernel kernel, out KernelInfo? kernelInfo)
    {
        int groupSize = Device.AutoGroupSize;
        kernelInfo = new KernelInfo(groupSize, NumMultiprocessors);
        return new EngineKernel(this, Own(kernel), groupSize);
    }

    /// <inheritdoc/>
    protected override int EstimateMaxActiveGroupsPerMultiprocessorInternal(
        Kernel kernel, int groupSize, int dynamicSharedMemorySizeInBytes) => Math.Max(1, MaxNumThreadsPerMultiprocessor / groupSize);

    /// <inheritdoc/>
    protected override int EstimateGroupSizeInternal(
        Kernel kernel, Func<int, int> computeSharedMemorySize, int maxGroupSize, out int minGridSize) =>
        EstimateGroupSizeInternal(kernel, 0, maxGroupSize, out minGridSize);

    /// <inheritdoc/>
    protected override int EstimateGroupSizeInternal(
        Kernel kernel, int dynamicSharedMemorySizeInBytes, int maxGroupSize, out int minGridSize)
    {
        minGridSize = NumMultiprocessors;
        return maxGroupSize > 0 ? Math.Min(maxGroupSize, Device.AutoGroupSize) : Device.AutoGroupSize;
    }

    /// <inheritdoc/>
    protected sealed override bool CanAccessPeerInternal(Accelerator otherAccelerator) => false;

    /// <inheritdoc/>
    protected sealed override void EnablePeerAccessInternal(Accelerator otherAccelerator) =>
        throw new NotSupportedException($"{Name} cannot read memory of {otherAccelerator?.Name}. Copy it with CopyTo.");

    /// <inheritdoc/>
    protected sealed override void DisablePeerAccessInternal(Accelerator otherAccelerator) { }

    /// <inheritdoc/>
    protected sealed override void OnBind() { }

    /// <inheritdoc/>
    protected sealed override void OnUnbind() { }

    /// <inheritdoc/>
    protected sealed override PageLockScope<T> CreatePageLockFromPinnedInternal<T>(nint pinned, long numElements) =>
        new EnginePageLock<T>(this, pinned, numElements);

    /// <inheritdoc/>
    protected sealed override void DisposeAccelerator_SyncRoot(bool disposing)
    {
        // Buffers that nobody held any more.
        foreach (nint handle in allocations)
            WhileClosing(() => FreeBytes(handle));
        allocations.Clear();
        WhileClosing(DisposeDevice);
        failure?.Throw();
    }

    private void BeginDisposal()
    {
        isClosing = true;
        // Zero where the device could not be opened.
        if (NativePtr != 0)
            WhileClosing(Drain);
    }

    /// <summary>A failure during disposal must not keep the rest from being freed: the first is thrown at the end.</summary>
    internal void WhileClosing(Action release)
    {
        try
        {
            release();
        }
        catch (Exception e) when (isClosing)
        {
            failure ??= ExceptionDispatchInfo.Capture(e);
        }
    }

    private EngineCompiledKernel Own(CompiledKernel kernel) => kernel as EngineCompiledKernel
        ?? throw new ArgumentException(
            $"The kernel was compiled by a back end of ILGPU's, which {Device} does not run. Load the method instead.", nameof(kernel));
}
