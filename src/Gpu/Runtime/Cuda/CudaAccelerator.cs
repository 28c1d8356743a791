using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Targets.Ptx;

namespace VaeGpu.Gpu.Runtime;

/// <summary>
/// An opened NVIDIA GPU: the device's primary context, which each call makes current on its thread, and a stream of its own. Memory is
/// freed by <see cref="MemoryBuffer.Dispose"/> and by <see cref="Accelerator.Dispose"/>, on their caller's thread; never by a finaliser.
/// </summary>
internal sealed unsafe class CudaAccelerator : Accelerator
{
    private readonly CudaDevice device;
    private readonly nint context;
    private readonly StagingRing staging;
    private readonly Lock gate = new();
    private readonly Lock copying = new();
    private readonly List<CudaKernel> kernels = [];
    private readonly List<nint> streams = [];
    private readonly RecentNames recent = new();
    private string? lost;

    public CudaAccelerator(CudaDevice device, ICudaDriver driver) : base(device)
    {
        (this.device, Driver) = (device, driver);
        fixed (nint* handle = &context)
        {
            CudaError error = driver.DevicePrimaryCtxRetain(handle, device.Handle);
            if (error != CudaError.CUDA_SUCCESS)
                throw new CudaException($"{Name} cannot be opened. {error.WhyUnusable()}");
        }
        Modules = new CudaModuleBuilder(this, device);
        staging = new StagingRing(this);
        try
        {
            Open(DefaultStream);
        }
        catch
        {
            driver.DevicePrimaryCtxRelease(device.Handle);
            throw;
        }
    }

    internal ICudaDriver Driver { get; }

    internal CudaModuleBuilder Modules { get; }

    /// <summary>Whether each launch is waited for, so that the one that fails is known.</summary>
    internal bool LaunchesBlock => device.LaunchesBlock;

    /// <summary>Whether no call gets through any more.</summary>
    internal bool IsLost => Volatile.Read(ref lost) is not null;

    /// <summary>Makes the context current on the calling thread: whatever comes next is for this device.</summary>
    /// <exception cref="AcceleratorLostException">The device was lost before.</exception>
    internal void Enter()
    {
        if (Volatile.Read(ref lost) is { } message)
            throw new AcceleratorLostException(message);
        Check(Driver.CtxSetCurrent(context), "cuCtxSetCurrent");
    }

    /// <summary>Goes on after success only.</summary>
    /// <exception cref="AcceleratorLostException">The error is one that no later call gets past.</exception>
    /// <exception cref="CudaException">It is another.</exception>
    internal void Check(CudaError error, string call)
    {
        ThrowIfSticky(error, call);
        error.Check(call);
    }

    /// <summary>Goes on unless the device is lost.</summary>
    /// <exception cref="AcceleratorLostException">The error is one that no later call gets past.</exception>
    internal void ThrowIfSticky(CudaError error, string call)
    {
        if (error.IsSticky())
            throw Lose(error, call);
    }

    /// <summary>Notes a launch, to be named should the device be lost.</summary>
    internal void Launched(string name)
    {
        // All before it ended well.
        if (LaunchesBlock)
            recent.Clear();
        recent.Add(name);
    }

    internal override void Finish()
    {
        Enter();
        nint[] all;
        lock (gate)
            all = [.. streams];
        foreach (nint stream in all)
            Check(Driver.StreamSynchronize(stream), "cuStreamSynchronize");
        recent.Clear();
    }

    internal override void Finish(AcceleratorStream stream)
    {
        Enter();
        Check(Driver.StreamSynchronize(stream.Handle), "cuStreamSynchronize");
    }

    internal override void Open(AcceleratorStream stream)
    {
        Enter();
        nint handle;
        Check(Driver.StreamCreate(&handle, CudaNumber.StreamNonBlocking), "cuStreamCreate");
        stream.Handle = handle;
        lock (gate)
            streams.Add(handle);
    }

    internal override void Close(AcceleratorStream stream)
    {
        lock (gate)
        {
            if (!streams.Remove(stream.Handle))
                return;
        }
        if (IsLost)
            return;
        Enter();
        Check(Driver.StreamDestroy(stream.Handle), "cuStreamDestroy");
    }

