using System.Reflection;
using VaeGpu.Gpu.Frontend;
using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Passes;
using VaeGpu.Gpu.Runtime;

namespace VaeGpu.Gpu;

/// <summary>A kernel method and its forms on the way to a target.</summary>
internal sealed class KernelSource(MethodInfo method, KernelSpecialization specialization = default)
{
    private readonly Lock gate = new();
    private Function? imported;

    /// <summary>The method.</summary>
    public MethodInfo Method { get; } = method;

    /// <summary>What its launches keep to, and what is asked of its machine code.</summary>
    public KernelSpecialization Specialization => specialization;

    /// <summary>The method with its type arguments, as messages name it.</summary>
    public string Name { get; } = Naming.Of(method);

    /// <summary>The kernel as its IL says: everything inlined, nothing else done. What the interpreter runs.</summary>
    /// <exception cref="KernelCompilationException">The language does not allow something in it.</exception>
    public Function Imported
    {
        get
        {
            lock (gate)
                return imported ??= Verifier.Verify(Importer.Import(this));
        }
    }

    /// <summary>The kernel after all passes, for groups of one shape and a warp size that is known.</summary>
    /// <exception cref="KernelCompilationException">The language does not allow something in it.</exception>
    public Function Optimize(Index3D groupDim, int warpSize) => Pipeline.Run(Imported, groupDim, warpSize);
}
