using ILGPU.Runtime.OpenCL;
using VaeGpu.Gpu.Accelerators.OpenCL;
using VaeGpu.Gpu.Passes;
using VaeGpu.Gpu.Runtime;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;
using VaeGpu.Gpu.Targets.OpenCL;
using static VaeGpu.Gpu.Runtime.OpenCL.OpenCLLibrary;

namespace VaeGpu.Gpu.Accelerators;

/// <summary>An opened OpenCL device: one context and one queue in order, which every stream shares.</summary>
public sealed unsafe class OpenCL12Accelerator : EngineAccelerator
{
    private readonly OpenCL12Device device;
    private readonly nint context;
    private readonly CommandBuffers? commandBuffers;
    private readonly List<OpenCLExecutable> executables = [];
    // Of each launch and filling; null where nobody asks for them.
    private List<nint>? events;

    internal OpenCL12Accelerator(Context ilgpu, OpenCL12Device device) : base(ilgpu, device)
    {
        this.device = device;
        nint handle = device.Handle;
        CLError error;
        context = clCreateContext(null, 1, &handle, null, null, &error);
        error.Check("clCreateContext");
        Queue = clCreateCommandQueue(context, handle, 0, &error);
        error.Check("clCreateCommandQueue");
        Programs = new OpenCLProgramBuilder(device, context);
        commandBuffers = CommandBuffers.Of(device);
        Open();
    }

    /// <summary>The queue of launches and copies.</summary>
    internal nint Queue { get; private set; }

    internal OpenCLProgramBuilder Programs { get; }

    /// <summary>Whether recordings become command buffers where the driver has them.</summary>
    internal bool UsesCommandBuffers { get; set; } = true;

    internal override void Finish() => clFinish(Queue).Check("clFinish");

    internal override LaunchClock OpenClock() =>
        QueueClock.Open(this, context, device.Handle) is { } clock ? clock : base.OpenClock();

    /// <summary>Does work on another queue, and takes the event of each of its launches and fillings.</summary>
    internal void Profile(nint profiling, List<nint> taken, Action work)
    {
        nint usual = Queue;
        (Queue, events) = (profiling, taken);
        try
        {
            work();
        }
        finally
        {
            (Queue, events) = (usual, null);
        }
    }

    /// <summary>Whether launches and fillings are to have events, for <see cref="Took"/>.</summary>
    internal bool IsProfiled => events is not null;

    /// <summary>Keeps the event of a command that was queued.</summary>
    internal void Took(nint @event) => events?.Add(@event);

    internal override nint AllocateBytes(long bytes)
    {
        // OpenCL has no empty buffers.
        const ulong ReadWrite = 1;
        CLError error;
        nint handle = clCreateBuffer(context, ReadWrite, (nuint)Math.Max(bytes, 1), null, &error);
        if (error.IsOutOfMemory())
        {
            throw new OutOfMemoryException($"{Name} cannot allocate a buffer of {bytes:N0} bytes ({error}): "
                + $"it has {MemorySize:N0} bytes in all, and {device.MaxAllocation:N0} at most for one buffer. Free others.");
        }
        error.Check("clCreateBuffer");
        return handle;
    }

    internal override void FreeBytes(nint handle) => clReleaseMemObject(handle).Check("clReleaseMemObject");

    internal override void CopyIn(EngineStream stream, nint target, long byteOffset, void* source, long bytes)
    {
        if (bytes > 0)
            CheckCopy(clEnqueueWriteBuffer(Queue, target, 1, (nuint)byteOffset, (nuint)bytes, source, 0, null, null),
                "clEnqueueWriteBuffer", bytes);
    }

    internal override void CopyOut(EngineStream stream, nint source, long byteOffset, void* target, long bytes)
    {
        if (bytes > 0)
            CheckCopy(clEnqueueReadBuffer(Queue, source, 1, (nuint)byteOffset, (nuint)bytes, target, 0, null, null),
                "clEnqueueReadBuffer", bytes);
    }

    internal override void Copy(EngineStream stream, nint source, long sourceOffset, nint target, long targetOffset, long bytes)
    {
        if (bytes > 0)
            CheckCopy(clEnqueueCopyBuffer(Queue, source, target, (nuint)sourceOffset, (nuint)targetOffset, (nuint)bytes, 0, null, null),
                "clEnqueueCopyBuffer", bytes);
    }

    internal override void Fill(EngineStream stream, nint target, long byteOffset, long bytes, byte value)
    {
        if (bytes == 0)
            return;
        // A wide pattern is the fast one, where offset and size are multiples of it.
        ulong pattern = value * 0x0101010101010101ul;
        nuint width = (byteOffset | bytes) % sizeof(ulong) == 0 ? sizeof(ulong) : (nuint)1;
        nint made = 0;
        CheckCopy(
            clEnqueueFillBuffer(
                Queue, target, &pattern, width, (nuint)byteOffset, (nuint)bytes, 0, null, IsProfiled ? &made : null),
            "clEnqueueFillBuffer", bytes);
        Took(made);
    }

    internal override Executable Compile(KernelSource source, Index3D groupDim) => Compile(source.Optimize(groupDim, WarpSize), groupDim);

    /// <summary>Compiles a kernel that the passes are through with.</summary>
    internal OpenCLExecutable Compile(Function function, Index3D groupDim)
    {
        CudaOnly.Refuse(function, Name);
        OpenCLText text = OpenCLEmitter.Emit(function, groupDim);
        Refuse(function.Name, text);
        var executable = new OpenCLExecutable(this, function.Name, text, groupDim, Programs);
        lock (executables)
            executables.Add(executable);
        return executable;
    }

    private protected override LaunchGraph Graph(Recorder recorded)
    {
        // A command that fills memory has other parameters in each revision of the extension.
        if (!UsesCommandBuffers || commandBuffers is null || !recorded.Steps.TrueForAll(step => step is RecordedLaunch))
            return base.Graph(recorded);
        try
        {
            return new CommandBufferGraph(this, commandBuffers, recorded);
        }
        catch (OpenCLException)
        {
            return base.Graph(recorded);
        }
    }

    private protected override void Drain()
    {
        lock (executables)
        {
            foreach (OpenCLExecutable executable in executables)
                executable.Close();
        }
        Finish();
    }

    private protected override void DisposeDevice()
    {
        foreach (OpenCLExecutable executable in executables)
            executable.Release();
        clReleaseCommandQueue(Queue);
        clReleaseContext(context);
    }

    private void Refuse(string kernel, OpenCLText text)
    {
        if (text.UsesDoubles && !device.HasDoubles)
            throw new KernelCompilationException(kernel, null, $"{Name} has no 64-bit floats.", "Use float, or another device.");
        if (text.UsesLongAtomics && !device.HasLongAtomics)
            throw new KernelCompilationException(kernel, null, $"{Name} has no 64-bit atomics.", "Use int, or another device.");
        if (text.SharedBytes > MaxSharedMemoryPerGroup)
        {
            throw new KernelCompilationException(kernel, null,
                $"It allocates {text.SharedBytes} bytes of shared memory; {Name} has {MaxSharedMemoryPerGroup}.", "Use a smaller tile.");
        }
    }

    private void CheckCopy(CLError error, string call, long bytes)
    {
        // Drivers that allocate at first use find out here that there is no room.
        if (error.IsOutOfMemory())
            throw new OutOfMemoryException($"{Name} has no room for the buffer that {bytes:N0} bytes were to be copied to or from ({call}: "
                + $"{error}); it has {MemorySize:N0} bytes in all.");
        error.Check(call);
    }
}
