using VaeGpu.Gpu.Passes;

namespace VaeGpu.Gpu.Targets.Simd;

/// <summary>Values that differ from lane to lane: calls of vector methods, which the JIT turns into instructions.</summary>
internal sealed partial class SimdEmitter
{
    /// <summary>Pushes a value as a vector; of a 64-bit value the lower or the upper half of the lanes.</summary>
    private void PushVector(Value value, int half = 0)
    {
        bool isScalar = value is Constant || IsScalar(value);
        if (!isScalar && locals.TryGetValue(value, out LocalBuilder[]? local))
            il.Emit(OpCodes.Ldloc, local[half]);
        else if (!isScalar && !PushSpilledVector(value, half))
            EmitVectorOperation((Instruction)value, half);
        else if (isScalar)
            PushBroadcast(value, half);
    }

    /// <summary>Pushes base + lane · stride as a vector.</summary>
    private void PushBroadcast(Value value, int half)
    {
        Type element = VectorTypes.Element(value.Type);
        if (value is Constant constant && PushPooled(constant))
            return;
        PushScalar(value);
        if (value.Type == IrType.Bool)
            il.Emit(OpCodes.Neg);
        if (value.Type.IsPointer)
            il.Emit(OpCodes.Conv_I8);
        Shape shape = variance.Of(value);
        if (shape.Stride == 0)
        {
            vectors.Call(il, "Create", element);
            return;
        }
        if (half == 1)
        {
            il.Emit(OpCodes.Ldc_I8, shape.Stride * width / 2);
            il.Emit(OpCodes.Add);
        }
        if (element == typeof(int))
            il.Emit(OpCodes.Ldc_I4, unchecked((int)shape.Stride));
        else
            il.Emit(OpCodes.Ldc_I8, shape.Stride);
        vectors.Call(il, "CreateSequence", element, element);
    }

    private void EmitVectorOperation(Instruction i, int half)
    {
        switch (i.Op)
        {
            case Op.Select when EmitExtreme(i, half):
                return;
            case Op.Select:
                PushMaskFor(i.Operands[0], i.Type, half);
                PushVector(i.Operands[1], half);
                PushVector(i.Operands[2], half);
                Type vector = vectors.Vector(i.Type);
                vectors.Call(il, "ConditionalSelect", vector, vector, vector);
                return;
            case Op.GroupIndex:
                EmitGroupIndexVector((int)i.Attribute);
                return;
            case >= Op.Shuffle and <= Op.ShuffleXor when mask is null && i.Type.Bytes == 4 && groupSize % width == 0:
                EmitPermutation(i);
                return;
            case >= Op.Shuffle and <= Op.ShuffleXor:
                EmitLaneByLane(i, half, () =>
                {
                    il.Emit(OpCodes.Ldc_I4, (int)i.Op);
                    PushMaskBits(mask);
                    il.Emit(OpCodes.Call, typeof(Lanes).GetMethod(nameof(Lanes.Shuffle))!.MakeGenericMethod(VectorTypes.Element(i.Type)));
                });
                return;
            case Op.SharedArray or Op.SharedDynamic or Op.GridIndex or Op.GridDim:
                EmitScalarOperation(i);
                vectors.Call(il, "Create", VectorTypes.Element(i.Type));
                return;
        }
        if (i.Op.IsComparison())
            EmitComparison(i);
        else if (!EmitArithmetic(i, half) && !EmitConversion(i, half))
            EmitLaneByLane(i, half, () => il.Emit(OpCodes.Call, FunctionOf(i).LaneByLane));
    }

