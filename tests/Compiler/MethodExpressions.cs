using System.Reflection.Emit;
using VaeGpu.Gpu.IR;

namespace VaeGpu.Tests.Compiler;

/// <summary>The IL that C# has for operations without control flow and memory: operators, casts and functions of .NET and ILGPU.</summary>
internal sealed class MethodExpressions(ILGenerator il, Action<Value> push)
{
    private static readonly string[] Axes = ["X", "Y", "Z"];

    public static Type TypeOf(IrType type) => type.Scalar switch
    {
        Scalar.Bool => typeof(bool),
        Scalar.I32 => typeof(int),
        Scalar.I64 => typeof(long),
        Scalar.F32 => typeof(float),
        _ => typeof(double),
    };

    public static Type TypeOf(MemoryType type) => type switch
    {
        MemoryType.I8 => typeof(sbyte),
        MemoryType.U8 => typeof(byte),
        MemoryType.I16 => typeof(short),
        MemoryType.U16 => typeof(ushort),
        _ => TypeOf(type.ValueType()),
    };

    public void Push(Constant constant)
    {
        switch (constant.Type.Scalar)
        {
            case Scalar.I64:
                il.Emit(OpCodes.Ldc_I8, constant.Bits);
                break;
            case Scalar.F32:
                il.Emit(OpCodes.Ldc_R4, constant.Float);
                break;
            case Scalar.F64:
                il.Emit(OpCodes.Ldc_R8, constant.Double);
                break;
            default:
                il.Emit(OpCodes.Ldc_I4, constant.Int);
                break;
        }
    }

    /// <summary>C#'s conditional operator: the value is on the stack where the branches meet.</summary>
    public void Choose(Value condition, Action whenTrue, Action whenFalse)
    {
        Label otherwise = il.DefineLabel(), end = il.DefineLabel();
        push(condition);
        il.Emit(OpCodes.Brfalse, otherwise);
        whenTrue();
        il.Emit(OpCodes.Br, end);
        il.MarkLabel(otherwise);
        whenFalse();
        il.MarkLabel(end);
    }

    /// <summary>The cast of an int that a small element takes.</summary>
    public void Narrow(MemoryType type)
    {
        if (type <= MemoryType.U16)
            il.Emit(type switch
            {
                MemoryType.I8 => OpCodes.Conv_I1,
                MemoryType.U8 => OpCodes.Conv_U1,
                MemoryType.I16 => OpCodes.Conv_I2,
                _ => OpCodes.Conv_U2,
            });
    }

    /// <summary>The value of an operation, or what it does.</summary>
    public void Push(Instruction i)
    {
        if (i.Op is >= Op.GroupIndex and <= Op.WarpSize)
            Place(i);
        else if (i.Op is Op.Div or Op.DivU or Op.Rem or Op.RemU && i.Type.IsInteger)
            Divide(i);
        else if (i.Op == Op.MulHighU)
            MultiplyHigh(i);
        else if (i.Op.IsComparison())
            Compare(i);
        else if (i.Op == Op.Select)
            Choose(i.Operands[0], () => push(i.Operands[1]), () => push(i.Operands[2]));
        else
        {
            foreach (Value operand in i.Operands)
                push(operand);
            if (!Operator(i) && !Conversion(i) && !Synchronization(i))
                Function(i);
        }
    }

    private void Place(Instruction i)
    {
        (Type type, string property) = i.Op switch
        {
            Op.GroupIndex => (typeof(Group), "Idx" + Axes[i.Attribute]),
            Op.GroupDim => (typeof(Group), "Dim" + Axes[i.Attribute]),
            Op.GridIndex => (typeof(Grid), "Idx" + Axes[i.Attribute]),
            Op.GridDim => (typeof(Grid), "Dim" + Axes[i.Attribute]),
            Op.LaneIndex => (typeof(Warp), nameof(Warp.LaneIdx)),
            Op.WarpIndex => (typeof(Warp), nameof(Warp.WarpIdx)),
            _ => (typeof(Warp), nameof(Warp.WarpSize)),
        };
        il.Emit(OpCodes.Call, type.GetProperty(property)!.GetMethod!);
    }

    /// <summary>.NET throws at a divisor of 0, and where the quotient has no room; so a kernel asks for both first.</summary>
    private void Divide(Instruction i)
    {
        // ILGPU's front end divides constants when it compiles, in a branch that is never taken, too.
        if (i.Operands[1] is Constant { Bits: 0 })
        {
            Push(Constant.Zero(i.Type));
            return;
        }
        bool isSigned = i.Op is Op.Div or Op.Rem;
        Label end = il.DefineLabel();
        if (i.Operands[1] is not Constant { Bits: not (0 or -1) })
        {
            Label notZero = il.DefineLabel(), other = il.DefineLabel();
            push(i.Operands[1]);
            il.Emit(OpCodes.Brtrue, notZero);
            Push(Constant.Zero(i.Type));
            il.Emit(OpCodes.Br, end);
            il.MarkLabel(notZero);
            if (isSigned)
            {
                push(i.Operands[1]);
                Push(new Constant(i.Type, -1));
                il.Emit(OpCodes.Bne_Un, other);
                Push(Constant.Zero(i.Type));
                if (i.Op == Op.Div)
                {
                    push(i.Operands[0]);
                    il.Emit(OpCodes.Sub);
                }
                il.Emit(OpCodes.Br, end);
            }
            il.MarkLabel(other);
        }
        push(i.Operands[0]);
        push(i.Operands[1]);
        il.Emit(i.Op switch { Op.Div => OpCodes.Div, Op.DivU => OpCodes.Div_Un, Op.Rem => OpCodes.Rem, _ => OpCodes.Rem_Un });
        il.MarkLabel(end);
    }

