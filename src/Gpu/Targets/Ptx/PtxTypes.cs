namespace VaeGpu.Gpu.Targets.Ptx;

/// <summary>Types, registers and constants as PTX spells them. Shared and local addresses are 32 bits wide, global ones 64.</summary>
internal static class PtxTypes
{
    /// <summary>The letters of a type's registers.</summary>
    public static string Prefix(IrType type) => type.Scalar switch
    {
        Scalar.Bool => "%p",
        Scalar.F32 => "%f",
        Scalar.F64 => "%fd",
        _ => IsWide(type) ? "%rd" : "%r",
    };

    /// <summary>The type of a move: floats as such, all else as bits.</summary>
    public static string Move(IrType type) => type.Scalar switch
    {
        Scalar.Bool => "pred",
        Scalar.F32 => "f32",
        Scalar.F64 => "f64",
        _ => Unsigned(type),
    };

    public static string Signed(IrType type) => IsWide(type) ? "s64" : "s32";

    public static string Unsigned(IrType type) => IsWide(type) ? "u64" : "u32";

    public static string Bits(IrType type) => type.Scalar == Scalar.Bool ? "pred" : IsWide(type) ? "b64" : "b32";

    public static string Float(IrType type) => type == IrType.F32 ? "f32" : "f64";

    public static string Name(MemoryType type) => type switch
    {
        MemoryType.I8 => "s8",
        MemoryType.U8 => "u8",
        MemoryType.I16 => "s16",
        MemoryType.U16 => "u16",
        MemoryType.I32 => "u32",
        MemoryType.I64 => "u64",
        MemoryType.F32 => "f32",
        _ => "f64",
    };

    public static string Name(AddressSpace space) => space switch
    {
        AddressSpace.Global => "global",
        AddressSpace.Shared => "shared",
        AddressSpace.Local => "local",
        _ => throw new InvalidOperationException("A pointer without an address space."),
    };

    /// <summary>A constant with exactly its bits.</summary>
    public static string Literal(Constant constant) => constant.Type.Scalar switch
    {
        Scalar.Bool => constant.Bits != 0 ? "-1" : "0",
        Scalar.F32 => $"0f{constant.Int:X8}",
        Scalar.F64 => $"0d{constant.Bits:X16}",
        Scalar.I32 => constant.Int.ToString(CultureInfo.InvariantCulture),
        _ when constant.Bits == long.MinValue => "0x8000000000000000",
        _ => constant.Bits.ToString(CultureInfo.InvariantCulture),
    };

    private static bool IsWide(IrType type) =>
        type.Scalar is Scalar.I64 or Scalar.F64 || type.IsPointer && type.Space is AddressSpace.Global or AddressSpace.None;
}
