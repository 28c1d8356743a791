using VaeGpu.Gpu.IR;
using VaeGpu.Tests.Interpreter;

namespace VaeGpu.Tests.Compiler;

/// <summary>
/// The parameters of every generated kernel, in the order of the argument block: inputs that may be read anywhere, outputs
/// of which each thread has its own elements, counters for atomics, and scalars.
/// </summary>
internal sealed class RandomKernelMemory
{
    /// <summary>Elements of an input; a power of two.</summary>
    public const int InputLength = 256;
    /// <summary>Elements of an output that belong to one thread.</summary>
    public const int Slots = 3;
    public const int Counters = 6;

    public static readonly MemoryType[] Types = [MemoryType.I32, MemoryType.F32, MemoryType.I64, MemoryType.F64];

    public RandomKernelMemory(IrKernel kernel)
    {
        foreach (MemoryType type in Types)
            Inputs.Add(type, kernel.View($"in{type}").Pointer);
        Bytes = kernel.View("inBytes").Pointer;
        foreach (MemoryType type in Types)
            Outputs.Add(type, kernel.View($"out{type}").Pointer);
        CounterView = kernel.View("counters").Pointer;
        Scalars = [.. new[] { MemoryType.I32, MemoryType.F32, MemoryType.I64, MemoryType.F64, MemoryType.U8, MemoryType.I16 }
            .Select(type => kernel.Scalar(type, $"scalar{type}"))];
    }

    public Dictionary<MemoryType, Value> Inputs { get; } = [];
    public Dictionary<MemoryType, Value> Outputs { get; } = [];
    /// <summary>Twice <see cref="InputLength"/> bytes for small integers.</summary>
    public Value Bytes { get; }
    public Value CounterView { get; }
    public Value[] Scalars { get; }
}
