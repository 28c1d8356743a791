namespace VaeGpu.Gpu.Targets.Simd;

/// <summary>Votes and broadcasts over a group: barriers with a result.</summary>
internal sealed partial class SimdEmitter
{
    /// <summary>A vote or broadcast of a group of one vector.</summary>
    private void EmitGroupOperation(Instruction i)
    {
        if (i.Op == Op.GroupBroadcast)
        {
            PushLane(i.Operands[0], () => PushScalar(i.Operands[1]));
            return;
        }
        PushVoteBits(i);
        EmitVoteResult(i.Op);
    }

    /// <summary>Pushes the lanes in which a vote's predicate holds, and for And, too, those that the group does not have.</summary>
    private void PushVoteBits(Instruction i)
    {
        if (width == 1)
        {
            PushScalar(i.Operands[0]);
            il.Emit(OpCodes.Conv_U8);
            return;
        }
        PushMaskBits(CombineMask(i.Operands[0]));
        if (i.Op != Op.BarrierAnd || mask is null)
            return;
        PushMaskBits(mask);
        il.Emit(OpCodes.Not);
        il.Emit(OpCodes.Or);
        PushMaskBits(null);
        il.Emit(OpCodes.And);
    }

    private void EmitVoteResult(Op op)
    {
        switch (op)
        {
            case Op.BarrierAnd:
                il.Emit(OpCodes.Ldc_I8, (1L << width) - 1);
                il.Emit(OpCodes.Ceq);
                break;
            case Op.BarrierOr:
                il.Emit(OpCodes.Ldc_I8, 0L);
                il.Emit(OpCodes.Cgt_Un);
                break;
            default:
                il.Emit(OpCodes.Call,
                    typeof(System.Numerics.BitOperations).GetMethod(nameof(System.Numerics.BitOperations.PopCount), [typeof(ulong)])!);
                break;
        }
    }

    /// <summary>Pushes one lane's value of a vector.</summary>
    private void PushLane(Value value, Action pushLane)
    {
        if (IsScalar(value) && variance.Of(value).Stride == 0)
        {
            PushScalar(value);
            return;
        }
        StoreWork(value, 0);
        PushWorkAddress(0, 0);
        pushLane();
        il.Emit(OpCodes.Conv_I);
        PushScale(value.Type.Bytes);
        il.Emit(OpCodes.Add);
        il.Emit(LoadIndirect(SpillType(value.Type)));
        if (value.Type == IrType.Bool)
            il.Emit(OpCodes.Neg);
    }

    /// <summary>A vote or broadcast of a group of several vectors: each adds its part.</summary>
    private void EmitVote(Instruction i)
    {
        LocalBuilder total = Declare(i)[0];
        if (i.Op != Op.GroupBroadcast)
        {
            il.Emit(i.Op == Op.BarrierAnd ? OpCodes.Ldc_I4_1 : OpCodes.Ldc_I4_0);
            il.Emit(OpCodes.Stloc, total);
        }
        EmitRun(() =>
        {
            if (i.Op == Op.GroupBroadcast)
            {
                EmitBroadcastPart(i, total);
                return;
            }
            PushVoteBits(i);
            EmitVoteResult(i.Op);
            il.Emit(OpCodes.Ldloc, total);
            il.Emit(i.Op switch { Op.BarrierAnd => OpCodes.And, Op.BarrierOr => OpCodes.Or, _ => OpCodes.Add });
            il.Emit(OpCodes.Stloc, total);
        });
    }

    private void EmitBroadcastPart(Instruction i, LocalBuilder total)
    {
        Label elsewhere = il.DefineLabel();
        LocalBuilder lane = il.DeclareLocal(typeof(int));
        PushScalar(i.Operands[1]);
        il.Emit(OpCodes.Ldloc, firstLane!);
        il.Emit(OpCodes.Sub);
        il.Emit(OpCodes.Stloc, lane);
        il.Emit(OpCodes.Ldloc, lane);
        il.Emit(OpCodes.Ldc_I4, width);
        il.Emit(OpCodes.Bge_Un, elsewhere);
        PushLane(i.Operands[0], () => il.Emit(OpCodes.Ldloc, lane));
        il.Emit(OpCodes.Stloc, total);
        il.MarkLabel(elsewhere);
    }
}
