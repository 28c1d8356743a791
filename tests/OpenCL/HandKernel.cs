using VaeGpu.Gpu.Accelerators.OpenCL;
using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Runtime.OpenCL;

namespace VaeGpu.Tests.OpenCL;

/// <summary>
/// A kernel built by hand from IR. Its parameters are views; each thread begins with its index in the launch.
/// </summary>
internal sealed class HandKernel
{
    private readonly List<Parameter> parameters = [];
    private readonly Region body = new();

    public HandKernel(int groupSize = 64)
    {
        GroupSize = groupSize;
        Builder.Enter(body);
        Local = Builder.Emit(Op.GroupIndex, IrType.I32, []);
        Value group = Builder.Emit(Op.GridIndex, IrType.I32, []);
        Global = Builder.Add(Builder.Mul(group, Constant.I32(groupSize)), Local);
    }

    public Builder Builder { get; } = new();

    public int GroupSize { get; }

    /// <summary>The thread's index in its group.</summary>
    public Value Local { get; }

    /// <summary>The thread's index in the launch.</summary>
    public Value Global { get; }

    public Function Function => Verifier.Verify(new Function("Tests.Hand", parameters, body));

    /// <summary>Adds a parameter that is a view.</summary>
    public unsafe Parameter View()
    {
        int index = parameters.Count;
        parameters.Add(new Parameter(IrType.Pointer(AddressSpace.Global), index, $"view{index}", index * sizeof(ViewArgument), null));
        return parameters[^1];
    }

    /// <summary>Loads an element of a view.</summary>
    public Value Read(Value view, Value index, MemoryType type) => Builder.Load(Builder.PtrAdd(view, index, type.Bytes()), type);

    /// <summary>Stores an element of a view; a Bool as 0 or 1.</summary>
    public void Write(Value view, Value index, Value value, MemoryType type)
    {
        if (value.Type == IrType.Bool)
            value = Builder.Emit(Op.BoolToInt, IrType.I32, [value]);
        Builder.Store(Builder.PtrAdd(view, index, type.Bytes()), value, type);
    }

    /// <summary>Appends an If; each side gives what it yields.</summary>
    public Result[] If(Value condition, Func<Value[]> then, Func<Value[]> otherwise)
    {
        Region a = Fill(new Region(), then), b = Fill(new Region(), otherwise);
        return Builder.Append(new If(condition, a, b, null)).Results;
    }

    /// <summary>Appends a For; the body takes the index and the carried values and gives the next ones.</summary>
    public Result[] For(Value lower, Value upper, long step, Value[] initial, Func<RegionArgument[], Value[]> fill)
    {
        var region = new Region();
        region.Arguments.AddRange([new RegionArgument(lower.Type), .. initial.Select(v => new RegionArgument(v.Type))]);
        Fill(region, () => fill([.. region.Arguments]));
        return Builder.Append(new For(lower, upper, step, initial, region, null)).Results;
    }

    /// <summary>Appends a While; the body takes the carried values and gives whether to go on, and the next ones.</summary>
    public Result[] While(Value[] initial, Func<RegionArgument[], (Value Condition, Value[] Next)> fill)
    {
        var region = new Region();
        region.Arguments.AddRange(initial.Select(v => new RegionArgument(v.Type)));
        Fill(region, () =>
        {
            (region.Condition, Value[] next) = fill([.. region.Arguments]);
            return next;
        });
        return Builder.Append(new While(initial, region, null)).Results;
    }

    /// <summary>Compiles and runs the kernel; the views stand for the buffers in order.</summary>
    public unsafe void Run(OpenCL12Accelerator accelerator, int groups, int dynamicSharedBytes, params MemoryBuffer[] buffers)
    {
        OpenCLExecutable executable = accelerator.Compile(Function, new(GroupSize, 1, 1));
        ViewArgument* block = stackalloc ViewArgument[buffers.Length];
        for (int i = 0; i < buffers.Length; i++)
            block[i] = new ViewArgument { Handle = buffers[i].NativePtr, Length = buffers[i].LengthInBytes };
        executable.Launch((EngineStream)accelerator.DefaultStream, new(groups, 1, 1), (byte*)block, dynamicSharedBytes);
    }

    /// <summary>
    /// Runs on each row of operands what <paramref name="compute"/> builds; result k of row i is element [k][i].
    /// </summary>
    public static TOut[][] Map<TIn, TOut>(OpenCL12Accelerator accelerator, TIn[][] operands, Func<Builder, Value[], Value[]> compute)
        where TIn : unmanaged
        where TOut : unmanaged
    {
        var kernel = new HandKernel();
        int groups = (operands[0].Length + 63) / 64, padded = groups * 64;
        MemoryType type = MemoryTypes.Of(typeof(TIn))!.Value, resultType = MemoryTypes.Of(typeof(TOut))!.Value;
        Value[] values = [.. operands.Select(_ => kernel.Read(kernel.View(), kernel.Global, type))];
        Parameter output = kernel.View();
        Value[] results = compute(kernel.Builder, values);
        for (int k = 0; k < results.Length; k++)
            kernel.Write(output, kernel.Builder.Add(kernel.Global, Constant.I32(k * padded)), results[k], resultType);

        MemoryBuffer1D<TIn, Stride1D.Dense>[] inputs =
            [.. operands.Select(o => accelerator.Allocate1D((TIn[])[.. o, .. new TIn[padded - o.Length]]))];
        using var target = accelerator.Allocate1D<TOut>(padded * results.Length);
        kernel.Run(accelerator, groups, 0, [.. inputs, target]);
        TOut[] all = target.GetAsArray1D();
        foreach (var input in inputs)
            input.Dispose();
        return [.. results.Select((_, k) => all[(k * padded)..(k * padded + operands[0].Length)])];
    }

    private Region Fill(Region region, Func<Value[]> fill)
    {
        Builder.Enter(region);
        region.Yields.AddRange(fill());
        Builder.Leave();
        return region;
    }
}
