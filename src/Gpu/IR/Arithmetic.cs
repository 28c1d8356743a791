using System.Numerics;

namespace VaeGpu.Gpu.IR;

/// <summary>An operation on the bits of its operands; one that it does not have is passed and ignored.</summary>
internal delegate long Evaluate(long a, long b, long c);

/// <summary>
/// What each operation on numbers computes, for the folding of constants and for the interpreter. Values are bits in a long: 32-bit ones
/// sign-extended, Bool as 0 or 1.
/// </summary>
internal static class Arithmetic
{
    /// <summary>The function of an operation by the type of its first operand; null where it does not compute numbers.</summary>
    public static Evaluate? Of(Op op, IrType operand, IrType result) => op == Op.Select
        ? static (condition, whenTrue, whenFalse) => condition != 0 ? whenTrue : whenFalse
        : operand.Scalar switch
        {
            Scalar.Bool => OnBool(op),
            Scalar.I32 => OnIntegers<int>(op) ?? OnBits(op) ?? FromInteger<int>(op, result),
            Scalar.I64 => OnIntegers<long>(op) ?? OnBits(op) ?? FromInteger<long>(op, result),
            Scalar.F32 => OnFloats<float>(op) ?? FromFloat<float>(op, operand, result),
            Scalar.F64 => OnFloats<double>(op) ?? FromFloat<double>(op, operand, result),
            _ => null,
        };

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

    /// <summary>What is the same for every width: sign-extended bits keep the order of signed and of unsigned numbers.</summary>
    private static Evaluate? OnBits(Op op) => op switch
    {
        Op.And => static (a, b, _) => a & b,
        Op.Or => static (a, b, _) => a | b,
        Op.Xor => static (a, b, _) => a ^ b,
        Op.Not => static (a, _, _) => ~a,
        Op.Min => static (a, b, _) => Math.Min(a, b),
        Op.Max => static (a, b, _) => Math.Max(a, b),
        Op.Eq => static (a, b, _) => Bit(a == b),
        Op.Ne => static (a, b, _) => Bit(a != b),
        Op.Lt => static (a, b, _) => Bit(a < b),
        Op.Le => static (a, b, _) => Bit(a <= b),
        Op.Gt => static (a, b, _) => Bit(a > b),
        Op.Ge => static (a, b, _) => Bit(a >= b),
        Op.LtU => static (a, b, _) => Bit((ulong)a < (ulong)b),
        Op.LeU => static (a, b, _) => Bit((ulong)a <= (ulong)b),
        Op.GtU => static (a, b, _) => Bit((ulong)a > (ulong)b),
        Op.GeU => static (a, b, _) => Bit((ulong)a >= (ulong)b),
        Op.SignExtend or Op.BitCast => static (a, _, _) => a,
        Op.ZeroExtend => static (a, _, _) => (uint)a,
        Op.Truncate64 => static (a, _, _) => (int)a,
        Op.SignExtend8 => static (a, _, _) => (sbyte)a,
        Op.SignExtend16 => static (a, _, _) => (short)a,
        _ => null,
    };

    private static Evaluate? OnIntegers<T>(Op op) where T : unmanaged, IBinaryInteger<T> => op switch
    {
        Op.Add => static (a, b, _) => Wrapped<T>(a + b),
        Op.Sub => static (a, b, _) => Wrapped<T>(a - b),
        Op.Mul => static (a, b, _) => Wrapped<T>(a * b),
        Op.Div => static (a, b, _) => b == 0 ? 0 : b == -1 ? Wrapped<T>(-a) : a / b,
        Op.Rem => static (a, b, _) => b is 0 or -1 ? 0 : a % b,
        Op.DivU => static (a, b, _) => b == 0 ? 0 : Wrapped<T>((long)(Unsigned<T>(a) / Unsigned<T>(b))),
        Op.RemU => static (a, b, _) => b == 0 ? 0 : Wrapped<T>((long)(Unsigned<T>(a) % Unsigned<T>(b))),
        Op.MulHighU when typeof(T) == typeof(int) => static (a, b, _) => (int)(((ulong)(uint)a * (uint)b) >> 32),
        Op.Neg => static (a, _, _) => Wrapped<T>(-a),
        Op.Shl => static (a, b, _) => Wrapped<T>(a << Count<T>(b)),
        Op.Shr => static (a, b, _) => a >> Count<T>(b),
        Op.ShrU => static (a, b, _) => Wrapped<T>((long)(Unsigned<T>(a) >> Count<T>(b))),
        _ => null,
    };

    private static Evaluate? FromInteger<T>(Op op, IrType type) where T : unmanaged, IBinaryInteger<T> => op switch
    {
        Op.IntToFloat when type == IrType.F32 => static (a, _, _) => Bits((float)a),
        Op.IntToFloat => static (a, _, _) => Bits((double)a),
        Op.UIntToFloat when type == IrType.F32 => static (a, _, _) => Bits((float)Unsigned<T>(a)),
        Op.UIntToFloat => static (a, _, _) => Bits((double)Unsigned<T>(a)),
        _ => null,
    };

