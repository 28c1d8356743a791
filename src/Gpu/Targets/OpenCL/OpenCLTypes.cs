namespace VaeGpu.Gpu.Targets.OpenCL;

/// <summary>Types and constants as OpenCL C spells them.</summary>
internal static class OpenCLTypes
{
    public static string Name(Scalar scalar) => scalar switch
    {
        Scalar.Bool => "bool",
        Scalar.I32 => "int",
        Scalar.I64 => "long",
        Scalar.F32 => "float",
        Scalar.F64 => "double",
        _ => throw new InvalidOperationException("A pointer's name depends on what it points to."),
    };

    public static string Name(MemoryType type) => type switch
    {
        MemoryType.I8 => "char",
        MemoryType.U8 => "uchar",
        MemoryType.I16 => "short",
        MemoryType.U16 => "ushort",
        _ => Name(type.ValueType().Scalar),
    };

    public static string Name(AddressSpace space) => space switch
    {
        AddressSpace.Global => "__global",
        AddressSpace.Shared => "__local",
        _ => throw new InvalidOperationException("An array in local memory has come through to the OpenCL target."),
    };

    public static string Unsigned(IrType type) => type == IrType.I32 ? "uint" : "ulong";

    /// <summary>A constant with exactly its bits.</summary>
    public static Expression Literal(Constant constant) => constant.Type.Scalar switch
    {
        Scalar.Bool => new(constant.Bits != 0 ? "true" : "false"),
        Scalar.I32 => constant.Int == int.MinValue ? new("INT_MIN") : Signed(constant.Int, ""),
        Scalar.I64 => constant.Bits == long.MinValue ? new("LONG_MIN") : Signed(constant.Bits, "L"),
        Scalar.F32 when !float.IsFinite(constant.Float) => new($"as_float(0x{constant.Int:x8}u)"),
        Scalar.F64 when !double.IsFinite(constant.Double) => new($"as_double(0x{constant.Bits:x16}ul)"),
        Scalar.F32 => Float(constant.Float, "f"),
        _ => Float(constant.Double, ""),
    };

    /// <summary>An integer constant as an unsigned one of the same bits.</summary>
    public static Expression UnsignedLiteral(Constant constant) =>
        new(constant.Type == IrType.I32 ? $"{(uint)constant.Int}u" : $"{(ulong)constant.Bits}ul", Unsigned: true);

    private static Expression Signed(long value, string suffix) =>
        new(value.ToString(CultureInfo.InvariantCulture) + suffix, Atomic: value >= 0);

    private static Expression Float(double value, string suffix)
    {
        // Multiples of an eighth have a short decimal form that is exact; the rest is written in hexadecimal.
        bool isShort = Math.Abs(value) < 1e6 && value * 8 == Math.Truncate(value * 8);
        string digits = isShort ? Math.Abs(value).ToString("0.0##", CultureInfo.InvariantCulture) : Hexadecimal(Math.Abs(value));
        bool negative = double.IsNegative(value);
        return new((negative ? "-" : "") + digits + suffix, Atomic: !negative);
    }

    private static string Hexadecimal(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        long exponent = bits >> 52;
        string fraction = (bits & 0xfffffffffffffL).ToString("x13", CultureInfo.InvariantCulture).TrimEnd('0');
        string lead = exponent == 0 ? "0x0" : "0x1";
        return $"{lead}{(fraction.Length > 0 ? "." : "")}{fraction}p{Math.Max(exponent, 1) - 1023}";
    }
}