    /// <summary>
    /// Emits a selection such as "x &lt; bound ? bound : x" as one minimum or maximum of the processor, with the same bits; false for other
    /// selections.
    /// </summary>
    private bool EmitExtreme(Instruction select, int half)
    {
        if (select.Operands is not [Instruction { Op: >= Op.Lt and <= Op.Ge } comparison, var whenTrue, var whenFalse])
            return false;
        (Value x, Value y) = (comparison.Operands[0], comparison.Operands[1]);
        bool isStraight = IsSame(whenTrue, x) && IsSame(whenFalse, y), isSwapped = IsSame(whenTrue, y) && IsSame(whenFalse, x);
        bool isStrict = comparison.Op is Op.Lt or Op.Gt, isLess = comparison.Op is Op.Lt or Op.Le;
        // Equal numbers have the same bits, zeros excepted.
        if (!(isStraight || isSwapped) || !(isStrict || x is Constant { IsNonzero: true } || y is Constant { IsNonzero: true }))
            return false;
        if (vectors.Extreme(isStraight == isLess ? "Min" : "Max", VectorTypes.Element(select.Type)) is not { } method)
            return false;
        PushVector(whenTrue, half);
        PushVector(whenFalse, half);
        il.Emit(OpCodes.Call, method);
        return true;

        static bool IsSame(Value a, Value b) => ReferenceEquals(a, b) || a is Constant p && b is Constant q && p.SameAs(q);
    }

    /// <summary>A shuffle of a whole vector.</summary>
    private void EmitPermutation(Instruction shuffle)
    {
        Type vector = vectors.Vector(typeof(int)), element = VectorTypes.Element(shuffle.Type);
        PushVector(shuffle.Operands[0]);
        As(element, typeof(int));
        if (shuffle.Op != Op.Shuffle)
        {
            il.Emit(OpCodes.Ldc_I4_0);
            il.Emit(OpCodes.Ldc_I4_1);
            vectors.Call(il, "CreateSequence", typeof(int), typeof(int));
        }
        PushVector(shuffle.Operands[1]);
        if (shuffle.Op != Op.Shuffle)
        {
            string name = shuffle.Op switch { Op.ShuffleUp => "Subtract", Op.ShuffleDown => "Add", _ => "Xor" };
            vectors.Call(il, name, vector, vector);
        }
        CallHelper(nameof(VectorHelpers.Shuffle), vector, vector);
        As(typeof(int), element);
    }

    /// <summary>Pushes a Bool as a mask of the width of the elements that it selects.</summary>
    private void PushMaskFor(Value condition, IrType selected, int half)
    {
        PushVector(condition);
        if (selected.Bytes == 8)
            vectors.Call(il, half == 0 ? "WidenLower" : "WidenUpper", vectors.Vector(typeof(int)));
        As(selected.Bytes == 8 ? typeof(long) : typeof(int), VectorTypes.Element(selected));
    }

    /// <summary>Reads the vector on the stack as elements of another type of the same size.</summary>
    private void As(Type from, Type to)
    {
        if (from == to)
            return;
        string name = to == typeof(float) ? "AsSingle" : to == typeof(double) ? "AsDouble" : to == typeof(long) ? "AsInt64"
            : to == typeof(uint) ? "AsUInt32" : to == typeof(ulong) ? "AsUInt64" : "AsInt32";
        vectors.Call(il, name, vectors.Vector(from));
    }

    private void EmitComparison(Instruction i)
    {
        IrType type = i.Operands[0].Type;
        bool isUnsigned = i.Op is >= Op.LtU and <= Op.GeU;
        Type element = VectorTypes.Element(type);
        Type compared = isUnsigned ? (type.Bytes == 8 ? typeof(ulong) : typeof(uint)) : element;
        string name = i.Op switch
        {
            Op.Eq or Op.Ne => "Equals",
            Op.Lt or Op.LtU => "LessThan",
            Op.Le or Op.LeU => "LessThanOrEqual",
            Op.Gt or Op.GtU => "GreaterThan",
            _ => "GreaterThanOrEqual",
        };
        for (int half = 0; half < VectorTypes.Halves(type); half++)
        {
            foreach (Value operand in i.Operands)
            {
                PushVector(operand, half);
                As(element, compared);
            }
            vectors.Call(il, name, vectors.Vector(compared), vectors.Vector(compared));
            As(compared, type.Bytes == 8 ? typeof(long) : typeof(int));
        }
        if (type.Bytes == 8)
            vectors.Call(il, "Narrow", vectors.Vector(typeof(long)), vectors.Vector(typeof(long)));
        if (i.Op == Op.Ne)
            vectors.Call(il, "OnesComplement", vectors.Vector(typeof(int)));
    }

