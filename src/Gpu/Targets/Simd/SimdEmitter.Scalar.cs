namespace VaeGpu.Gpu.Targets.Simd;

/// <summary>Values that are the same in all lanes, and the bases of those that are affine: ordinary IL.</summary>
internal sealed partial class SimdEmitter
{
    /// <summary>Pushes a scalar, or the base of an affine value.</summary>
    private void PushScalar(Value value)
    {
        if (value is Constant c)
            PushConstant(c);
        else if (locals.TryGetValue(value, out LocalBuilder[]? local))
            PushFirst(value, local);
        else if (value is Parameter parameter)
            PushParameter(parameter);
        else if (!PushSpilledScalar(value))
            EmitScalarOperation((Instruction)value);
    }

    private void PushFirst(Value value, LocalBuilder[] local)
    {
        il.Emit(OpCodes.Ldloc, local[0]);
        if (!IsScalar(value))
            vectors.Call(il, "ToScalar", vectors.Vector(value.Type));
    }

    private void PushConstant(Constant c)
    {
        switch (c.Type.Scalar)
        {
            case Scalar.F32:
                il.Emit(OpCodes.Ldc_R4, c.Float);
                break;
            case Scalar.F64:
                il.Emit(OpCodes.Ldc_R8, c.Double);
                break;
            case Scalar.I64:
                il.Emit(OpCodes.Ldc_I8, c.Bits);
                break;
            case Scalar.Pointer:
                il.Emit(OpCodes.Ldc_I4_0);
                il.Emit(OpCodes.Conv_U);
                break;
            default:
                il.Emit(OpCodes.Ldc_I4, c.Int);
                break;
        }
    }

    private void EmitScalarOperation(Instruction i)
    {
        switch (i.Op)
        {
            case Op.GridIndex:
                il.Emit(OpCodes.Ldloc, gridIndex[i.Attribute]);
                return;
            case Op.GridDim:
                LoadFrame("Grid" + "XYZ"[(int)i.Attribute]);
                return;
            case Op.GroupIndex:
                EmitGroupIndexBase((int)i.Attribute);
                return;
            case Op.SharedArray:
                LoadFrame(nameof(WorkerFrame.Shared));
                il.Emit(OpCodes.Ldc_I4, checked((int)sharedOffsets[i]));
                il.Emit(OpCodes.Add);
                return;
            case Op.SharedDynamic:
                LoadFrame(nameof(WorkerFrame.Shared));
                il.Emit(OpCodes.Ldc_I4, checked((int)SharedBytes));
                il.Emit(OpCodes.Add);
                return;
            case Op.Select:
                Choose(i.Operands[0], () => PushScalar(i.Operands[1]), () => PushScalar(i.Operands[2]));
                return;
            case Op.PtrAdd:
                PushScalar(i.Operands[0]);
                PushScalar(i.Operands[1]);
                il.Emit(OpCodes.Conv_I);
                PushScale(i.Attribute);
                il.Emit(OpCodes.Add);
                return;
            // A shuffle among lanes that hold the same, a vote in a group of one vector: the value itself.
            case >= Op.Shuffle and <= Op.ShuffleXor:
                PushScalar(i.Operands[0]);
                return;
            case Op.BarrierAnd or Op.BarrierOr or Op.BarrierPopCount or Op.GroupBroadcast:
                EmitGroupOperation(i);
                return;
        }
        foreach (Value operand in i.Operands)
            PushScalar(operand);
        EmitScalarOpCode(i);
    }

    private void PushScale(long bytes)
    {
        if (bytes == 1)
            return;
        il.Emit(OpCodes.Ldc_I4, checked((int)bytes));
        il.Emit(OpCodes.Conv_I);
        il.Emit(OpCodes.Mul);
    }

    /// <summary>The index of the vector's first lane along an axis.</summary>
    private void EmitGroupIndexBase(int axis)
    {
        il.Emit(OpCodes.Ldloc, firstLane!);
        if (axis == 0 && groupDim.Y * groupDim.Z == 1)
            return;
        int below = axis == 0 ? 1 : axis == 1 ? groupDim.X : groupDim.X * groupDim.Y;
        int extent = groupDim.Along(axis);
        il.Emit(OpCodes.Ldc_I4, below);
        il.Emit(OpCodes.Div);
        il.Emit(OpCodes.Ldc_I4, extent);
        il.Emit(OpCodes.Rem);
    }

    /// <summary>Emits a branch on a scalar.</summary>
    private void Choose(Value condition, Action whenTrue, Action? whenFalse)
    {
        Label otherwise = il.DefineLabel(), end = il.DefineLabel();
        PushScalar(condition);
        il.Emit(OpCodes.Brfalse, whenFalse is null ? end : otherwise);
        whenTrue();
        if (whenFalse is not null)
        {
            il.Emit(OpCodes.Br, end);
            il.MarkLabel(otherwise);
            whenFalse();
        }
        il.MarkLabel(end);
    }

