using VaeGpu.CudaEmulator.Machine;
using VaeGpu.Gpu.Ilgpu;

namespace VaeGpu.Tests.Ptx.Ilgpu;

/// <summary>A GPU whose kernels ILGPU's own PTX back end compiles: what it writes runs on the machine that executes PTX.</summary>
internal sealed unsafe class IlgpuPtxAccelerator : EngineAccelerator
{
    private readonly int capability;
    private readonly PtxMemory memory = new();
    private readonly PtxMachine machine;

    public IlgpuPtxAccelerator(int capability = 80) : base(TestDevice.SharedContext, new IlgpuPtxDevice())
    {
        this.capability = capability;
        machine = new PtxMachine(memory) { AllowDivergence = true };
        Open();
    }

    internal override void Finish() { }

    internal override nint AllocateBytes(long bytes) => (nint)memory.Allocate(Math.Max(1, bytes));

    internal override void FreeBytes(nint handle) => memory.Free((ulong)handle);

    internal override void CopyIn(EngineStream stream, nint target, long byteOffset, void* source, long bytes) =>
        memory.Write((ulong)(target + byteOffset), new(source, (int)bytes));

    internal override void CopyOut(EngineStream stream, nint source, long byteOffset, void* target, long bytes) =>
        memory.Read((ulong)(source + byteOffset), new(target, (int)bytes));

    internal override void Copy(EngineStream stream, nint source, long sourceOffset, nint target, long targetOffset, long bytes) =>
        memory.Copy((ulong)(target + targetOffset), (ulong)(source + sourceOffset), bytes);

    internal override void Fill(EngineStream stream, nint target, long byteOffset, long bytes, byte value) =>
        memory.Fill((ulong)(target + byteOffset), [value], bytes);

    // A context of its own for each kernel: one that ILGPU cannot compile locks its context.
    internal override Executable Compile(KernelSource source, Index3D groupDim)
    {
        using IlgpuCompiler compiler = new(capability);
        string text = compiler.Ptx(source.Method, source.Specialization);
        return new OnMachine(machine, new IlgpuKernel(source.Method, text), text, source.Arguments.Bytes, groupDim);
    }

    private protected override void DisposeDevice() { }

    [DeviceType(AcceleratorTypes.Ptx)]
    private sealed class IlgpuPtxDevice : EngineDevice
    {
        public IlgpuPtxDevice()
        {
            Name = "ILGPU's PTX";
            WarpSize = 32;
            MaxNumThreadsPerGroup = MaxNumThreadsPerMultiprocessor = 1024;
            MaxSharedMemoryPerGroup = PtxMachine.MaxSharedBytes;
            NumMultiprocessors = 132;
            MemorySize = 1L << 32;
        }

        public override bool IsGpu => true;

        public override bool HasTensorCores => true;

        private protected override string Kind => "ILGPU's PTX";

        public override Accelerator CreateAccelerator(Context context) => new IlgpuPtxAccelerator();
    }

    private sealed class OnMachine(PtxMachine machine, IlgpuKernel kernel, string text, int argumentBytes, Index3D groupDim) : Executable
    {
        public override string Text => text;

        public override void Launch(EngineStream stream, Index3D gridDim, byte* arguments, int dynamicSharedBytes) => kernel.Launch(
            machine, (gridDim.X, gridDim.Y, gridDim.Z), (groupDim.X, groupDim.Y, groupDim.Z), dynamicSharedBytes,
            new(arguments, argumentBytes));
    }
}