    private bool EmitArithmetic(Instruction i, int half)
    {
        Type vector = vectors.Vector(i.Type);
        string? name = i.Op switch
        {
            Op.Add => "Add",
            Op.Sub => "Subtract",
            Op.Mul => "Multiply",
            Op.Div when i.Type.IsFloat => "Divide",
            Op.Neg => "Negate",
            Op.And => "BitwiseAnd",
            Op.Or => "BitwiseOr",
            Op.Not => "OnesComplement",
            Op.Fma => "FusedMultiplyAdd",
            Op.RoundEven => "Round",
            Op.Xor or >= Op.Sqrt and <= Op.Truncate => i.Op.ToString(),
            _ => null,
        };
        if (name is not null)
        {
            foreach (Value operand in i.Operands)
                PushVector(operand, half);
            vectors.Call(il, name, vector, i.Operands.Length > 1 ? vector : null, i.Operands.Length > 2 ? vector : null);
            return true;
        }
        switch (i.Op)
        {
            case Op.MulHighU:
                PushVector(i.Operands[0]);
                PushVector(i.Operands[1]);
                CallHelper(nameof(VectorHelpers.MulHighU), vector, vector);
                return true;
            case Op.Shl or Op.Shr or Op.ShrU:
                EmitShift(i, half);
                return true;
            default:
                return false;
        }
    }

    private void EmitShift(Instruction i, int half)
    {
        if (i.Operands[1] is not Constant && !variance.Of(i.Operands[1]).IsScalar)
        {
            EmitLaneByLane(i, half, () =>
            {
                il.Emit(OpCodes.Ldc_I4, (int)i.Op);
                il.Emit(OpCodes.Call, typeof(Lanes).GetMethod(nameof(Lanes.Shift))!.MakeGenericMethod(VectorTypes.Element(i.Type)));
            });
            return;
        }
        PushVector(i.Operands[0], half);
        PushScalar(i.Operands[1]);
        il.Emit(OpCodes.Ldc_I4, i.Type == IrType.I32 ? 31 : 63);
        il.Emit(OpCodes.And);
        string name = i.Op switch { Op.Shl => "ShiftLeft", Op.Shr => "ShiftRightArithmetic", _ => "ShiftRightLogical" };
        vectors.Call(il, name, vectors.Vector(i.Type), typeof(int));
    }

