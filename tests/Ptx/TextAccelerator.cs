using System.Runtime.InteropServices;
using VaeGpu.Gpu.Passes;
using VaeGpu.Gpu.Targets.Ptx;

namespace VaeGpu.Tests.Ptx;

/// <summary>A GPU that writes every kernel that it is to compile as PTX, and runs none: its memory holds zeros for ever.</summary>
internal sealed class TextAccelerator : EngineAccelerator
{
    public TextAccelerator() : base(TestDevice.SharedContext, new TextDevice()) => Open();

    /// <summary>The texts of all kernels so far, each with and without the assumptions that a launch may not meet.</summary>
    public List<(string Kernel, PtxModule Module)> Modules { get; } = [];

    internal override void Finish() { }

    internal override nint AllocateBytes(long bytes) => Marshal.AllocHGlobal((nint)Math.Max(1, bytes));

    internal override void FreeBytes(nint handle) => Marshal.FreeHGlobal(handle);

    internal override unsafe void CopyIn(EngineStream stream, nint target, long byteOffset, void* source, long bytes) { }

    internal override unsafe void CopyOut(EngineStream stream, nint source, long byteOffset, void* target, long bytes) =>
        NativeMemory.Clear(target, (nuint)bytes);

    internal override void Copy(EngineStream stream, nint source, long sourceOffset, nint target, long targetOffset, long bytes) { }

    internal override void Fill(EngineStream stream, nint target, long byteOffset, long bytes, byte value) { }

    internal override Executable Compile(KernelSource source, Index3D groupDim)
    {
        foreach (bool assume in (bool[])[true, false])
            Modules.Add((source.Name, Emit(source, groupDim, assume)));
        return new Nothing(Modules[^1].Module.Text);
    }

    /// <summary>A kernel's PTX for launches that meet every assumption, or none.</summary>
    public static PtxModule Emit(KernelSource source, Index3D groupDim, bool assume = true) => PtxEmitter.Emit(
        WideAccesses.Apply(source.Optimize(groupDim, PtxEmitter.WarpSize), alignedViews: assume),
        groupDim, new PtxOptions(Restrict: assume, source.Specialization.MinNumGroupsPerMultiprocessor));

    private protected override void DisposeDevice() { }

    [DeviceType(AcceleratorTypes.Ptx)]
    private sealed class TextDevice : EngineDevice
    {
        public TextDevice()
        {
            Name = "PTX text";
            WarpSize = PtxEmitter.WarpSize;
            MaxNumThreadsPerGroup = MaxNumThreadsPerMultiprocessor = 1024;
            MaxSharedMemoryPerGroup = 227 << 10;
            NumMultiprocessors = 1;
            MemorySize = 1L << 40;
        }

        public override bool IsGpu => true;

        private protected override string Kind => "PTX text";

        public override Accelerator CreateAccelerator(Context context) => new TextAccelerator();
    }

    private sealed class Nothing(string text) : Executable
    {
        public override string Text => text;

        public override unsafe void Launch(EngineStream stream, Index3D gridDim, byte* arguments, int dynamicSharedBytes) { }
    }
}
