namespace VaeGpu.Gpu.IR;

/// <summary>
/// What an instruction comes to without running it: constants folded with the exact arithmetic of the targets, and
/// identities that hold for every operand. Identities of floats are kept to those that are exact for −0 and NaN, too.
/// </summary>
internal static class Folding
{
    /// <summary>An existing or constant value equal to the instruction's, or null.</summary>
    public static Value? Fold(Builder b, Op op, IrType type, Value[] operands, long attribute)
    {
        if (operands.Length > 0 && Array.TrueForAll(operands, v => v is Constant) && FoldConstants(op, type, operands) is { } constant)
            return constant;
        return operands.Length switch
        {
            1 => FoldUnary(b, op, type, operands[0]),
            2 => FoldBinary(b, op, type, operands[0], operands[1], attribute),
            3 when op == Op.Select => FoldSelect(b, operands[0], operands[1], operands[2]),
            3 when op == Op.Load && operands[1] is Constant c =>
                c.Bits != 0 ? b.Emit(Op.Load, type, [operands[0]], attribute) : operands[2],
            _ => null,
        };
    }

    private static Constant? FoldConstants(Op op, IrType type, Value[] operands)
    {
        IrType from = operands[0].Type;
        long Bits(int operand) => operand < operands.Length ? ((Constant)operands[operand]).Bits : 0;
        // Functions of the device's own library are not the same bits on every device.
        bool isOpen = from.IsFloat
            ? op is Op.Rem or >= Op.Exp and <= Op.Pow
            : op is Op.Div or Op.DivU or Op.Rem or Op.RemU && Bits(1) == 0;
        return !isOpen && Arithmetic.Of(op, from, type) is { } evaluate ? new(type, evaluate(Bits(0), Bits(1), Bits(2))) : null;
    }

    private static Value? FoldUnary(Builder b, Op op, IrType type, Value a)
    {
        if (a is not Instruction inner)
            return null;
        return (op, inner.Op) switch
        {
            (Op.Not, Op.Not) or (Op.Neg, Op.Neg) => inner.Operands[0],
            (Op.Abs, Op.Neg) => b.Emit(op, type, inner.Operands),
            (Op.Abs, Op.Abs) => inner,
            (Op.BitCast, Op.BitCast) when inner.Operands[0].Type == type => inner.Operands[0],
            (Op.Truncate64, Op.SignExtend or Op.ZeroExtend) => inner.Operands[0],
            (Op.Truncate64, Op.Add or Op.Sub or Op.Mul or Op.And or Op.Or or Op.Xor) => LowHalf(b, inner),
            _ => null,
        };
    }

    private static Value? FoldBinary(Builder b, Op op, IrType type, Value x, Value y, long attribute)
    {
        if (op == Op.PtrAdd)
            return FoldPointer(b, type, x, y, attribute);
        if (x is Constant && y is not Constant && op.IsCommutative())
            return b.Emit(op, type, [y, x], attribute);
        if (ReferenceEquals(x, y) && !x.Type.IsFloat && FoldSame(op, type, x) is { } same)
            return same;
        if (y is Constant c)
            return x.Type.IsInteger
                ? FoldInteger(b, op, type, x, c)
                : x.Type == IrType.Bool ? FoldBool(b, op, x, c.Bits != 0) : FoldFloat(op, x, c);
        return null;
    }

    private static Value? FoldSame(Op op, IrType type, Value x) => op switch
    {
        Op.And or Op.Or => x,
        Op.Sub or Op.Xor => Constant.Zero(type),
        Op.Eq or Op.Le or Op.Ge or Op.LeU or Op.GeU => Constant.Bool(true),
        Op.Ne or Op.Lt or Op.Gt or Op.LtU or Op.GtU => Constant.Bool(false),
        _ => null,
    };

    private static Value? FoldFloat(Op op, Value x, Constant c) =>
        op is Op.Mul or Op.Div && c.SameAs(x.Type == IrType.F32 ? Constant.F32(1) : Constant.F64(1)) ? x : null;

    private static Value? FoldBool(Builder b, Op op, Value x, bool c) => op switch
    {
        Op.And => c ? x : Constant.Bool(false),
        Op.Or => c ? Constant.Bool(true) : x,
        Op.Xor or Op.Ne => c ? b.Not(x) : x,
        Op.Eq => c ? x : b.Not(x),
        _ => null,
    };

