using System.Collections;
using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Targets.Interpreter;

namespace VaeGpu.Gpu.Inspection;

/// <summary>Counts what the threads of a launch do, while the interpreter runs them.</summary>
internal sealed class Counters
{
    private readonly Dictionary<Memory, (BitArray Read, BitArray Written)> touched = new(ReferenceEqualityComparer.Instance);

    /// <summary>Floating-point operations; a fused multiply-add is two.</summary>
    public long Flops { get; private set; }

    /// <summary>Bytes of global memory that were read, each once, and that were written, each once.</summary>
    public long Bytes => touched.Values.Sum(pair => Ones(pair.Read) + Ones(pair.Written));

    /// <summary>Bytes that the loads and stores of all threads moved from and to global memory, or caches.</summary>
    public long AccessedBytes { get; private set; }

    /// <summary>Bytes that the loads and stores of all threads moved from and to shared memory.</summary>
    public long SharedBytes { get; private set; }

    /// <summary>The operations that one thread's execution of an instruction stands for.</summary>
    public static int FlopsOf(Instruction i) => i.Operands.Length == 0 || !i.Operands[^1].Type.IsFloat ? 0 : i.Op switch
    {
        Op.Fma => 2,
        Op.Add or Op.Sub or Op.Mul or Op.Div or Op.Sqrt or Op.Min or Op.Max or Op.AtomicAdd => 1,
        >= Op.Exp and <= Op.Pow => 1,
        _ => 0,
    };

    public void Compute(long flops) => Flops += flops;

    public void Access(Memory memory, AddressSpace space, long address, int size, bool writes)
    {
        if (space == AddressSpace.Shared)
            SharedBytes += size;
        if (space != AddressSpace.Global)
            return;
        AccessedBytes += size;
        if (!touched.TryGetValue(memory, out (BitArray Read, BitArray Written) bytes))
            touched.Add(memory, bytes = (new BitArray((int)memory.Bytes), new BitArray((int)memory.Bytes)));
        BitArray of = writes ? bytes.Written : bytes.Read;
        for (int i = 0; i < size; i++)
            of[(int)address + i] = true;
    }

    private static long Ones(BitArray bits)
    {
        var words = new int[(bits.Length + 31) / 32];
        bits.CopyTo(words, 0);
        return words.Sum(word => (long)System.Numerics.BitOperations.PopCount((uint)word));
    }
}
