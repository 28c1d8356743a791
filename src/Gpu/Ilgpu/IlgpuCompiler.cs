using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace VaeGpu.Gpu.Ilgpu;

/// <summary>
/// ILGPU's own PTX and OpenCL back ends without a device: what they generate for a kernel, to be read and compared. After a kernel that
/// ILGPU cannot compile its context stays locked; make another compiler then.
/// </summary>
public sealed class IlgpuCompiler : IDisposable
{
    private readonly Context context;
    private readonly Lazy<PTXBackend> ptx;
    private readonly Lazy<CLBackend> openCL;

    /// <param name="capability">The compute capability of the PTX: 80 or 90.</param>
    /// <param name="level">How far ILGPU optimizes: <see cref="OptimizationLevel.O1"/> is its default.</param>
    /// <param name="extend">Adds to the context before it is made.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capability is another.</exception>
    public IlgpuCompiler(int capability = 80, OptimizationLevel level = OptimizationLevel.O1, Action<Context.Builder>? extend = null)
    {
        (CudaArchitecture architecture, CudaInstructionSet instructions) = capability switch
        {
            80 => (CudaArchitecture.SM_80, CudaInstructionSet.ISA_70),
            90 => (CudaArchitecture.SM_90, CudaInstructionSet.ISA_78),
            _ => throw new ArgumentOutOfRangeException(nameof(capability), capability, "The capability is 80 or 90."),
        };
        context = Context.Create(builder =>
        {
            builder.Optimize(level).EnableIntrinsics();
            extend?.Invoke(builder);
        });
        ptx = new(() => new PTXBackend(context, new CudaCapabilityContext(architecture), architecture, instructions, nvvmAPI: null));
        openCL = new(() => new CLBackend(
            context, new CLCapabilityContext(false, true, true, true, true), CLDeviceVendor.Other, new CLCVersion(2, 0)));
    }

    public string Ptx(MethodInfo kernel, KernelSpecialization specialization = default) =>
        ((PTXCompiledKernel)ptx.Value.Compile(EntryOf(kernel), specialization)).PTXAssembly;

    public string OpenCL(MethodInfo kernel, KernelSpecialization specialization = default) =>
        ((CLCompiledKernel)openCL.Value.Compile(EntryOf(kernel), specialization)).Source;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (ptx.IsValueCreated)
            ptx.Value.Dispose();
        if (openCL.IsValueCreated)
            openCL.Value.Dispose();
        context.Dispose();
    }

    private static EntryPointDescription EntryOf(MethodInfo kernel) => new KernelSource(kernel).IsImplicit
        ? EntryPointDescription.FromImplicitlyGroupedKernel(kernel)
        : EntryPointDescription.FromExplicitlyGroupedKernel(kernel);
}
