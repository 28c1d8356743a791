using VaeGpu.Gpu.Inspection;
using VaeGpu.Gpu.Passes;
using VaeGpu.Gpu.Runtime;
using VaeGpu.Gpu.Targets.Interpreter;

namespace VaeGpu.Gpu.Accelerators;

/// <summary>The opened interpreter: launches run to their end before they return, and throw where the kernel is at fault.</summary>
public class InterpreterAccelerator : EngineAccelerator
{
    private readonly Lock gate = new();
    private readonly Dictionary<nint, Memory> memories = [];
    private nint lastHandle;

    internal InterpreterAccelerator(Context context, InterpreterDevice device) : base(context, device) => Open();

    /// <summary>The rounds after which a loop of kernels that are compiled from now on counts as endless.</summary>
    internal int MaxRounds { get; set; } = int.MaxValue;

    /// <summary>Asks a launch to stop, which looks at it between groups and throws <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Stop { get; set; }

    /// <summary>What notes the accesses of kernels that are compiled from now on; null for nothing.</summary>
    internal AccessTrace? Trace { get; set; }

    /// <summary>Whether memory that nothing has written counts as written.</summary>
    private protected virtual bool MemoryIsDefined => false;

    internal override void Finish() { }

    internal override nint AllocateBytes(long bytes)
    {
        if (bytes > Array.MaxLength)
            throw new OutOfMemoryException($"{Name} has buffers of at most {Array.MaxLength} bytes; {bytes} were asked for.");
        lock (gate)
        {
            memories.Add(++lastHandle, new Memory(bytes, MemoryIsDefined));
            return lastHandle;
        }
    }

    internal override void FreeBytes(nint handle)
    {
        lock (gate)
            memories.Remove(handle);
    }

    internal override unsafe void CopyIn(EngineStream stream, nint target, long byteOffset, void* source, long bytes)
    {
        lock (gate)
            new ReadOnlySpan<byte>(source, (int)bytes).CopyTo(MemoryOf(target).ToWrite(byteOffset, bytes));
    }

    internal override unsafe void CopyOut(EngineStream stream, nint source, long byteOffset, void* target, long bytes)
    {
        lock (gate)
            MemoryOf(source).ToRead(byteOffset, bytes).CopyTo(new Span<byte>(target, (int)bytes));
    }

    internal override void Copy(EngineStream stream, nint source, long sourceOffset, nint target, long targetOffset, long bytes)
    {
        lock (gate)
            MemoryOf(source).ToRead(sourceOffset, bytes).CopyTo(MemoryOf(target).ToWrite(targetOffset, bytes));
    }

    internal override void Fill(EngineStream stream, nint target, long byteOffset, long bytes, byte value)
    {
        lock (gate)
            MemoryOf(target).ToWrite(byteOffset, bytes).Fill(value);
    }

    internal override Executable Compile(KernelSource source, Index3D groupDim) =>
        new Program(this, Translate(source, source.Imported, groupDim, null));

    /// <summary>Makes a function ready for groups of one shape; its views reach to the ends of their buffers.</summary>
    internal Executable Compile(Function function, Index3D groupDim) =>
        new Program(this, Translate(function, groupDim, new Dictionary<int, int>(), null));

    /// <summary>Makes a form of a kernel ready; its launches are counted where there is something to count with.</summary>
    internal Interpreter Translate(
        KernelSource source, Function function, Index3D groupDim, Counters? counters, AddressSlice? slice = null)
    {
        Dictionary<int, int> elementBytes = source.Arguments.Leaves.Where(leaf => leaf.Element is not null)
            .ToDictionary(leaf => leaf.Offset, leaf => ArgumentLayout.SizeOf(leaf.Element!));
        return Translate(function, groupDim, elementBytes, counters, slice);
    }

    private Interpreter Translate(
        Function function, Index3D groupDim, Dictionary<int, int> elementBytes, Counters? counters, AddressSlice? slice = null)
    {
        CudaOnly.Refuse(function, Name);
        if (function.SharedBytes > MaxSharedMemoryPerGroup)
        {
            throw new KernelLaunchException($"{function.Name} has {function.SharedBytes} bytes of shared arrays; "
                + $"{Name} has {MaxSharedMemoryPerGroup}. Use a smaller tile.");
        }
        return new Interpreter(function, groupDim, WarpSize, elementBytes, MaxRounds, counters, slice, Trace);
    }

    private protected override void DisposeDevice() => memories.Clear();

    /// <summary>The memory behind a buffer's handle.</summary>
    internal Memory MemoryOf(nint handle) => memories.TryGetValue(handle, out Memory? memory)
        ? memory
        : throw new ObjectDisposedException(nameof(MemoryBuffer), $"A buffer of {Name} was used after it was disposed.");

    private sealed class Program(InterpreterAccelerator accelerator, Interpreter interpreter) : Executable
    {
        public override string Text => interpreter.ToString();

        public override unsafe void Launch(EngineStream stream, Index3D gridDim, byte* arguments, int dynamicSharedBytes)
        {
            lock (accelerator.gate)
                interpreter.Run(gridDim, arguments, accelerator.MemoryOf, dynamicSharedBytes, 0..gridDim.Size, accelerator.Stop);
        }
    }
}