    private bool EmitConversion(Instruction i, int half)
    {
        Value operand = i.Operands[0];
        Type from = VectorTypes.Element(operand.Type), to = VectorTypes.Element(i.Type);
        string widen = half == 0 ? "WidenLower" : "WidenUpper";
        (string Name, Type Of)? conversion = i.Op switch
        {
            Op.BoolToInt => ("Negate", typeof(int)),
            Op.SignExtend => (widen, typeof(int)),
            Op.ZeroExtend => (widen, typeof(uint)),
            Op.IntToFloat when from == typeof(int) && to == typeof(float) => ("ConvertToSingle", typeof(int)),
            Op.UIntToFloat when from == typeof(int) && to == typeof(float) => ("ConvertToSingle", typeof(uint)),
            Op.FloatToInt when from == typeof(float) && to == typeof(int) => ("ConvertToInt32", typeof(float)),
            Op.FloatToFloat when to == typeof(double) => (widen, typeof(float)),
            _ => null,
        };
        if (conversion is { } call)
        {
            PushVector(operand);
            As(from, call.Of);
            vectors.Call(il, call.Name, vectors.Vector(call.Of));
            if (i.Op == Op.ZeroExtend)
                As(typeof(ulong), typeof(long));
            return true;
        }
        switch (i.Op)
        {
            case Op.BitCast:
                PushVector(operand, half);
                As(from, to);
                return true;
            case Op.Truncate64 or Op.FloatToFloat:
                PushVector(operand, 0);
                PushVector(operand, 1);
                vectors.Call(il, "Narrow", vectors.Vector(from), vectors.Vector(from));
                return true;
            case Op.SignExtend8 or Op.SignExtend16:
                int bits = i.Op == Op.SignExtend8 ? 24 : 16;
                PushVector(operand);
                il.Emit(OpCodes.Ldc_I4, bits);
                vectors.Call(il, "ShiftLeft", vectors.Vector(typeof(int)), typeof(int));
                il.Emit(OpCodes.Ldc_I4, bits);
                vectors.Call(il, "ShiftRightArithmetic", vectors.Vector(typeof(int)), typeof(int));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Stores the operands to the work area, calls a method of <see cref="Lanes"/> with (work, lanes …), loads a result.</summary>
    private void EmitLaneByLane(Instruction i, int half, Action call)
    {
        // The upper half of a 64-bit result was computed with the lower one; it still lies there.
        if (half == 0)
        {
            for (int slot = 0; slot < i.Operands.Length; slot++)
                StoreWork(i.Operands[slot], slot);
            LoadFrame(nameof(WorkerFrame.Work));
            PushLaneCount();
            call();
        }
        LoadWork(i.Type, half);
    }

    /// <summary>Pushes how many lanes of this vector the group has: all, but in its last one.</summary>
    private void PushLaneCount()
    {
        il.Emit(OpCodes.Ldc_I4, width);
        if (groupSize % width == 0)
            return;
        il.Emit(OpCodes.Ldc_I4, groupSize);
        il.Emit(OpCodes.Ldloc, firstLane!);
        il.Emit(OpCodes.Sub);
        il.Emit(OpCodes.Call, typeof(Math).GetMethod(nameof(Math.Min), [typeof(int), typeof(int)])!);
    }

    private void StoreWork(Value value, int slot)
    {
        for (int half = 0; half < VectorTypes.Halves(value.Type); half++)
        {
            PushVector(value, half);
            StoreWorkVector(value.Type, slot, half);
        }
    }

    private void StoreWorkVector(IrType type, int slot, int half)
    {
        PushWorkAddress(slot, half);
        Type element = VectorTypes.Element(type);
        vectors.Call(il, "Store", vectors.Vector(element), element.MakePointerType());
    }

    private void LoadWork(IrType type, int half)
    {
        PushWorkAddress(Lanes.ResultSlot, half);
        vectors.Call(il, "Load", VectorTypes.Element(type).MakePointerType());
    }

    private void PushWorkAddress(int slot, int half)
    {
        LoadFrame(nameof(WorkerFrame.Work));
        il.Emit(OpCodes.Ldc_I4, slot * Lanes.SlotBytes + half * width * 4);
        il.Emit(OpCodes.Add);
    }

    /// <summary>The index along an axis where neither base nor stride tells it: from the linear index, lane by lane.</summary>
    private void EmitGroupIndexVector(int axis)
    {
        int below = axis == 0 ? 1 : axis == 1 ? groupDim.X : groupDim.X * groupDim.Y;
        int extent = groupDim.Along(axis);
        il.Emit(OpCodes.Ldloc, firstLane!);
        il.Emit(OpCodes.Ldc_I4_1);
        vectors.Call(il, "CreateSequence", typeof(int), typeof(int));
        WithWork(nameof(Op.Div), below);
        WithWork(nameof(Op.Rem), extent);

        void WithWork(string name, int divisor)
        {
            if (divisor == 1 && name == nameof(Op.Div))
                return;
            StoreWorkVector(IrType.I32, 0, 0);
            il.Emit(OpCodes.Ldc_I4, divisor);
            vectors.Call(il, "Create", typeof(int));
            StoreWorkVector(IrType.I32, 1, 0);
            LoadFrame(nameof(WorkerFrame.Work));
            il.Emit(OpCodes.Ldc_I4, width);
            Type operation = (name == nameof(Op.Div) ? typeof(ScalarFunctions.Div<>) : typeof(ScalarFunctions.Rem<>))
                .MakeGenericType(typeof(int));
            il.Emit(OpCodes.Call, typeof(Lanes).GetMethod(nameof(Lanes.Binary))!.MakeGenericMethod(typeof(int), operation));
            LoadWork(IrType.I32, 0);
        }
    }
}