    private static Value? FoldInteger(Builder b, Op op, IrType type, Value x, Constant c)
    {
        bool zero = c.Bits == 0;
        switch (op)
        {
            case Op.Eq or Op.Ne when x is Instruction { Op: Op.Select } select && select.Operands[1] is Constant p
                && select.Operands[2] is Constant q:
                return b.Select(select.Operands[0], Constant.Bool(p.Bits == c.Bits == (op == Op.Eq)),
                    Constant.Bool(q.Bits == c.Bits == (op == Op.Eq)));
            case Op.Add or Op.Sub or Op.Or or Op.Xor or Op.Shl or Op.Shr or Op.ShrU when zero:
            case Op.Mul or Op.Div or Op.DivU when c.Bits == 1:
            case Op.And when c.Bits == -1:
                return x;
            case Op.Mul or Op.And or Op.MulHighU when zero:
                return Constant.Zero(type);
            case Op.Rem or Op.RemU when c.Bits == 1:
                return Constant.Zero(type);
            case Op.Sub:
                return b.Emit(Op.Add, type, [x, new Constant(type, type == IrType.I32 ? -c.Int : -c.Bits)]);
            case Op.Add or Op.Mul when x is Instruction inner && inner.Op == op && inner.Operands[1] is Constant inside:
                return b.Emit(op, type, [inner.Operands[0], FoldConstants(op, type, [inside, c])!]);
            case Op.Eq or Op.Ne when x is Instruction { Op: Op.BoolToInt } boolean && c.Bits is 0 or 1:
                bool wantsTrue = (c.Bits == 1) == (op == Op.Eq);
                return wantsTrue ? ((Instruction)x).Operands[0] : b.Not(((Instruction)x).Operands[0]);
            case Op.GtU when zero:
                return b.Emit(Op.Ne, IrType.Bool, [x, c]);
            case Op.ShrU when type == IrType.I64 && c.Bits == 32 && x is Instruction { Op: Op.Mul } product:
                return HighHalf(b, product);
            default:
                return null;
        }
    }

    /// <summary>(ulong)a * (ulong)b >> 32 of two 32-bit numbers, as Philox writes it.</summary>
    private static Value? HighHalf(Builder b, Instruction product)
    {
        if (Narrow(product.Operands[0]) is { } x && Narrow(product.Operands[1]) is { } y)
            return b.Emit(Op.ZeroExtend, IrType.I64, [b.Emit(Op.MulHighU, IrType.I32, [x, y])]);
        return null;

        static Value? Narrow(Value value) => value switch
        {
            Instruction { Op: Op.ZeroExtend } extended => extended.Operands[0],
            Constant { Bits: >= 0 and <= uint.MaxValue } constant => Constant.I32((int)constant.Bits),
            _ => null,
        };
    }

    /// <summary>The lower 32 bits of what two 32-bit numbers come to, as Philox writes them: an operation on 32 bits gives them.</summary>
    private static Value? LowHalf(Builder b, Instruction wide)
    {
        return Narrow(wide.Operands[0]) is { } x && Narrow(wide.Operands[1]) is { } y ? b.Emit(wide.Op, IrType.I32, [x, y]) : null;

        static Value? Narrow(Value value) => value switch
        {
            Instruction { Op: Op.SignExtend or Op.ZeroExtend } extended => extended.Operands[0],
            Constant constant => Constant.I32((int)constant.Bits),
            _ => null,
        };
    }

    private static Value? FoldPointer(Builder b, IrType type, Value pointer, Value index, long bytes)
    {
        switch (index)
        {
            case Constant { Bits: 0 }:
                return pointer;
            case Instruction { Op: Op.SignExtend } extended:
                return b.Emit(Op.PtrAdd, type, [pointer, extended.Operands[0]], bytes);
            case Constant c when bytes != 1 && c.Bits * bytes is >= int.MinValue and <= int.MaxValue:
                return b.Emit(Op.PtrAdd, type, [pointer, Constant.I32((int)(c.Bits * bytes))], 1);
            case Constant c when bytes == 1 && pointer is Instruction { Op: Op.PtrAdd, Attribute: 1 } inner
                && inner.Operands[1] is Constant inside
                && inside.Bits + c.Bits is >= int.MinValue and <= int.MaxValue:
                return b.Emit(Op.PtrAdd, type, [inner.Operands[0], Constant.I32((int)(inside.Bits + c.Bits))], 1);
            default:
                return null;
        }
    }

    private static Value? FoldSelect(Builder b, Value condition, Value whenTrue, Value whenFalse)
    {
        if (condition is Constant c)
            return c.Bits != 0 ? whenTrue : whenFalse;
        if (ReferenceEquals(whenTrue, whenFalse) || whenTrue is Constant x && whenFalse is Constant y && x.SameAs(y))
            return whenTrue;
        if (condition is Instruction { Op: Op.Not } not)
            return b.Select(not.Operands[0], whenFalse, whenTrue);
        if (whenTrue is Instruction { Op: Op.Load, Operands: [_, var loaded, var otherwise] } && ReferenceEquals(loaded, condition)
            && (ReferenceEquals(otherwise, whenFalse) || otherwise is Constant p && whenFalse is Constant q && p.SameAs(q)))
        {
            return whenTrue;
        }
        if (whenTrue.Type != IrType.Bool)
            return null;
        return (whenTrue, whenFalse) switch
        {
            (Constant t, Constant) => t.Bits != 0 ? condition : b.Not(condition),
            (Constant t, _) => t.Bits != 0 ? b.Or(condition, whenFalse) : b.And(b.Not(condition), whenFalse),
            (_, Constant f) => f.Bits != 0 ? b.Or(b.Not(condition), whenTrue) : b.And(condition, whenTrue),
            _ => null,
        };
    }
}
