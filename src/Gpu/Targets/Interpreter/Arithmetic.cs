using VaeGpu.Gpu.IR;

namespace VaeGpu.Gpu.Targets.Interpreter;

/// <summary>A pure operation on the bits of its operands; one that it does not have is passed and ignored.</summary>
internal delegate long Evaluate(long a, long b, long c);

/// <summary>
/// What each pure operation computes, by the type of its first operand. Values are bits in a long: 32-bit ones
/// sign-extended, Bool as 0 or 1.
/// </summary>
internal static class Arithmetic
{
    /// <summary>The function of an instruction that only computes.</summary>
    public static Evaluate Of(Instruction instruction)
    {
        Op op = instruction.Op;
        if (op == Op.Select)
            return static (condition, whenTrue, whenFalse) => condition != 0 ? whenTrue : whenFalse;
        if (op == Op.PtrAdd)
        {
            long bytes = instruction.Attribute;
            return (pointer, index, _) => Pointer.Add(pointer, index, bytes);
        }
        IrType type = instruction.Type;
        Evaluate? evaluate = instruction.Operands[0].Type.Scalar switch
        {
            Scalar.Bool => OnBool(op),
            Scalar.I32 => OnInt(op) ?? FromInt(op, type),
            Scalar.I64 => OnLong(op) ?? FromLong(op, type),
            Scalar.F32 => OnFloat(op) ?? FromFloat(op, type),
            Scalar.F64 => OnDouble(op) ?? FromDouble(op, type),
            _ => OnPointer(op),
        };
        return evaluate ?? throw new NotSupportedException($"The interpreter has no {op} of {instruction.Operands[0].Type} to {type}.");
    }

    private static Evaluate? OnBool(Op op) => op switch
    {
        Op.And => static (a, b, _) => a & b,
        Op.Or => static (a, b, _) => a | b,
        Op.Xor or Op.Ne => static (a, b, _) => a ^ b,
        Op.Eq => static (a, b, _) => a ^ b ^ 1,
        Op.Not => static (a, _, _) => a ^ 1,
        Op.BoolToInt => static (a, _, _) => a,
        _ => null,
    };

    private static Evaluate? OnPointer(Op op) => op switch
    {
        Op.Eq => static (a, b, _) => Bit(a == b),
        Op.Ne => static (a, b, _) => Bit(a != b),
        _ => null,
    };

    private static Evaluate? OnInt(Op op) => op switch
    {
        Op.Add => static (a, b, _) => (int)a + (int)b,
        Op.Sub => static (a, b, _) => (int)a - (int)b,
        Op.Mul => static (a, b, _) => (int)a * (int)b,
        Op.Div => static (a, b, _) => b == 0 ? 0 : (int)(a / b),
        Op.Rem => static (a, b, _) => b == 0 ? 0 : (int)(a % b),
        Op.DivU => static (a, b, _) => b == 0 ? 0 : (int)((uint)a / (uint)b),
        Op.RemU => static (a, b, _) => b == 0 ? 0 : (int)((uint)a % (uint)b),
        Op.MulHighU => static (a, b, _) => (int)(((ulong)(uint)a * (uint)b) >> 32),
        Op.Neg => static (a, _, _) => -(int)a,
        Op.And => static (a, b, _) => a & b,
        Op.Or => static (a, b, _) => a | b,
        Op.Xor => static (a, b, _) => a ^ b,
        Op.Not => static (a, _, _) => ~a,
        Op.Shl => static (a, b, _) => (int)a << (int)b,
        Op.Shr => static (a, b, _) => (int)a >> (int)b,
        Op.ShrU => static (a, b, _) => (int)((uint)a >> (int)b),
        Op.LtU => static (a, b, _) => Bit((uint)a < (uint)b),
        Op.LeU => static (a, b, _) => Bit((uint)a <= (uint)b),
        Op.GtU => static (a, b, _) => Bit((uint)a > (uint)b),
        Op.GeU => static (a, b, _) => Bit((uint)a >= (uint)b),
        _ => OnSigned(op),
    };

