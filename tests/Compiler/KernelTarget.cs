using System.Reflection;
using System.Runtime.ExceptionServices;
using VaeGpu.Gpu.IR;

namespace VaeGpu.Tests.Compiler;

/// <summary>Something that runs functions: an accelerator, and how it compiles one for a group shape.</summary>
internal record KernelTarget(string Name, Accelerator Accelerator, Func<Function, Index3D, Executable> Compile)
{
    public Accelerator Accelerator { get; protected set; } = Accelerator;

    /// <summary>Compiles a form of a kernel and runs it.</summary>
    public virtual unsafe void Launch(Function function, RandomKernel kernel, RandomKernelArguments arguments) =>
        Compile(function, kernel.GroupDim).Launch((EngineStream)Accelerator.DefaultStream, kernel.GridDim, arguments.Block, 0);

    public sealed override string ToString() => Name;
}

/// <summary>Something that runs the method that a function is written as: any accelerator of ILGPU's.</summary>
internal sealed record MethodTarget : KernelTarget, IDisposable
{
    private readonly Func<Accelerator> open;

    /// <param name="name">What messages call it.</param>
    /// <param name="open">Opens the accelerator in a context of its own.</param>
    public MethodTarget(string name, Func<Accelerator> open)
        : base(name, open(), (_, _) => throw new InvalidOperationException("It compiles methods.")) => this.open = open;

    public override void Launch(Function function, RandomKernel kernel, RandomKernelArguments arguments)
    {
        try
        {
            using Kernel loaded = Accelerator.LoadKernel(RandomKernelMethod.Create(function));
            loaded.Launch(Accelerator.DefaultStream, new KernelConfig(kernel.GridDim, kernel.GroupDim), arguments.Objects);
            Accelerator.Synchronize();
        }
        catch (Exception failure)
        {
            // The context of an accelerator of ILGPU's own holds its lock for ever after a failed compilation.
            Accelerator = open();
            // Kernels are launched by reflection.
            if (failure is TargetInvocationException { InnerException: { } inner })
                ExceptionDispatchInfo.Throw(inner);
            throw;
        }
    }

    public void Dispose()
    {
        Context context = Accelerator.Context;
        Accelerator.Dispose();
        context.Dispose();
    }
}

/// <summary>The contents of the buffers that a generated kernel wrote, by name.</summary>
internal sealed record KernelOutput(string Name, MemoryType Type, byte[] Bytes);
