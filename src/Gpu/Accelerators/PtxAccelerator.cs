using VaeGpu.Gpu.Accelerators.Cuda;
using VaeGpu.Gpu.Runtime;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;
using VaeGpu.Gpu.Targets.Ptx;

namespace VaeGpu.Gpu.Accelerators;

/// <summary>
/// An opened NVIDIA GPU: the device's primary context, which each call makes current on its thread, and a stream of its own. Memory is
/// freed by <see cref="IDisposable.Dispose"/> and by disposal of the accelerator, on their caller's thread; never by a finalizer.
/// </summary>
public sealed unsafe class PtxAccelerator : EngineAccelerator
{
    private readonly PtxDevice device;
    private nint context;
    private readonly StagingRing staging;
    private readonly Lock gate = new();
    private readonly Lock copying = new();
    private readonly List<CudaKernel> kernels = [];
    private readonly List<nint> streams = [];
    private readonly RecentNames recent = new();
    private string? lost;

    internal PtxAccelerator(Context ilgpu, PtxDevice device, ICudaDriver driver) : base(ilgpu, device)
    {
        (this.device, Driver) = (device, driver);
        Modules = new CudaModuleBuilder(this, device);
        staging = new StagingRing(this);
        try
        {
            nint handle;
            CudaError error = driver.DevicePrimaryCtxRetain(&handle, device.Handle);
            if (error != CudaError.CUDA_SUCCESS)
                throw new CudaException($"{Name} cannot be opened. {error.WhyUnusable()}");
            context = handle;
            Open();
        }
        catch
        {
            Dispose();
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

    internal override void Finish(EngineStream stream)
    {
        Enter();
        Check(Driver.StreamSynchronize(stream.Handle), "cuStreamSynchronize");
    }

    internal override LaunchClock OpenClock() => new EventClock(this);

    internal override nint OpenStream()
    {
        Enter();
        nint handle;
        Check(Driver.StreamCreate(&handle, CudaNumber.StreamNonBlocking), "cuStreamCreate");
        lock (gate)
            streams.Add(handle);
        return handle;
    }

    internal override void Close(EngineStream stream)
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
            throw new OutOfMemoryException($"{Name} cannot allocate a buffer of {bytes:N0} bytes ({error}): "
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

    internal override void CopyIn(EngineStream stream, nint target, long byteOffset, void* source, long bytes)
    {
        Enter();
        lock (copying)
            staging.CopyIn(stream.Handle, (ulong)(target + byteOffset), (byte*)source, bytes);
    }

    internal override void CopyOut(EngineStream stream, nint source, long byteOffset, void* target, long bytes)
    {
        Enter();
        lock (copying)
            staging.CopyOut(stream.Handle, (ulong)(source + byteOffset), (byte*)target, bytes);
    }

    internal override void Copy(EngineStream stream, nint source, long sourceOffset, nint target, long targetOffset, long bytes)
    {
        Enter();
        if (bytes > 0)
        {
            Check(Driver.MemcpyDtoDAsync((ulong)(target + targetOffset), (ulong)(source + sourceOffset), (nuint)bytes, stream.Handle),
                "cuMemcpyDtoDAsync");
        }
    }

    internal override void Fill(EngineStream stream, nint target, long byteOffset, long bytes, byte value)
    {
        Enter();
        if (bytes > 0)
            Check(Driver.MemsetD8Async((ulong)(target + byteOffset), value, (nuint)bytes, stream.Handle), "cuMemsetD8Async");
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
    private protected override LaunchGraph Graph(Recorder recorded) => LaunchesBlock ? base.Graph(recorded) : new CudaGraph(this, recorded);

    private protected override void Drain()
    {
        if (!IsLost)
            Finish();
    }

    private protected override void DisposeDevice()
    {
        if (context == 0)
            return;
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
        Index3D group = ptx.GroupDim, most = device.MaxGroupSize;
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
        string message = $"{Name} stopped: {error.InWords()} ({error}, reported by {call}){suspects}. {error.Remedy()}";
        return new AcceleratorLostException(Interlocked.CompareExchange(ref lost, message, null) ?? message);
    }
}