    private static Evaluate? FromInt(Op op, IrType type) => op switch
    {
        Op.SignExtend or Op.BitCast => static (a, _, _) => a,
        Op.ZeroExtend => static (a, _, _) => (uint)a,
        Op.SignExtend8 => static (a, _, _) => (sbyte)a,
        Op.SignExtend16 => static (a, _, _) => (short)a,
        Op.IntToFloat when type == IrType.F32 => static (a, _, _) => Bits((float)(int)a),
        Op.IntToFloat => static (a, _, _) => Bits((double)(int)a),
        Op.UIntToFloat when type == IrType.F32 => static (a, _, _) => Bits((float)(uint)a),
        Op.UIntToFloat => static (a, _, _) => Bits((double)(uint)a),
        _ => null,
    };

    private static Evaluate? OnLong(Op op) => op switch
    {
        Op.Add => static (a, b, _) => a + b,
        Op.Sub => static (a, b, _) => a - b,
        Op.Mul => static (a, b, _) => a * b,
        Op.Div => static (a, b, _) => b == 0 ? 0 : b == -1 ? -a : a / b,
        Op.Rem => static (a, b, _) => b is 0 or -1 ? 0 : a % b,
        Op.DivU => static (a, b, _) => b == 0 ? 0 : (long)((ulong)a / (ulong)b),
        Op.RemU => static (a, b, _) => b == 0 ? 0 : (long)((ulong)a % (ulong)b),
        Op.Neg => static (a, _, _) => -a,
        Op.And => static (a, b, _) => a & b,
        Op.Or => static (a, b, _) => a | b,
        Op.Xor => static (a, b, _) => a ^ b,
        Op.Not => static (a, _, _) => ~a,
        Op.Shl => static (a, b, _) => a << (int)b,
        Op.Shr => static (a, b, _) => a >> (int)b,
        Op.ShrU => static (a, b, _) => (long)((ulong)a >> (int)b),
        Op.LtU => static (a, b, _) => Bit((ulong)a < (ulong)b),
        Op.LeU => static (a, b, _) => Bit((ulong)a <= (ulong)b),
        Op.GtU => static (a, b, _) => Bit((ulong)a > (ulong)b),
        Op.GeU => static (a, b, _) => Bit((ulong)a >= (ulong)b),
        _ => OnSigned(op),
    };

    private static Evaluate? FromLong(Op op, IrType type) => op switch
    {
        Op.BitCast => static (a, _, _) => a,
        Op.Truncate64 => static (a, _, _) => (int)a,
        Op.IntToFloat when type == IrType.F32 => static (a, _, _) => Bits((float)a),
        Op.IntToFloat => static (a, _, _) => Bits((double)a),
        Op.UIntToFloat when type == IrType.F32 => static (a, _, _) => Bits((float)(ulong)a),
        Op.UIntToFloat => static (a, _, _) => Bits((double)(ulong)a),
        _ => null,
    };

    /// <summary>Sign-extended bits compare as the numbers do, whatever their width.</summary>
    private static Evaluate? OnSigned(Op op) => op switch
    {
        Op.Eq => static (a, b, _) => Bit(a == b),
        Op.Ne => static (a, b, _) => Bit(a != b),
        Op.Lt => static (a, b, _) => Bit(a < b),
        Op.Le => static (a, b, _) => Bit(a <= b),
        Op.Gt => static (a, b, _) => Bit(a > b),
        Op.Ge => static (a, b, _) => Bit(a >= b),
        _ => null,
    };