    private void MultiplyHigh(Instruction i)
    {
        foreach (Value factor in i.Operands)
        {
            push(factor);
            il.Emit(OpCodes.Conv_U8);
        }
        il.Emit(OpCodes.Mul);
        il.Emit(OpCodes.Ldc_I4, 32);
        il.Emit(OpCodes.Shr_Un);
        il.Emit(OpCodes.Conv_I4);
    }

    private void Compare(Instruction i)
    {
        push(i.Operands[0]);
        push(i.Operands[1]);
        bool isFloat = i.Operands[0].Type.IsFloat;
        (OpCode code, bool isOpposite) = i.Op switch
        {
            Op.Eq => (OpCodes.Ceq, false),
            Op.Ne => (OpCodes.Ceq, true),
            Op.Lt => (OpCodes.Clt, false),
            Op.Gt => (OpCodes.Cgt, false),
            // Of floats "or unordered", as the opposite is ordered.
            Op.Le => (isFloat ? OpCodes.Cgt_Un : OpCodes.Cgt, true),
            Op.Ge => (isFloat ? OpCodes.Clt_Un : OpCodes.Clt, true),
            Op.LtU => (OpCodes.Clt_Un, false),
            Op.GtU => (OpCodes.Cgt_Un, false),
            Op.LeU => (OpCodes.Cgt_Un, true),
            _ => (OpCodes.Clt_Un, true),
        };
        il.Emit(code);
        if (isOpposite)
            Opposite();
    }

    private void Opposite()
    {
        il.Emit(OpCodes.Ldc_I4_0);
        il.Emit(OpCodes.Ceq);
    }

    private bool Operator(Instruction i)
    {
        switch (i.Op)
        {
            case Op.Not when i.Type == IrType.Bool:
                Opposite();
                return true;
            case Op.Shl or Op.Shr or Op.ShrU:
                il.Emit(OpCodes.Ldc_I4, i.Type == IrType.I32 ? 31 : 63);
                il.Emit(OpCodes.And);
                break;
        }
        OpCode? code = i.Op switch
        {
            Op.Add => OpCodes.Add,
            Op.Sub => OpCodes.Sub,
            Op.Mul => OpCodes.Mul,
            Op.Div => OpCodes.Div,
            Op.Neg => OpCodes.Neg,
            Op.And => OpCodes.And,
            Op.Or => OpCodes.Or,
            Op.Xor => OpCodes.Xor,
            Op.Not => OpCodes.Not,
            Op.Shl => OpCodes.Shl,
            Op.Shr => OpCodes.Shr,
            Op.ShrU => OpCodes.Shr_Un,
            _ => null,
        };
        if (code is { } known)
            il.Emit(known);
        return code is not null;
    }

    private bool Conversion(Instruction i)
    {
        bool isSingle = i.Type == IrType.F32, isInt = i.Type == IrType.I32;
        switch (i.Op)
        {
            case Op.BoolToInt:
                return true;
            case Op.UIntToFloat:
                il.Emit(OpCodes.Conv_R_Un);
                break;
        }
        OpCode? code = i.Op switch
        {
            Op.SignExtend => OpCodes.Conv_I8,
            Op.ZeroExtend => OpCodes.Conv_U8,
            Op.Truncate64 => OpCodes.Conv_I4,
            Op.SignExtend8 => OpCodes.Conv_I1,
            Op.SignExtend16 => OpCodes.Conv_I2,
            Op.IntToFloat or Op.UIntToFloat or Op.FloatToFloat => isSingle ? OpCodes.Conv_R4 : OpCodes.Conv_R8,
            Op.FloatToInt => isInt ? OpCodes.Conv_I4 : OpCodes.Conv_I8,
            Op.FloatToUInt => isInt ? OpCodes.Conv_U4 : OpCodes.Conv_U8,
            _ => null,
        };
        if (code is { } known)
            il.Emit(known);
        return code is not null;
    }

    private bool Synchronization(Instruction i)
    {
        string? name = i.Op switch
        {
            Op.Barrier or Op.BarrierAnd or Op.BarrierOr or Op.BarrierPopCount => i.Op.ToString(),
            Op.GroupBroadcast => nameof(Group.Broadcast),
            _ => null,
        };
        if (name is null)
            return false;
        var method = typeof(Group).GetMethods().Single(m => m.Name == name);
        il.Emit(OpCodes.Call, method.IsGenericMethod ? method.MakeGenericMethod(TypeOf(i.Type)) : method);
        return true;
    }

    private void Function(Instruction i)
    {
        Type type = TypeOf(i.Operands[0].Type), library = type == typeof(float) ? typeof(MathF) : typeof(Math);
        (library, string name) = i.Op switch
        {
            Op.Fma => (library, nameof(Math.FusedMultiplyAdd)),
            Op.Sqrt or Op.Floor or Op.Ceiling or Op.Truncate or Op.Abs or Op.Min or Op.Max => (library, i.Op.ToString()),
            Op.RoundEven => (library, nameof(Math.Round)),
            Op.BitCast => (typeof(BitConverter), i.Type.Scalar switch
            {
                Scalar.I32 => nameof(BitConverter.SingleToInt32Bits),
                Scalar.F32 => nameof(BitConverter.Int32BitsToSingle),
                Scalar.I64 => nameof(BitConverter.DoubleToInt64Bits),
                _ => nameof(BitConverter.Int64BitsToDouble),
            }),
            _ => throw new NotSupportedException($"C# has no form of {i.Op}."),
        };
        il.Emit(OpCodes.Call, library.GetMethod(name, [.. i.Operands.Select(_ => type)])!);
    }
}
