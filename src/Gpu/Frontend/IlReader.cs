using System.Reflection;
using System.Reflection.Emit;

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
        bool holdsNumber = name.StartsWith("ldc.i4.", StringComparison.Ordinal)
            || name[..^1] is "ldloc." or "stloc." or "ldarg.";
        return holdsNumber
            ? new Form(code, name[..name.LastIndexOf('.')], name.EndsWith("m1", StringComparison.Ordinal) ? -1L : (long)(name[^1] - '0'))
            : new Form(code, name, null);
    }

    public static List<IlInstruction> Read(MethodBase method, byte[] il)
    {
        var instructions = new List<IlInstruction>();
        Type[]? typeArguments = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        Type[]? methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        int at = 0;
        while (at < il.Length)
        {
            int offset = at;
            Form form = il[at] == 0xFE ? twoByte[il[++at]] : oneByte[il[at]];
            at++;
            object? operand = form.Implied ?? ReadOperand(form.Code);
            instructions.Add(new IlInstruction(offset, form.Operation, form.Code.FlowControl, operand));
        }
        return instructions;

        int Int32()
        {
            at += 4;
            return BitConverter.ToInt32(il, at - 4);
        }

        object? ReadOperand(OpCode code)
        {
            switch (code.OperandType)
            {
                case OperandType.InlineNone:
                    return null;
                case OperandType.ShortInlineBrTarget:
                    int near = (sbyte)il[at++];
                    return at + near;
                case OperandType.InlineBrTarget:
                    int far = Int32();
                    return at + far;
                case OperandType.ShortInlineI:
                    return (long)(sbyte)il[at++];
                case OperandType.ShortInlineVar:
                    return (long)il[at++];
                case OperandType.InlineVar:
                    at += 2;
                    return (long)BitConverter.ToUInt16(il, at - 2);
                case OperandType.InlineI:
                    return (long)Int32();
                case OperandType.InlineI8:
                    at += 8;
                    return BitConverter.ToInt64(il, at - 8);
                case OperandType.ShortInlineR:
                    at += 4;
                    return BitConverter.ToSingle(il, at - 4);
                case OperandType.InlineR:
                    at += 8;
                    return BitConverter.ToDouble(il, at - 8);
                case OperandType.InlineSwitch:
                    int count = Int32();
                    int[] deltas = [.. Enumerable.Range(0, count).Select(_ => Int32())];
                    return Array.ConvertAll(deltas, d => d + at);
                case OperandType.InlineString:
                    return method.Module.ResolveString(Int32());
                case OperandType.InlineSig:
                    return Int32();
                default:
                    return method.Module.ResolveMember(Int32(), typeArguments, methodArguments);
            }
        }
    }
}