    private static Evaluate? OnFloats<T>(Op op) where T : unmanaged, IFloatingPointIeee754<T> => op switch
    {
        Op.Add => static (a, b, _) => Bits(Float<T>(a) + Float<T>(b)),
        Op.Sub => static (a, b, _) => Bits(Float<T>(a) - Float<T>(b)),
        Op.Mul => static (a, b, _) => Bits(Float<T>(a) * Float<T>(b)),
        Op.Div => static (a, b, _) => Bits(Float<T>(a) / Float<T>(b)),
        Op.Rem => static (a, b, _) => Bits(Float<T>(a) % Float<T>(b)),
        Op.Neg => static (a, _, _) => Bits(-Float<T>(a)),
        Op.Fma => static (a, b, c) => Bits(T.FusedMultiplyAdd(Float<T>(a), Float<T>(b), Float<T>(c))),
        Op.Sqrt => static (a, _, _) => Bits(T.Sqrt(Float<T>(a))),
        Op.Abs => static (a, _, _) => Bits(T.Abs(Float<T>(a))),
        Op.Min => static (a, b, _) => Bits(T.Min(Float<T>(a), Float<T>(b))),
        Op.Max => static (a, b, _) => Bits(T.Max(Float<T>(a), Float<T>(b))),
        Op.Floor => static (a, _, _) => Bits(T.Floor(Float<T>(a))),
        Op.Ceiling => static (a, _, _) => Bits(T.Ceiling(Float<T>(a))),
        Op.Truncate => static (a, _, _) => Bits(T.Truncate(Float<T>(a))),
        Op.RoundEven => static (a, _, _) => Bits(T.Round(Float<T>(a))),
        Op.Exp => static (a, _, _) => Bits(T.Exp(Float<T>(a))),
        Op.Log => static (a, _, _) => Bits(T.Log(Float<T>(a))),
        Op.Log2 => static (a, _, _) => Bits(T.Log2(Float<T>(a))),
        Op.Log10 => static (a, _, _) => Bits(T.Log10(Float<T>(a))),
        Op.Sin => static (a, _, _) => Bits(T.Sin(Float<T>(a))),
        Op.Cos => static (a, _, _) => Bits(T.Cos(Float<T>(a))),
        Op.Tan => static (a, _, _) => Bits(T.Tan(Float<T>(a))),
        Op.Asin => static (a, _, _) => Bits(T.Asin(Float<T>(a))),
        Op.Acos => static (a, _, _) => Bits(T.Acos(Float<T>(a))),
        Op.Atan => static (a, _, _) => Bits(T.Atan(Float<T>(a))),
        Op.Sinh => static (a, _, _) => Bits(T.Sinh(Float<T>(a))),
        Op.Cosh => static (a, _, _) => Bits(T.Cosh(Float<T>(a))),
        Op.Tanh => static (a, _, _) => Bits(T.Tanh(Float<T>(a))),
        Op.Atan2 => static (a, b, _) => Bits(T.Atan2(Float<T>(a), Float<T>(b))),
        Op.Pow => static (a, b, _) => Bits(T.Pow(Float<T>(a), Float<T>(b))),
        Op.Eq => static (a, b, _) => Bit(Float<T>(a) == Float<T>(b)),
        Op.Ne => static (a, b, _) => Bit(Float<T>(a) != Float<T>(b)),
        Op.Lt => static (a, b, _) => Bit(Float<T>(a) < Float<T>(b)),
        Op.Le => static (a, b, _) => Bit(Float<T>(a) <= Float<T>(b)),
        Op.Gt => static (a, b, _) => Bit(Float<T>(a) > Float<T>(b)),
        Op.Ge => static (a, b, _) => Bit(Float<T>(a) >= Float<T>(b)),
        _ => null,
    };

    /// <summary>Conversions to integers saturate and take NaN to 0; a double holds every float.</summary>
    private static Evaluate? FromFloat<T>(Op op, IrType from, IrType to) where T : unmanaged, IFloatingPointIeee754<T> => op switch
    {
        Op.BitCast => static (a, _, _) => a,
        Op.FloatToFloat when from == to => static (a, _, _) => a,
        Op.FloatToFloat when to == IrType.F64 => static (a, _, _) => Bits((double)Float<float>(a)),
        Op.FloatToFloat => static (a, _, _) => Bits((float)Float<double>(a)),
        Op.FloatToInt when to == IrType.I32 => static (a, _, _) => (int)Double<T>(a),
        Op.FloatToInt => static (a, _, _) => (long)Double<T>(a),
        Op.FloatToUInt when to == IrType.I32 => static (a, _, _) => (int)(uint)Double<T>(a),
        Op.FloatToUInt => static (a, _, _) => (long)(ulong)Double<T>(a),
        _ => null,
    };

    private static long Bit(bool value) => value ? 1 : 0;
    private static long Wrapped<T>(long value) => Unsafe.SizeOf<T>() == sizeof(int) ? (int)value : value;
    private static ulong Unsigned<T>(long value) => Unsafe.SizeOf<T>() == sizeof(int) ? (uint)value : (ulong)value;
    private static int Count<T>(long bits) => (int)bits & (8 * Unsafe.SizeOf<T>() - 1);

    private static T Float<T>(long bits) where T : unmanaged =>
        Unsafe.SizeOf<T>() == sizeof(float) ? Unsafe.BitCast<int, T>((int)bits) : Unsafe.BitCast<long, T>(bits);

    private static double Double<T>(long bits) where T : unmanaged =>
        Unsafe.SizeOf<T>() == sizeof(float) ? Float<float>(bits) : Float<double>(bits);

    private static long Bits<T>(T value) where T : unmanaged =>
        Unsafe.SizeOf<T>() == sizeof(float) ? Unsafe.BitCast<T, int>(value) : Unsafe.BitCast<T, long>(value);
}
