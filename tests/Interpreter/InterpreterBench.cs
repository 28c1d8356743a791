using VaeGpu.Gpu.IR;

namespace VaeGpu.Tests.Interpreter;

/// <summary>An interpreter with buffers, to run kernels of hand-written IR on.</summary>
internal sealed class InterpreterBench : IDisposable
{
    private readonly Context context;

    public InterpreterBench(int warpSize = 32)
    {
        context = Context.Create(b => b.Interpreter(warpSize));
        Accelerator = context.CreateInterpreterAccelerator(0);
    }

    public InterpreterAccelerator Accelerator { get; }

    /// <summary>Runs a function whose parameters are views of ints only.</summary>
    public unsafe void Run(Function function, KernelConfig config, params ArrayView<int>[] views)
    {
        byte* block = stackalloc byte[24 * views.Length];
        var arguments = new ArgumentPacker(block);
        foreach (ArrayView<int> view in views)
            arguments.Add(view);
        Accelerator.Compile(function, config.GroupDim)
            .Launch((EngineStream)Accelerator.DefaultStream, config.GridDim, block, config.SharedMemoryConfig.ArraySize);
    }

    /// <summary>A view of new memory with contents.</summary>
    public ArrayView<int> Ints(params int[] data) => Accelerator.Allocate1D(data).View;

    /// <summary>A view of new memory that nothing has written.</summary>
    public ArrayView<int> Undefined(int length) => Accelerator.Allocate1D<int>(length).View;

    public static int[] Read(ArrayView<int> view)
    {
        var data = new int[view.Length];
        view.CopyToCPU(data);
        return data;
    }

    public void Dispose()
    {
        Accelerator.Dispose();
        context.Dispose();
    }
}
