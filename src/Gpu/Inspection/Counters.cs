using System.Collections.Concurrent;
using VaeGpu.Gpu.Targets.Interpreter;

namespace VaeGpu.Gpu.Inspection;

/// <summary>Counts what the threads of a launch do, while an interpreter runs them.</summary>
/// <param name="touched">The bytes that the launch touches; interpreters that share its groups share them.</param>
internal sealed class Counters(TouchedBytes touched)
{
    private Memory? last;
    private (byte[] Read, byte[] Written) marks;

    /// <summary>Floating-point operations; a fused multiply-add is two.</summary>
    public long Flops { get; private set; }

    /// <summary>Bytes that the loads and stores of all threads moved from and to global memory, or caches.</summary>
    public long AccessedBytes { get; private set; }

    /// <summary>The operations that one thread's execution of an instruction stands for.</summary>
    public static int FlopsOf(Instruction i) => i.Operands.Length == 0 || !i.Operands[^1].Type.IsFloat ? 0 : i.Op switch
    {
        Op.Fma => 2,
        Op.Add or Op.Sub or Op.Mul or Op.Div or Op.Sqrt or Op.Min or Op.Max or Op.AtomicAdd => 1,
        >= Op.Exp and <= Op.Pow => 1,
        _ => 0,
    };

    public void Compute(long flops) => Flops += flops;

    public void AccessGlobal(Memory memory, long address, int size, bool writes)
    {
        AccessedBytes += size;
        if (memory != last)
            (last, marks) = (memory, touched.Of(memory));
        (writes ? marks.Written : marks.Read).AsSpan((int)address, size).Fill(1);
    }
}

/// <summary>Which bytes of global memory a launch reads and writes: a byte of marks for each.</summary>
internal sealed class TouchedBytes
{
    private readonly ConcurrentDictionary<Memory, (byte[] Read, byte[] Written)> marks = new();

    /// <summary>Bytes that were read, each once, and that were written, each once.</summary>
    public long Count => marks.Values.Sum(of => (long)of.Read.AsSpan().Count((byte)1) + of.Written.AsSpan().Count((byte)1));

    /// <summary>The marks of a memory's bytes.</summary>
    public (byte[] Read, byte[] Written) Of(Memory memory) => marks.GetOrAdd(memory, of => (new byte[of.Bytes], new byte[of.Bytes]));
}
