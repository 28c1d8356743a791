using System.Collections.Concurrent;
using VaeGpu.Gpu.Targets.Interpreter;

namespace VaeGpu.Gpu.Inspection;

/// <summary>Counts what the threads of a launch do, while an interpreter runs them.</summary>
/// <param name="touched">The bytes that the launch touches; interpreters that share its groups share them.</param>
internal sealed class Counters(TouchedBytes touched)
{
    private (Memory? Memory, long View) last;
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

    /// <param name="memory">The buffer.</param>
    /// <param name="view">Where the view begins in it that the access goes through.</param>
    /// <param name="address">The first byte in the buffer.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="writes">Whether they are written.</param>
    public void AccessGlobal(Memory memory, long view, long address, int size, bool writes)
    {
        AccessedBytes += size;
        if (last != (memory, view))
            (last, marks) = ((memory, view), touched.Of(memory, view));
        (writes ? marks.Written : marks.Read).AsSpan((int)address, size).Fill(1);
    }
}

/// <summary>Which bytes of global memory a launch reads and writes: a byte of marks for each.</summary>
/// <param name="byView">Whether views of one buffer that begin at different places are told apart, even where they overlap.</param>
internal sealed class TouchedBytes(bool byView)
{
    private readonly ConcurrentDictionary<(Memory Memory, long View), (byte[] Read, byte[] Written)> marks = new();

    /// <summary>The bytes of each view, or buffer, that were touched in each way.</summary>
    public IEnumerable<((Memory Memory, long Start) View, Touch Touch, long Bytes)> ByView() => marks.SelectMany(of => new[]
    {
        (of.Key, Touch.Read, (long)of.Value.Read.AsSpan().Count((byte)1)),
        (of.Key, Touch.Written, (long)of.Value.Written.AsSpan().Count((byte)1)),
        (of.Key, Touch.Either, Either(of.Value.Read, of.Value.Written)),
    });

    /// <summary>The marks of a memory's bytes.</summary>
    public (byte[] Read, byte[] Written) Of(Memory memory, long view) =>
        marks.GetOrAdd((memory, byView ? view : 0), of => (new byte[of.Memory.Bytes], new byte[of.Memory.Bytes]));

    private static long Either(byte[] read, byte[] written)
    {
        long count = 0;
        for (int i = 0; i < read.Length; i++)
            count += read[i] | written[i];
        return count;
    }
}

/// <summary>What was done with a byte.</summary>
internal enum Touch
{
    Read,
    Written,
    /// <summary>Read, written, or both.</summary>
    Either,
}
