using System.Numerics;

namespace VaeGpu.Gpu.Passes;

/// <summary>
/// Divides by constants without dividing: by a shift or a mask where the divisor is a power of two, else by a multiplication
/// (Granlund and Montgomery, "Division by invariant integers using multiplication", 1994). For 32-bit numbers that are known not to be
/// negative, as places in a group or a tile are; a GPU has no division of integers, and makes some twenty instructions of one.
/// </summary>
internal sealed class Divisions(Index3D groupDim) : Rewriter
{
    private readonly Dictionary<Value, long?> largest = new(ReferenceEqualityComparer.Instance);

    public static Function Apply(Function function, Index3D groupDim) =>
        function.Body.All().Any(IsByConstant) ? new Divisions(groupDim).Run(function) : function;

    private static bool IsByConstant(Instruction i) => i.Op is Op.Div or Op.Rem or Op.DivU or Op.RemU
        && i.Type == IrType.I32 && i.Operands[1] is Constant { Bits: > 1 };

    protected override void Rewrite(For loop)
    {
        // i < upper: a counter that starts at 0 or more and grows never wraps.
        if (loop.Step > 0 && loop.Induction.Type == IrType.I32 && LargestOf(loop.Lower) is not null)
            largest[loop.Induction] = LargestOf(loop.Upper) is { } end ? Math.Max(0, end - 1) : int.MaxValue;
        base.Rewrite(loop);
    }

    protected override Value Rewrite(Instruction i)
    {
        if (!IsByConstant(i))
            return base.Rewrite(i);
        int divisor = ((Constant)i.Operands[1]).Int;
        bool isPower = BitOperations.IsPow2(divisor);
        if (LargestOf(i.Operands[0]) is null && !(isPower && i.Op is Op.DivU or Op.RemU))
            return base.Rewrite(i);
        Value x = Map(i.Operands[0]);
        bool isQuotient = i.Op is Op.Div or Op.DivU;
        if (isPower)
        {
            return isQuotient
                ? Builder.Emit(Op.ShrU, IrType.I32, [x, Constant.I32(BitOperations.Log2((uint)divisor))])
                : Builder.And(x, Constant.I32(divisor - 1));
        }
        // With L = ⌈log₂ divisor⌉ and M = ⌈2^(31+L) / divisor⌉ < 2³², ⌊x·M / 2^(31+L)⌋ is exact for all x < 2³¹.
        int bits = BitOperations.Log2((uint)divisor) + 1;
        long multiplier = ((1L << (31 + bits)) + divisor - 1) / divisor;
        Value high = Builder.Emit(Op.MulHighU, IrType.I32, [x, Constant.I32((int)multiplier)]);
        Value quotient = Builder.Emit(Op.ShrU, IrType.I32, [high, Constant.I32(bits - 1)]);
        return isQuotient ? quotient : Builder.Binary(Op.Sub, x, Builder.Mul(quotient, Constant.I32(divisor)));
    }

    /// <summary>A bound of a 32-bit number that is never negative; null where it may be.</summary>
    private long? LargestOf(Value value)
    {
        if (!largest.TryGetValue(value, out long? known))
        {
            known = value switch
            {
                Constant { Type.Scalar: Scalar.I32, Int: >= 0 } c => c.Int,
                Instruction i when i.Type == IrType.I32 => Find(i, i.Operands),
                _ => null,
            };
            largest[value] = known = known is >= 0 and <= int.MaxValue ? known : null;
        }
        return known;
    }

    private long? Find(Instruction i, Value[] o)
    {
        switch (i.Op)
        {
            case Op.GroupIndex:
                return groupDim.Along(i.Attribute) - 1;
            case Op.GridIndex or Op.GridDim:
                return int.MaxValue;
            case Op.BoolToInt:
                return 1;
            case Op.Load when i.Memory is MemoryType.U8 or MemoryType.U16:
                return (1 << (8 * i.Memory.Bytes())) - 1;
            case Op.Add:
                return LargestOf(o[0]) + LargestOf(o[1]);
            case Op.Mul:
                return LargestOf(o[0]) * LargestOf(o[1]);
            case Op.And:
                return LargestOf(o[0]) is { } a && LargestOf(o[1]) is { } b ? Math.Min(a, b) : LargestOf(o[0]) ?? LargestOf(o[1]);
            case Op.Or or Op.Xor:
                return LargestOf(o[0]) is { } left && LargestOf(o[1]) is { } right
                    ? (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(left, right) + 1) - 1
                    : null;
            case Op.Select:
                return LargestOf(o[1]) is { } whenTrue && LargestOf(o[2]) is { } whenFalse ? Math.Max(whenTrue, whenFalse) : null;
            case Op.Shr or Op.ShrU when o[1] is Constant { Bits: > 0 and < 32 } count:
                return LargestOf(o[0]) is { } shifted ? shifted >> count.Int : i.Op == Op.ShrU ? uint.MaxValue >> count.Int : null;
            case Op.Div when o[1] is Constant { Bits: > 0 } divisor:
                return LargestOf(o[0]) / divisor.Int;
            case Op.Rem when o[1] is Constant { Bits: > 0 } divisor && LargestOf(o[0]) is { } dividend:
                return Math.Min(dividend, divisor.Int - 1);
            case Op.DivU when o[1] is Constant { Bits: > 1 } divisor:
                return uint.MaxValue / (uint)divisor.Int;
            case Op.RemU when o[1] is Constant { Bits: > 0 } divisor:
                return divisor.Int - 1;
            default:
                return null;
        }
    }
}
