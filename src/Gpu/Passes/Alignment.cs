using System.Numerics;

namespace VaeGpu.Gpu.Passes;

/// <summary>
/// Which power of two divides a number or an address, whatever the launch. What a loop carries is taken to be divisible by
/// everything at first, and by less where an iteration shows it, until nothing changes.
/// </summary>
internal sealed class Alignment
{
    /// <summary>Arrays in shared memory begin at a multiple of 16 bytes, and buffers do.</summary>
    private const int ArrayZeros = 4;
    private const int AllZeros = 62;

    private readonly Dictionary<Value, int> zeros = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Value, int> carried = new(ReferenceEqualityComparer.Instance);
    private readonly bool alignedViews;

    /// <param name="function">The kernel.</param>
    /// <param name="alignedViews">Whether every view's first byte lies at a multiple of 16; else nothing is known of views.</param>
    public Alignment(Function function, bool alignedViews)
    {
        this.alignedViews = alignedViews;
        LoopInstruction[] loops = [.. function.Body.All().OfType<LoopInstruction>()];
        while (Array.Exists(loops, Lowers))
            zeros.Clear();
    }

    /// <summary>Whether a number of bytes, a power of two, divides an address.</summary>
    public bool Divides(int bytes, Value address) => ZerosOf(address) >= BitOperations.Log2((uint)bytes);

    /// <summary>Whether an iteration leaves a carried value less divisible than it was taken to be; then it is no longer.</summary>
    private bool Lowers(LoopInstruction loop)
    {
        List<RegionArgument> arguments = loop.Carried;
        bool lowered = loop is For counted
            && Lower(counted.Induction, Math.Min(ZerosOf(counted.Lower), BitOperations.TrailingZeroCount(counted.Step)));
        for (int i = 0; i < arguments.Count; i++)
            lowered |= Lower(arguments[i], Math.Min(ZerosOf(loop.Initial[i]), ZerosOf(loop.Body.Yields[i])));
        return lowered;
    }

    private bool Lower(RegionArgument argument, int found)
    {
        bool lowers = found < carried.GetValueOrDefault(argument, AllZeros);
        if (lowers)
            carried[argument] = found;
        return lowers;
    }

    private int ZerosOf(Value value)
    {
        if (!zeros.TryGetValue(value, out int known))
            zeros[value] = known = Math.Min(AllZeros, Find(value));
        return known;
    }

    private int Find(Value value) => value switch
    {
        Constant c => c.Bits == 0 ? AllZeros : BitOperations.TrailingZeroCount(c.Bits),
        Parameter { Type.IsPointer: true } => alignedViews ? ArrayZeros : 0,
        RegionArgument => carried.GetValueOrDefault(value, AllZeros),
        Result { Owner: If branch, Index: var i } => Math.Min(ZerosOf(branch.Then.Yields[i]), ZerosOf(branch.Else.Yields[i])),
        Result { Owner: For loop, Index: var i } => Math.Min(ZerosOf(loop.Initial[i]), ZerosOf(loop.Body.Yields[i])),
        Result { Owner: While loop, Index: var i } => ZerosOf(loop.Body.Yields[i]),
        Instruction i => Find(i.Op, i.Operands, i.Attribute),
        _ => 0,
    };

    private int Find(Op op, Value[] operands, long attribute) => op switch
    {
        Op.SharedArray or Op.SharedDynamic => ArrayZeros,
        Op.PtrAdd => Math.Min(ZerosOf(operands[0]), ZerosOf(operands[1]) + BitOperations.TrailingZeroCount(attribute)),
        Op.Add or Op.Sub or Op.Or or Op.Xor or Op.RemU or Op.Rem => Math.Min(ZerosOf(operands[0]), ZerosOf(operands[1])),
        Op.And => Math.Max(ZerosOf(operands[0]), ZerosOf(operands[1])),
        Op.Mul => ZerosOf(operands[0]) + ZerosOf(operands[1]),
        Op.Shl when operands[1] is Constant { Bits: >= 0 and < 32 } count => ZerosOf(operands[0]) + count.Int,
        Op.Shr or Op.ShrU when operands[1] is Constant { Bits: >= 0 and < 32 } count => Math.Max(0, ZerosOf(operands[0]) - count.Int),
        Op.Neg or Op.SignExtend or Op.ZeroExtend or Op.Truncate64 => ZerosOf(operands[0]),
        Op.Select => Math.Min(ZerosOf(operands[1]), ZerosOf(operands[2])),
        _ => 0,
    };
}