    private void EmitScalarOpCode(Instruction i)
    {
        IrType type = i.Operands[0].Type;
        if (ScalarCode(i.Op, type) is { } code)
        {
            if (i.Op is Op.Shl or Op.Shr or Op.ShrU)
            {
                il.Emit(OpCodes.Ldc_I4, type == IrType.I32 ? 31 : 63);
                il.Emit(OpCodes.And);
            }
            il.Emit(code);
            return;
        }
        switch (i.Op)
        {
            case Op.Not when type == IrType.Bool:
                il.Emit(OpCodes.Ldc_I4_0);
                il.Emit(OpCodes.Ceq);
                break;
            case Op.Ne or Op.Le or Op.Ge or Op.LeU or Op.GeU:
                // Of floats, a ≤ b is not "not a > b": the unordered comparison makes it so.
                il.Emit(i.Op switch
                {
                    Op.Ne => OpCodes.Ceq,
                    Op.Le => type.IsFloat ? OpCodes.Cgt_Un : OpCodes.Cgt,
                    Op.Ge => type.IsFloat ? OpCodes.Clt_Un : OpCodes.Clt,
                    Op.LeU => OpCodes.Cgt_Un,
                    _ => OpCodes.Clt_Un,
                });
                il.Emit(OpCodes.Ldc_I4_0);
                il.Emit(OpCodes.Ceq);
                break;
            case Op.UIntToFloat when type == IrType.I32:
                il.Emit(OpCodes.Conv_U8);
                il.Emit(i.Type == IrType.F32 ? OpCodes.Conv_R4 : OpCodes.Conv_R8);
                break;
            case Op.BoolToInt:
                break;
            // Neither 0 nor −1: the processor's division neither traps nor overflows.
            case Op.Div or Op.Rem or Op.DivU or Op.RemU when i.Operands[1] is Constant { Type.IsInteger: true, Bits: > 0 }:
                il.Emit(i.Op switch { Op.Div => OpCodes.Div, Op.Rem => OpCodes.Rem, Op.DivU => OpCodes.Div_Un, _ => OpCodes.Rem_Un });
                break;
            case Op.BitCast:
                il.Emit(OpCodes.Call, BitCastMethod(type));
                break;
            case Op.Fma or Op.Sqrt or Op.Abs or Op.Floor or Op.Ceiling or Op.Truncate or Op.RoundEven:
                string name = i.Op switch { Op.Fma => "FusedMultiplyAdd", Op.RoundEven => "Round", _ => i.Op.ToString() };
                Type number = ScalarType(type);
                il.Emit(OpCodes.Call,
                    (type == IrType.F32 ? typeof(MathF) : typeof(Math)).GetMethod(name, [.. i.Operands.Select(_ => number)])!);
                break;
            default:
                il.Emit(OpCodes.Call, FunctionOf(i).Scalar);
                break;
        }
    }

    private static System.Reflection.MethodInfo BitCastMethod(IrType from) => from.Scalar switch
    {
        Scalar.F32 => typeof(BitConverter).GetMethod(nameof(BitConverter.SingleToInt32Bits))!,
        Scalar.I32 => typeof(ScalarFunctions).GetMethod(nameof(ScalarFunctions.BitsToSingle))!,
        Scalar.F64 => typeof(BitConverter).GetMethod(nameof(BitConverter.DoubleToInt64Bits))!,
        _ => typeof(BitConverter).GetMethod(nameof(BitConverter.Int64BitsToDouble))!,
    };

    private static OpCode? ScalarCode(Op op, IrType type) => op switch
    {
        Op.Add => OpCodes.Add,
        Op.Sub => OpCodes.Sub,
        Op.Mul => OpCodes.Mul,
        Op.Div when type.IsFloat => OpCodes.Div,
        Op.Neg => OpCodes.Neg,
        Op.And => OpCodes.And,
        Op.Or => OpCodes.Or,
        Op.Xor => OpCodes.Xor,
        Op.Not when type != IrType.Bool => OpCodes.Not,
        Op.Shl => OpCodes.Shl,
        Op.Shr => OpCodes.Shr,
        Op.ShrU => OpCodes.Shr_Un,
        Op.Eq => OpCodes.Ceq,
        Op.Lt => OpCodes.Clt,
        Op.Gt => OpCodes.Cgt,
        Op.LtU => OpCodes.Clt_Un,
        Op.GtU => OpCodes.Cgt_Un,
        Op.SignExtend => OpCodes.Conv_I8,
        Op.ZeroExtend => OpCodes.Conv_U8,
        Op.Truncate64 => OpCodes.Conv_I4,
        Op.SignExtend8 => OpCodes.Conv_I1,
        Op.SignExtend16 => OpCodes.Conv_I2,
        _ => null,
    };

    private static OpCode LoadIndirect(MemoryType type) => type switch
    {
        MemoryType.I8 => OpCodes.Ldind_I1,
        MemoryType.U8 => OpCodes.Ldind_U1,
        MemoryType.I16 => OpCodes.Ldind_I2,
        MemoryType.U16 => OpCodes.Ldind_U2,
        MemoryType.I32 => OpCodes.Ldind_I4,
        MemoryType.I64 => OpCodes.Ldind_I8,
        MemoryType.F32 => OpCodes.Ldind_R4,
        _ => OpCodes.Ldind_R8,
    };

    private static OpCode StoreIndirect(MemoryType type) => type switch
    {
        MemoryType.I8 or MemoryType.U8 => OpCodes.Stind_I1,
        MemoryType.I16 or MemoryType.U16 => OpCodes.Stind_I2,
        MemoryType.I32 => OpCodes.Stind_I4,
        MemoryType.I64 => OpCodes.Stind_I8,
        MemoryType.F32 => OpCodes.Stind_R4,
        _ => OpCodes.Stind_R8,
    };
}
