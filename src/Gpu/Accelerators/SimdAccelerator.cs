using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using VaeGpu.Gpu.Passes;
using VaeGpu.Gpu.Runtime;
using VaeGpu.Gpu.Runtime.Cpu;
using VaeGpu.Gpu.Targets.Simd;

namespace VaeGpu.Gpu.Accelerators;

/// <summary>The processor as an accelerator. Launches run at once and are done when they return.</summary>
public unsafe class SimdAccelerator : EngineAccelerator
{
    private readonly WorkerPool pool;

    internal SimdAccelerator(Context context, SimdDevice device) : base(context, device)
    {
        pool = new WorkerPool(device.NumMultiprocessors, this);
        pool.Reserve(device.MaxSharedMemoryPerGroup, 0);
        Open();
    }

    /// <summary>Bytes of memory that the process can have.</summary>
    internal long MemoryLimit { get; set; } = HostMemory.Limit;

    internal override void Finish() { }

    internal override LaunchClock OpenClock() => new PoolClock(this, pool);

    /// <inheritdoc/>
    public override void ThrowIfNoRoom(string what, long bytes) => HostMemory.ThrowIfBeyond(what, bytes, AllocatedBytes, MemoryLimit);

    internal override nint AllocateBytes(long bytes)
    {
        ThrowIfNoRoom("A buffer", bytes);
        try
        {
            return (nint)HostMemory.Allocate(bytes);
        }
        catch (OutOfMemoryException)
        {
            throw new OutOfMemoryException($"The system cannot allocate {bytes:N0} bytes of memory for a buffer.");
        }
    }

    internal override void FreeBytes(nint handle) => NativeMemory.AlignedFree((void*)handle);

    internal override void CopyIn(EngineStream stream, nint target, long byteOffset, void* source, long bytes) =>
        NativeMemory.Copy(source, (byte*)target + byteOffset, (nuint)bytes);

    internal override void CopyOut(EngineStream stream, nint source, long byteOffset, void* target, long bytes) =>
        NativeMemory.Copy((byte*)source + byteOffset, target, (nuint)bytes);

    internal override void Copy(EngineStream stream, nint source, long sourceOffset, nint target, long targetOffset, long bytes) =>
        NativeMemory.Copy((byte*)source + sourceOffset, (byte*)target + targetOffset, (nuint)bytes);

    internal override void Fill(EngineStream stream, nint target, long byteOffset, long bytes, byte value) =>
        NativeMemory.Fill((byte*)target + byteOffset, (nuint)bytes, value);

    /// <summary>Compiles a kernel: in the background while launches are recorded, so that several are compiled in parallel.</summary>
    internal override Executable Compile(KernelSource source, Index3D groupDim)
    {
        (SimdProgram, Function) Compiled() => Emit(source.Optimize(groupDim, WarpSize), groupDim);
        return Recorder is null ? new SimdExecutable(this, Compiled()) : new SimdExecutable(this, Task.Run(Compiled));
    }

    /// <summary>Compiles a function that is through the passes.</summary>
    internal Executable Compile(Function function, Index3D groupDim, int mostValues = SimdEmitter.MostValues) =>
        new SimdExecutable(this, Emit(function, groupDim, mostValues));

    private (SimdProgram Program, Function Function) Emit(
        Function function, Index3D groupDim, int mostValues = SimdEmitter.MostValues)
    {
        CudaOnly.Refuse(function, Name);
        SimdProgram program = SimdEmitter.Emit(function, groupDim, WarpSize, mostValues: mostValues);
        RuntimeHelpers.PrepareDelegate(program.Runner);
        return (program, function);
    }

    private void Reserve(SimdProgram program, string kernel)
    {
        if (program.SharedBytes > MaxSharedMemoryPerGroup)
        {
            throw new KernelLaunchException(
                $"{kernel} needs {program.SharedBytes} bytes of shared memory; {Name} has {MaxSharedMemoryPerGroup}. "
                + "Use a smaller tile.");
        }
        // Dynamic shared memory lies behind the static arrays, and each can be as large as the limit.
        pool.Reserve(program.SharedBytes + MaxSharedMemoryPerGroup, program.SpillBytes);
    }

    private protected override void Drain() => pool.Close();

    private protected override void DisposeDevice() => pool.Dispose();

    /// <summary>A kernel's code, whose compilation may still be running; the first use waits for it.</summary>
    internal sealed class SimdExecutable(SimdAccelerator accelerator, Task<(SimdProgram Program, Function Function)> compiling) : Executable
    {
        private SimdProgram? ready;

        public SimdExecutable(SimdAccelerator accelerator, (SimdProgram, Function) compiled)
            : this(accelerator, Task.FromResult(compiled)) => Finish();

        public SimdProgram Program
        {
            get
            {
                if (ready is null)
                    Finish();
                return ready;
            }
        }

        public override string Text => Printer.Print(compiling.GetAwaiter().GetResult().Function);

        public override void Launch(EngineStream stream, Index3D gridDim, byte* arguments, int dynamicSharedBytes) =>
            accelerator.pool.Run(Program.Runner, gridDim, arguments);

        [MemberNotNull(nameof(ready))]
        public override void Finish()
        {
            (SimdProgram program, Function function) = compiling.GetAwaiter().GetResult();
            accelerator.Reserve(program, function.Name);
            ready = program;
        }
    }
}
