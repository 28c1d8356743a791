using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Frontend;
using VaeGpu.Gpu.Passes;

namespace VaeGpu.Gpu;

/// <summary>A kernel method and its forms on the way to a target.</summary>
internal sealed class KernelSource(MethodInfo method, KernelSpecialization specialization = default, bool? isImplicit = null)
{
    private readonly Lock gate = new();
    private Function? imported;

    public MethodInfo Method { get; } = method;

    /// <summary>
    /// Whether the first parameter is the thread's index in an extent, and the launch chooses the groups. ILGPU's loaders say so; where
    /// nobody does, an index in the first place is taken for it.
    /// </summary>
    public bool IsImplicit { get; } = isImplicit ?? (method.GetParameters().FirstOrDefault()?.ParameterType is { } first
        && (first == typeof(Index1D) || first == typeof(Index2D) || first == typeof(Index3D)));

    /// <summary>Whether mutable static fields are constants, too, and writes to them left out, as the context's builder says.</summary>
    public StaticFieldMode StaticFields { get; init; }

    /// <summary>The argument block whose specialized values become constants; null where they are arguments like others.</summary>
    public byte[]? SpecializedBlock { get; init; }

    /// <summary>Where a launch's arguments lie.</summary>
    public ArgumentLayout Arguments { get; } = ArgumentLayout.Of(method);

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
