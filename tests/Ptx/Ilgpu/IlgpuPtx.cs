using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using VaeGpu.Gpu.Ilgpu;

namespace VaeGpu.Tests.Ptx.Ilgpu;

/// <summary>ILGPU's own PTX back end, without a GPU.</summary>
internal sealed class IlgpuPtx : IDisposable
{
    private readonly ILGPU.Context context;
    private readonly PTXBackend backend;

    /// <param name="capability">The compute capability to write for: 80 or 90.</param>
    /// <param name="level">How far ILGPU optimises: as it does unasked, or otherwise.</param>
    /// <param name="extend">Adds to the context before it is made.</param>
    public IlgpuPtx(int capability = 80, OptimizationLevel level = OptimizationLevel.O1, Action<ILGPU.Context.Builder>? extend = null)
    {
        (CudaArchitecture architecture, CudaInstructionSet instructions) = capability switch
        {
            80 => (CudaArchitecture.SM_80, CudaInstructionSet.ISA_70),
            90 => (CudaArchitecture.SM_90, CudaInstructionSet.ISA_78),
            _ => throw new ArgumentOutOfRangeException(nameof(capability), capability, "80 or 90"),
        };
        context = ILGPU.Context.Create(builder =>
        {
            builder.Optimize(level).EnableIntrinsics();
            extend?.Invoke(builder);
        });
        backend = new PTXBackend(context, new CudaCapabilityContext(architecture), architecture, instructions, nvvmAPI: null);
    }

    /// <summary>What it writes for a kernel.</summary>
    public string Write(in EntryPointDescription kernel, in ILGPU.Runtime.KernelSpecialization specialization = default) =>
        ((PTXCompiledKernel)backend.Compile(kernel, specialization)).PTXAssembly;

    /// <summary>The kernel, to run on the machine.</summary>
    public IlgpuKernel Compile(in EntryPointDescription kernel, in ILGPU.Runtime.KernelSpecialization specialization = default) =>
        new(kernel.MethodSource, Write(kernel, specialization));

    public void Dispose()
    {
        backend.Dispose();
        context.Dispose();
    }
}