    internal override nint AllocateBytes(long bytes)
    {
        Enter();
        ulong address;
        // CUDA has no empty buffers.
        CudaError error = Driver.MemAlloc(&address, (nuint)Math.Max(bytes, 1));
        if (error == CudaError.CUDA_ERROR_OUT_OF_MEMORY)
        {
            nuint free = 0, total = 0;
            Driver.MemGetInfo(&free, &total);
            throw new OutOfMemoryException($"{Name} has no room for a buffer of {bytes:N0} bytes ({error}): "
                + $"{(ulong)free:N0} of its {MemorySize:N0} bytes are free. Free other buffers, or end other programs on it.");
        }
        Check(error, "cuMemAlloc");
        return (nint)address;
    }

    internal override void FreeBytes(nint handle)
    {
        // The memory of a lost device went with it.
        if (IsLost)
            return;
        Enter();
        Check(Driver.MemFree((ulong)handle), "cuMemFree");
    }

    internal override void CopyIn(AcceleratorStream stream, MemoryBuffer target, long byteOffset, void* source, long bytes)
    {
        Enter();
        lock (copying)
            staging.CopyIn(stream.Handle, (ulong)(target.Handle + byteOffset), (byte*)source, bytes);
    }

    internal override void CopyOut(AcceleratorStream stream, MemoryBuffer source, long byteOffset, void* target, long bytes)
    {
        Enter();
        lock (copying)
            staging.CopyOut(stream.Handle, (ulong)(source.Handle + byteOffset), (byte*)target, bytes);
    }

    internal override void Clear(AcceleratorStream stream, MemoryBuffer target, long byteOffset, long bytes)
    {
        Enter();
        if (bytes > 0)
            Check(Driver.MemsetD8Async((ulong)(target.Handle + byteOffset), 0, (nuint)bytes, stream.Handle), "cuMemsetD8Async");
    }

    internal override Executable Compile(KernelSource source, Index3D groupDim) =>
        Compile(source.Optimize(groupDim, WarpSize), groupDim, source.Specialization.MinNumGroupsPerMultiprocessor);

    /// <summary>Compiles a kernel that the passes are through with.</summary>
    internal CudaExecutable Compile(Function function, Index3D groupDim, int? groupsPerProcessor = null) =>
        new(this, function, groupDim, groupsPerProcessor);

    /// <summary>Has the driver compile a text.</summary>
    internal CudaKernel Load(string name, PtxModule ptx)
    {
        Enter();
        Refuse(name, ptx);
        (nint module, string log) = Modules.Build(name, ptx);
        var kernel = new CudaKernel(this, name, ptx, module, log);
        lock (gate)
            kernels.Add(kernel);
        kernel.Prepare();
        return kernel;
    }

    /// <summary>A graph of the driver's, but where the person asks which of the launches fails.</summary>
    private protected override LaunchGraph Graph(Recorder recorded) =>
        LaunchesBlock ? base.Graph(recorded) : new CudaGraph(this, recorded);

    private protected override void Drain()
    {
        if (!IsLost)
            Finish();
    }

    private protected override void DisposeDevice()
    {
        if (!IsLost)
        {
            Driver.CtxSetCurrent(context);
            foreach (CudaKernel kernel in kernels)
                kernel.Unload();
            staging.Release();
            foreach (nint stream in streams)
                Driver.StreamDestroy(stream);
        }
        streams.Clear();
        Driver.DevicePrimaryCtxRelease(device.Handle);
    }

    private void Refuse(string kernel, PtxModule ptx)
    {
        Version needed = ptx.Isa.Capability;
        if (needed > device.ComputeCapability)
        {
            throw new KernelCompilationException(kernel, null,
                $"It needs a GPU of compute capability {needed}; {Name} has {device.ComputeCapability}.",
                "Use another kernel, precision or GPU.");
        }
        Index3D group = ptx.GroupDim, most = device.MaxGroup;
        if (group.X > most.X || group.Y > most.Y || group.Z > most.Z)
        {
            throw new KernelLaunchException($"{kernel} was launched with groups of {group.X}×{group.Y}×{group.Z} threads; "
                + $"{Name} takes at most {most.X}×{most.Y}×{most.Z}. Lay the threads along x.");
        }
    }

    private AcceleratorLostException Lose(CudaError error, string call)
    {
        string kernels = recent.ToString();
        string suspects = kernels.Length > 0 ? $", one of these: {kernels}" : "";
        string message = $"{Name} stopped: {error.InWords()} ({error}, told by {call}){suspects}. {error.Remedy()}";
        return new AcceleratorLostException(Interlocked.CompareExchange(ref lost, message, null) ?? message);
    }
}
