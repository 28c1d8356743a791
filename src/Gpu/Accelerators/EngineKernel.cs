using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;

namespace VaeGpu.Gpu.Accelerators;

/// <summary>Takes kernel methods from ILGPU before its front end reads them; the first launch of a group shape compiles them.</summary>
internal sealed class EngineBackend(EngineAccelerator accelerator)
    : Backend(accelerator.Context, accelerator.Capabilities, BackendType.IL, null!)
{
    public override CompiledKernel Compile<TBackendHook>(
        in EntryPointDescription entry, in KernelSpecialization specialization, TBackendHook backendHook) =>
        new EngineCompiledKernel(Context, new EntryPoint(entry, NoStaticMemory, specialization));

    /// <summary>Kernels with a <see cref="SpecializedValue{T}"/> come here, once for each value, which is a number like others.</summary>
    protected override CompiledKernel Compile(
        EntryPoint entryPoint, in BackendContext backendContext, in KernelSpecialization specialization) =>
        new EngineCompiledKernel(Context, new EntryPoint(entryPoint.Description, NoStaticMemory, specialization));

    /// <summary>Shared memory is found out when the kernel is compiled.</summary>
    private static SharedMemorySpecification NoStaticMemory => new(0, hasDynamicMemory: true);
}

/// <summary>A kernel method before it is loaded on an accelerator.</summary>
internal sealed class EngineCompiledKernel(Context context, EntryPoint entry) : CompiledKernel(context, entry, null)
{
    /// <summary>The method and how it is launched.</summary>
    public EntryPoint Entry { get; } = entry;
}

/// <summary>A kernel on an accelerator of this assembly.</summary>
internal sealed class EngineKernel : Kernel
{
    /// <param name="accelerator">The accelerator.</param>
    /// <param name="compiled">The method.</param>
    /// <param name="groupSize">Threads of a group, where the kernel is implicitly grouped.</param>
    public EngineKernel(EngineAccelerator accelerator, EngineCompiledKernel compiled, int groupSize)
        : base(accelerator, compiled, EngineLauncher.Emit(compiled.Entry.MethodInfo, compiled.Entry.KernelIndexType))
    {
        Forms = accelerator.Load(compiled.Entry.MethodInfo, compiled.Specialization, compiled.Entry.IsImplictlyGrouped);
        GroupSize = groupSize;
    }

    public KernelForms Forms { get; }

    /// <summary>Threads of a group, where the kernel is implicitly grouped.</summary>
    public int GroupSize { get; }

    /// <summary>The stream of a launch, which must be one of this accelerator's.</summary>
    public EngineStream StreamOf(AcceleratorStream stream) => stream is EngineStream own && own.Accelerator == Accelerator
        ? own
        : throw new ArgumentException(
            $"A stream of {stream?.Accelerator.Name ?? "no accelerator"} was passed to a kernel of {Accelerator.Name}.");

    protected override void DisposeAcceleratorObject(bool disposing) { }
}