    private static Evaluate? OnFloat(Op op) => op switch
    {
        Op.Add => static (a, b, _) => Bits(Float(a) + Float(b)),
        Op.Sub => static (a, b, _) => Bits(Float(a) - Float(b)),
        Op.Mul => static (a, b, _) => Bits(Float(a) * Float(b)),
        Op.Div => static (a, b, _) => Bits(Float(a) / Float(b)),
        Op.Neg => static (a, _, _) => Bits(-Float(a)),
        Op.Fma => static (a, b, c) => Bits(MathF.FusedMultiplyAdd(Float(a), Float(b), Float(c))),
        Op.Sqrt => static (a, _, _) => Bits(MathF.Sqrt(Float(a))),
        Op.Abs => static (a, _, _) => Bits(MathF.Abs(Float(a))),
        Op.Min => static (a, b, _) => Bits(MathF.Min(Float(a), Float(b))),
        Op.Max => static (a, b, _) => Bits(MathF.Max(Float(a), Float(b))),
        Op.Floor => static (a, _, _) => Bits(MathF.Floor(Float(a))),
        Op.Ceiling => static (a, _, _) => Bits(MathF.Ceiling(Float(a))),
        Op.Truncate => static (a, _, _) => Bits(MathF.Truncate(Float(a))),
        Op.RoundEven => static (a, _, _) => Bits(MathF.Round(Float(a))),
        Op.Exp => static (a, _, _) => Bits(MathF.Exp(Float(a))),
        Op.Log => static (a, _, _) => Bits(MathF.Log(Float(a))),
        Op.Sin => static (a, _, _) => Bits(MathF.Sin(Float(a))),
        Op.Cos => static (a, _, _) => Bits(MathF.Cos(Float(a))),
        Op.Log2 => static (a, _, _) => Bits(MathF.Log2(Float(a))),
        Op.Log10 => static (a, _, _) => Bits(MathF.Log10(Float(a))),
        Op.Tan => static (a, _, _) => Bits(MathF.Tan(Float(a))),
        Op.Asin => static (a, _, _) => Bits(MathF.Asin(Float(a))),
        Op.Acos => static (a, _, _) => Bits(MathF.Acos(Float(a))),
        Op.Atan => static (a, _, _) => Bits(MathF.Atan(Float(a))),
        Op.Sinh => static (a, _, _) => Bits(MathF.Sinh(Float(a))),
        Op.Cosh => static (a, _, _) => Bits(MathF.Cosh(Float(a))),
        Op.Atan2 => static (a, b, _) => Bits(MathF.Atan2(Float(a), Float(b))),
        Op.Rem => static (a, b, _) => Bits(Float(a) % Float(b)),
        Op.Tanh => static (a, _, _) => Bits(MathF.Tanh(Float(a))),
        Op.Pow => static (a, b, _) => Bits(MathF.Pow(Float(a), Float(b))),
        Op.Eq => static (a, b, _) => Bit(Float(a) == Float(b)),
        Op.Ne => static (a, b, _) => Bit(Float(a) != Float(b)),
        Op.Lt => static (a, b, _) => Bit(Float(a) < Float(b)),
        Op.Le => static (a, b, _) => Bit(Float(a) <= Float(b)),
        Op.Gt => static (a, b, _) => Bit(Float(a) > Float(b)),
        Op.Ge => static (a, b, _) => Bit(Float(a) >= Float(b)),
        _ => null,
    };

    private static Evaluate? FromFloat(Op op, IrType type) => op switch
    {
        Op.BitCast => static (a, _, _) => a,
        Op.FloatToFloat when type == IrType.F64 => static (a, _, _) => Bits((double)Float(a)),
        Op.FloatToFloat => static (a, _, _) => a,
        Op.FloatToInt when type == IrType.I32 => static (a, _, _) => (int)Float(a),
        Op.FloatToInt => static (a, _, _) => (long)Float(a),
        Op.FloatToUInt when type == IrType.I32 => static (a, _, _) => (int)(uint)Float(a),
        Op.FloatToUInt => static (a, _, _) => (long)(ulong)Float(a),
        _ => null,
    };

