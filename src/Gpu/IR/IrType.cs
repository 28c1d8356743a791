namespace VaeGpu.Gpu.IR;

/// <summary>The kinds of value. Integers have no sign; the operations do.</summary>
internal enum Scalar : byte
{
    Bool,
    I32,
    I64,
    F32,
    F64,
    Pointer,
}

/// <summary>Where a pointer points; part of its type from the start.</summary>
internal enum AddressSpace : byte
{
    None,
    Global,
    Shared,
    Local,
}

/// <summary>The type of a value. Only <see cref="Op.LoadWide"/> gives more lanes than one.</summary>
internal readonly record struct IrType(Scalar Scalar, AddressSpace Space = AddressSpace.None, int Lanes = 1)
{
    public static readonly IrType Bool = new(Scalar.Bool);
    public static readonly IrType I32 = new(Scalar.I32);
    public static readonly IrType I64 = new(Scalar.I64);
    public static readonly IrType F32 = new(Scalar.F32);
    public static readonly IrType F64 = new(Scalar.F64);

    public static IrType Pointer(AddressSpace space) => new(Scalar.Pointer, space);

    public bool IsPointer => Scalar == Scalar.Pointer;
    public bool IsFloat => Scalar is Scalar.F32 or Scalar.F64;
    public bool IsInteger => Scalar is Scalar.I32 or Scalar.I64;

    /// <summary>The size of a value in registers.</summary>
    public int Bytes => Scalar is Scalar.I32 or Scalar.F32 or Scalar.Bool ? 4 : 8;

    public override string ToString() => IsPointer
        ? $"ptr.{Space.ToString().ToLowerInvariant()}"
        : Scalar.ToString().ToLowerInvariant() + (Lanes > 1 ? $"x{Lanes}" : "");
}

/// <summary>How a value lies in memory. Small integers widen to <see cref="Scalar.I32"/> when loaded.</summary>
internal enum MemoryType : byte
{
    I8,
    U8,
    I16,
    U16,
    I32,
    I64,
    F32,
    F64,
}

internal static class MemoryTypes
{
    public static int Bytes(this MemoryType type) => type switch
    {
        MemoryType.I8 or MemoryType.U8 => 1,
        MemoryType.I16 or MemoryType.U16 => 2,
        MemoryType.I32 or MemoryType.F32 => 4,
        _ => 8,
    };

    public static IrType ValueType(this MemoryType type) => type switch
    {
        MemoryType.I64 => IrType.I64,
        MemoryType.F32 => IrType.F32,
        MemoryType.F64 => IrType.F64,
        _ => IrType.I32,
    };

    /// <summary>The bits of a value in memory; small integers widen.</summary>
    public static long Read(this MemoryType type, ref readonly byte at) => type switch
    {
        MemoryType.I8 => (sbyte)at,
        MemoryType.U8 => at,
        MemoryType.I16 => Unsafe.ReadUnaligned<short>(in at),
        MemoryType.U16 => Unsafe.ReadUnaligned<ushort>(in at),
        MemoryType.I32 or MemoryType.F32 => Unsafe.ReadUnaligned<int>(in at),
        _ => Unsafe.ReadUnaligned<long>(in at),
    };

    /// <summary>Stores as many of the low bits as the type has.</summary>
    public static void Write(this MemoryType type, ref byte at, long bits)
    {
        int bytes = type.Bytes();
        if (bytes == sizeof(byte))
            at = (byte)bits;
        else if (bytes == sizeof(short))
            Unsafe.WriteUnaligned(ref at, (short)bits);
        else if (bytes == sizeof(int))
            Unsafe.WriteUnaligned(ref at, (int)bits);
        else
            Unsafe.WriteUnaligned(ref at, bits);
    }

    public static MemoryType? Of(Type type)
    {
        if (type.IsEnum)
            type = Enum.GetUnderlyingType(type);
        return Type.GetTypeCode(type) switch
        {
            TypeCode.SByte => MemoryType.I8,
            TypeCode.Byte or TypeCode.Boolean => MemoryType.U8,
            TypeCode.Int16 => MemoryType.I16,
            TypeCode.UInt16 or TypeCode.Char => MemoryType.U16,
            TypeCode.Int32 or TypeCode.UInt32 => MemoryType.I32,
            TypeCode.Int64 or TypeCode.UInt64 => MemoryType.I64,
            TypeCode.Single => MemoryType.F32,
            TypeCode.Double => MemoryType.F64,
            _ => null,
        };
    }
}
