namespace VaeGpu.Gpu.Frontend;

/// <summary>
/// One IL instruction, by the name of its longest form: "ldloc" with 2 for ldloc.2 and ldloc.s 2. The operand is a number, a
/// branch target (or targets), or a resolved member.
/// </summary>
internal readonly record struct IlInstruction(int Offset, string Operation, FlowControl Flow, object? Operand)
{
    /// <summary>The local or argument that the instruction names.</summary>
    public int Variable => (int)(long)Operand!;
}

/// <summary>Decodes a method's body (ECMA-335, partition III).</summary>
internal static class IlReader
{
    private static readonly Form[] oneByte = new Form[256], twoByte = new Form[256];

    /// <summary>An instruction's encoding; <paramref name="Implied"/> is the number that its short name holds.</summary>
    private readonly record struct Form(OpCode Code, string Operation, object? Implied);

    static IlReader()
    {
        foreach (FieldInfo field in typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            var code = (OpCode)field.GetValue(null)!;
            (code.Size == 1 ? oneByte : twoByte)[(byte)code.Value] = Describe(code);
        }
    }

    private static Form Describe(OpCode code)
    {
        string name = code.Name!;
        if (name.EndsWith(".s", StringComparison.Ordinal))
            return new Form(code, name[..^2], null);
        bool holdsNumber = name.StartsWith("ldc.i4.", StringComparison.Ordinal) || name[..^1] is "ldloc." or "stloc." or "ldarg.";
        return holdsNumber
            ? new Form(code, name[..name.LastIndexOf('.')], name.EndsWith("m1", StringComparison.Ordinal) ? -1L : (long)(name[^1] - '0'))
            : new Form(code, name, null);
    }

    public static List<IlInstruction> Read(MethodBase method, byte[] il)
    {
        var instructions = new List<IlInstruction>();
        Type[]? typeArguments = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        Type[]? methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        using var reader = new BinaryReader(new MemoryStream(il));
        while (reader.BaseStream.Position < il.Length)
        {
            int offset = (int)reader.BaseStream.Position;
            byte first = reader.ReadByte();
            Form form = first == 0xFE ? twoByte[reader.ReadByte()] : oneByte[first];
            object? operand = form.Implied ?? ReadOperand(form.Code);
            instructions.Add(new IlInstruction(offset, form.Operation, form.Code.FlowControl, operand));
        }
        return instructions;

        object? ReadOperand(OpCode code) => code.OperandType switch
        {
            OperandType.InlineNone => null,
            OperandType.ShortInlineBrTarget => FromHere(reader.ReadSByte()),
            OperandType.InlineBrTarget => FromHere(reader.ReadInt32()),
            OperandType.ShortInlineI => (long)reader.ReadSByte(),
            OperandType.ShortInlineVar => (long)reader.ReadByte(),
            OperandType.InlineVar => (long)reader.ReadUInt16(),
            OperandType.InlineI => (long)reader.ReadInt32(),
            OperandType.InlineI8 => reader.ReadInt64(),
            OperandType.ShortInlineR => reader.ReadSingle(),
            OperandType.InlineR => reader.ReadDouble(),
            OperandType.InlineSwitch => ReadTargets(),
            OperandType.InlineString => method.Module.ResolveString(reader.ReadInt32()),
            OperandType.InlineSig => reader.ReadInt32(),
            _ => method.Module.ResolveMember(reader.ReadInt32(), typeArguments, methodArguments),
        };

        int FromHere(int distance) => (int)reader.BaseStream.Position + distance;

        int[] ReadTargets()
        {
            int[] distances = [.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => reader.ReadInt32())];
            return Array.ConvertAll(distances, FromHere);
        }
    }
}
