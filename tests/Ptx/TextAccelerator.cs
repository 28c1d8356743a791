using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using VaeGpu.Gpu.Passes;
using VaeGpu.Gpu.Targets.Ptx;

namespace VaeGpu.Tests.Ptx;

/// <summary>A GPU that writes every kernel that it is to compile as PTX, and runs none: its memory holds zeros for ever.</summary>
internal sealed class TextAccelerator() : Accelerator(new TextDevice())
{
    /// <summary>The texts of all kernels so far, each with and without the assumptions that a launch may not meet.</summary>
    public List<(string Kernel, PtxModule Module)> Modules { get; } = [];

    internal override void Finish() { }

    internal override nint AllocateBytes(long bytes) => Marshal.AllocHGlobal((nint)Math.Max(1, bytes));

    internal override void FreeBytes(nint handle) => Marshal.FreeHGlobal(handle);

    internal override unsafe void CopyIn(AcceleratorStream stream, MemoryBuffer target, long byteOffset, void* source, long bytes) { }

    internal override unsafe void CopyOut(AcceleratorStream stream, MemoryBuffer source, long byteOffset, void* target, long bytes) =>
        NativeMemory.Clear(target, (nuint)bytes);

    internal override void Clear(AcceleratorStream stream, MemoryBuffer target, long byteOffset, long bytes) { }

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

    private sealed class TextDevice : Device
    {
        [SetsRequiredMembers]
        public TextDevice() => (Name, WarpSize, MaxNumThreadsPerGroup, MaxSharedMemoryPerGroup, NumMultiprocessors, MemorySize)
            = ("PTX text", PtxEmitter.WarpSize, 1024, 227 << 10, 1, 1L << 40);

        public override AcceleratorType AcceleratorType => AcceleratorType.Cuda;

        public override Accelerator CreateAccelerator(Context context) => new TextAccelerator();
    }

    private sealed class Nothing(string text) : Executable
    {
        public override string Text => text;

        public override unsafe void Launch(AcceleratorStream stream, Index3D gridDim, byte* arguments, int dynamicSharedBytes) { }
    }
}
