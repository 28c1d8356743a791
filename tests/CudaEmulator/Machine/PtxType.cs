namespace VaeGpu.CudaEmulator.Machine;

/// <summary>The types of PTX that the machine knows: of registers, variables and instructions.</summary>
internal enum PtxType
{
    Pred, B8, B16, B32, B64, U8, U16, U32, U64, S8, S16, S32, S64, F16, F16x2, BF16, BF16x2, TF32, F32, F64,
}

/// <summary>
/// Which registers an instruction type takes (PTX ISA, "Operand Type Checking" and "Operand Size Exceeding Instruction-Type Size").
/// </summary>
internal static class PtxTypes
{
    private static readonly Dictionary<string, PtxType> Names =
        Enum.GetValues<PtxType>().ToDictionary(type => type.ToString().ToLowerInvariant());

    public static bool TryParse(string name, out PtxType type) => Names.TryGetValue(name, out type);

    public static string Text(this PtxType type) => "." + type.ToString().ToLowerInvariant();

    public static int Bytes(this PtxType type) => type switch
    {
        PtxType.Pred => 0,
        PtxType.B8 or PtxType.U8 or PtxType.S8 => 1,
        PtxType.B16 or PtxType.U16 or PtxType.S16 or PtxType.F16 or PtxType.BF16 => 2,
        PtxType.B64 or PtxType.U64 or PtxType.S64 or PtxType.F64 => 8,
        _ => 4,
    };

    public static bool IsBits(this PtxType type) => type is PtxType.B8 or PtxType.B16 or PtxType.B32 or PtxType.B64;

    public static bool IsSigned(this PtxType type) => type is PtxType.S8 or PtxType.S16 or PtxType.S32 or PtxType.S64;

    public static bool IsInteger(this PtxType type) => type is >= PtxType.U8 and <= PtxType.S64;

    public static bool IsFloat(this PtxType type) => type >= PtxType.F16;

    /// <summary>Types that a register may be declared with: bf16 and tf32 live in registers of bits.</summary>
    public static bool IsRegister(this PtxType type) => type is not (PtxType.BF16 or PtxType.BF16x2 or PtxType.TF32);

    /// <summary>The integer type of twice the width, which mul.wide gives.</summary>
    public static PtxType Wide(this PtxType type) => type switch
    {
        PtxType.U16 => PtxType.U32,
        PtxType.S16 => PtxType.S32,
        PtxType.U32 => PtxType.U64,
        PtxType.S32 => PtxType.S64,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>True when an instruction of this type takes the register: bits match by size, numbers by size and kind.</summary>
    public static bool Takes(this PtxType instruction, PtxType register) =>
        register == PtxType.Pred || instruction == PtxType.Pred
            ? register == instruction
            : instruction.Bytes() == register.Bytes() && SameKind(instruction, register);

    /// <summary>
    /// True when ld, st or cvt of this type takes the register, which may be wider (floats must fit exactly, unless held in bits).
    /// </summary>
    public static bool TakesWider(this PtxType instruction, PtxType register) =>
        register != PtxType.Pred && instruction != PtxType.Pred && register.Bytes() >= instruction.Bytes()
        && (register.Bytes() == instruction.Bytes() || !register.IsFloat() || instruction.IsBits()) && SameKind(instruction, register);

    private static bool SameKind(PtxType instruction, PtxType register) =>
        instruction.IsBits() || register.IsBits()
        || (instruction.IsInteger() && register.IsInteger())
        || instruction == register;
}
