using VaeGpu.Gpu.Passes;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime;
using VaeGpu.Gpu.Targets.Ptx;

namespace VaeGpu.Gpu.Accelerators.Cuda;

/// <summary>
/// A kernel for groups of one shape, in up to four texts, each compiled when a launch first wants it: with and without taking for granted
/// that views start at multiples of 16 bytes, and that no view which is only read overlaps one that is written.
/// </summary>
internal sealed unsafe class CudaExecutable : Executable
{
    private const int WidestAccess = 16;

    private readonly PtxAccelerator accelerator;
    private readonly Function function;
    private readonly Index3D groupDim;
    private readonly int? groupsPerProcessor;
    private readonly int[] views;
    private readonly CudaKernel?[] forms = new CudaKernel?[4];
    private readonly Lock gate = new();

    public CudaExecutable(PtxAccelerator accelerator, Function function, Index3D groupDim, int? groupsPerProcessor)
    {
        (this.accelerator, this.function, this.groupDim, this.groupsPerProcessor) = (accelerator, function, groupDim, groupsPerProcessor);
        views = [.. function.Parameters.Where(parameter => parameter.Type.IsPointer).Select(parameter => parameter.ByteOffset)];
        Usual = Form(aligned: true, restrict: true);
    }

    public override string Text => Usual.Ptx.Text;

    public override KernelReport Report => Usual.Report;

    /// <summary>What a launch does with the memory behind its views.</summary>
    public MemoryUse[] Uses(byte* arguments) => Usual.Ptx.Uses(arguments);

    private CudaKernel Usual { get; }

    public override void Launch(EngineStream stream, Index3D gridDim, byte* arguments, int dynamicSharedBytes)
    {
        CudaKernel kernel = For(arguments);
        accelerator.Enter();
        kernel.Launch(stream.Handle, gridDim, arguments, dynamicSharedBytes);
    }

    /// <summary>The text that holds for a launch's arguments.</summary>
    public CudaKernel For(byte* arguments)
    {
        bool aligned = StartAtMultiples(arguments);
        CudaKernel restricted = Form(aligned, restrict: true);
        return restricted.Ptx.Accepts(arguments) ? restricted : Form(aligned, restrict: false);
    }

    /// <summary>Whether every view does, within its buffer: the driver's buffers themselves do.</summary>
    private bool StartAtMultiples(byte* arguments)
    {
        foreach (int view in views)
        {
            if (((ViewArgument*)(arguments + view))->ByteOffset % WidestAccess != 0)
                return false;
        }
        return true;
    }

    private CudaKernel Form(bool aligned, bool restrict)
    {
        ref CudaKernel? form = ref forms[(aligned ? 2 : 0) + (restrict ? 1 : 0)];
        if (form is not null)
            return form;
        lock (gate)
        {
            return form ??= accelerator.Load(function.Name, PtxEmitter.Emit(
                WideAccesses.Apply(function, aligned), groupDim, new PtxOptions(restrict, groupsPerProcessor)));
        }
    }
}