    private static Evaluate? OnDouble(Op op) => op switch
    {
        Op.Add => static (a, b, _) => Bits(Double(a) + Double(b)),
        Op.Sub => static (a, b, _) => Bits(Double(a) - Double(b)),
        Op.Mul => static (a, b, _) => Bits(Double(a) * Double(b)),
        Op.Div => static (a, b, _) => Bits(Double(a) / Double(b)),
        Op.Neg => static (a, _, _) => Bits(-Double(a)),
        Op.Fma => static (a, b, c) => Bits(Math.FusedMultiplyAdd(Double(a), Double(b), Double(c))),
        Op.Sqrt => static (a, _, _) => Bits(Math.Sqrt(Double(a))),
        Op.Abs => static (a, _, _) => Bits(Math.Abs(Double(a))),
        Op.Min => static (a, b, _) => Bits(Math.Min(Double(a), Double(b))),
        Op.Max => static (a, b, _) => Bits(Math.Max(Double(a), Double(b))),
        Op.Floor => static (a, _, _) => Bits(Math.Floor(Double(a))),
        Op.Ceiling => static (a, _, _) => Bits(Math.Ceiling(Double(a))),
        Op.Truncate => static (a, _, _) => Bits(Math.Truncate(Double(a))),
        Op.RoundEven => static (a, _, _) => Bits(Math.Round(Double(a))),
        Op.Exp => static (a, _, _) => Bits(Math.Exp(Double(a))),
        Op.Log => static (a, _, _) => Bits(Math.Log(Double(a))),
        Op.Sin => static (a, _, _) => Bits(Math.Sin(Double(a))),
        Op.Cos => static (a, _, _) => Bits(Math.Cos(Double(a))),
        Op.Log2 => static (a, _, _) => Bits(Math.Log2(Double(a))),
        Op.Log10 => static (a, _, _) => Bits(Math.Log10(Double(a))),
        Op.Tan => static (a, _, _) => Bits(Math.Tan(Double(a))),
        Op.Asin => static (a, _, _) => Bits(Math.Asin(Double(a))),
        Op.Acos => static (a, _, _) => Bits(Math.Acos(Double(a))),
        Op.Atan => static (a, _, _) => Bits(Math.Atan(Double(a))),
        Op.Sinh => static (a, _, _) => Bits(Math.Sinh(Double(a))),
        Op.Cosh => static (a, _, _) => Bits(Math.Cosh(Double(a))),
        Op.Atan2 => static (a, b, _) => Bits(Math.Atan2(Double(a), Double(b))),
        Op.Rem => static (a, b, _) => Bits(Double(a) % Double(b)),
        Op.Tanh => static (a, _, _) => Bits(Math.Tanh(Double(a))),
        Op.Pow => static (a, b, _) => Bits(Math.Pow(Double(a), Double(b))),
        Op.Eq => static (a, b, _) => Bit(Double(a) == Double(b)),
        Op.Ne => static (a, b, _) => Bit(Double(a) != Double(b)),
        Op.Lt => static (a, b, _) => Bit(Double(a) < Double(b)),
        Op.Le => static (a, b, _) => Bit(Double(a) <= Double(b)),
        Op.Gt => static (a, b, _) => Bit(Double(a) > Double(b)),
        Op.Ge => static (a, b, _) => Bit(Double(a) >= Double(b)),
        _ => null,
    };

    private static Evaluate? FromDouble(Op op, IrType type) => op switch
    {
        Op.BitCast => static (a, _, _) => a,
        Op.FloatToFloat when type == IrType.F32 => static (a, _, _) => Bits((float)Double(a)),
        Op.FloatToFloat => static (a, _, _) => a,
        Op.FloatToInt when type == IrType.I32 => static (a, _, _) => (int)Double(a),
        Op.FloatToInt => static (a, _, _) => (long)Double(a),
        Op.FloatToUInt when type == IrType.I32 => static (a, _, _) => (int)(uint)Double(a),
        Op.FloatToUInt => static (a, _, _) => (long)(ulong)Double(a),
        _ => null,
    };

    private static long Bit(bool value) => value ? 1 : 0;
    private static float Float(long bits) => BitConverter.Int32BitsToSingle((int)bits);
    private static double Double(long bits) => BitConverter.Int64BitsToDouble(bits);
    private static long Bits(float value) => BitConverter.SingleToInt32Bits(value);
    private static long Bits(double value) => BitConverter.DoubleToInt64Bits(value);
}
