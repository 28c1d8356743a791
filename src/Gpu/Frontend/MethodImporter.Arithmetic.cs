namespace VaeGpu.Gpu.Frontend;

/// <summary>Arithmetic, comparisons and conversions.</summary>
internal sealed partial class MethodImporter
{
    private bool ImportArithmetic(string operation, IlInstruction i)
    {
        if (operation.StartsWith("ldc.", StringComparison.Ordinal))
        {
            PushConstant(operation, i);
            return true;
        }
        if (operation.StartsWith("conv.", StringComparison.Ordinal) && !operation.Contains(".ovf", StringComparison.Ordinal))
        {
            string to = operation[5..];
            // C# writes conv.r.un and then conv.r4 or conv.r8; together they are one conversion, rounded once.
            if (to == "r.un" && code[code.IndexOf(i) + 1].Operation == "conv.r4")
                to = "r4.un";
            // The address of an array inside a struct, on its way to an index.
            if (to is "u" or "i" && stack.Peek() is VariableReference or MemoryReference or IndexedReference)
                return true;
            Push(Convert(to, Scalar(stack.Pop())));
            return true;
        }
        Op? binary = operation switch
        {
            "add" => Op.Add,
            "sub" => Op.Sub,
            "mul" => Op.Mul,
            "div" => Op.Div,
            "div.un" => Op.DivU,
            "rem" => Op.Rem,
            "rem.un" => Op.RemU,
            "and" => Op.And,
            "or" => Op.Or,
            "xor" => Op.Xor,
            _ => null,
        };
        if (binary is { } op)
        {
            CsValue top = stack.Pop();
            if (op == Op.Add && stack.Peek() is VariableReference or MemoryReference or IndexedReference)
            {
                stack.Push(importer.Advance(stack.Pop(), Scalar(top)));
                return true;
            }
            Value right = Scalar(top), left = Scalar(stack.Pop());
            (left, right) = op is Op.And or Op.Or or Op.Xor && left.Type == IrType.Bool && right.Type == IrType.Bool
                ? (left, right)
                : Match(left, right);
            Push(Builder.Binary(op, left, right));
            return true;
        }
        switch (operation)
        {
            case "neg":
                Value negated = Number(stack.Pop());
                Push(Builder.Emit(Op.Neg, negated.Type, [negated]));
                return true;
            case "not":
                Push(Builder.Not(Number(stack.Pop())));
                return true;
            case "shl" or "shr" or "shr.un":
                Value count = AsInt(stack.Pop()), shifted = Number(stack.Pop());
                Op shift = operation == "shl" ? Op.Shl : operation == "shr" ? Op.Shr : Op.ShrU;
                Push(Builder.Emit(shift, shifted.Type, [shifted, Mask(count, shifted.Type)]));
                return true;
            case "ceq" or "cgt" or "cgt.un" or "clt" or "clt.un":
                Value second = Scalar(stack.Pop()), first = Scalar(stack.Pop());
                Push(Compare(operation[1..], first, second));
                return true;
            default:
                return false;
        }
    }

    /// <summary>C# masks shift counts; here the mask is on constants only, since every target masks, too.</summary>
    private Value Mask(Value count, IrType type)
    {
        int bits = type == IrType.I32 ? 31 : 63;
        if (count is Instruction { Op: Op.And } and && and.Operands[1] is Constant c && c.Bits == bits)
            return and.Operands[0];
        return count is Constant constant ? Constant.I32(constant.Int & bits) : count;
    }

    private void PushConstant(string operation, IlInstruction i) => Push(operation switch
    {
        "ldc.i8" => Constant.I64((long)i.Operand!),
        "ldc.r4" => Constant.F32((float)i.Operand!),
        "ldc.r8" => Constant.F64((double)i.Operand!),
        _ => Constant.I32((int)(long)i.Operand!),
    });

    private Value BranchCondition(string operation)
    {
        if (operation is "brtrue" or "brfalse")
        {
            Value value = Scalar(stack.Pop());
            Value isTrue = value.Type == IrType.Bool ? value : Builder.Binary(Op.Ne, value, Constant.Zero(value.Type));
            return operation == "brtrue" ? isTrue : Builder.Not(isTrue);
        }
        Value right = Scalar(stack.Pop()), left = Scalar(stack.Pop());
        return Compare(operation[1..], left, right);
    }

    /// <summary>A comparison by the end of its IL name: eq, ne.un, lt, lt.un …; "un" is unsigned, or "or unordered" of floats.</summary>
    private Value Compare(string relation, Value left, Value right)
    {
        if (left.Type != IrType.Bool || right.Type != IrType.Bool)
        {
            if (relation is "eq" or "ne.un" or "gt.un" && right is Constant { Bits: 0 } && left.Type == IrType.Bool)
                return relation == "eq" ? Builder.Not(left) : left;
            (left, right) = Match(left, right);
        }
        Op op = relation[..2] switch { "eq" => Op.Eq, "ne" => Op.Ne, "lt" => Op.Lt, "le" => Op.Le, "gt" => Op.Gt, _ => Op.Ge };
        if (op is Op.Eq or Op.Ne || relation.Length == 2)
            return Builder.Binary(op, left, right);
        return left.Type.IsFloat ? Builder.Not(Builder.Binary(op.Inverse(), left, right)) : Builder.Binary(op.Unsigned(), left, right);
    }

    private Value Convert(string to, Value value)
    {
        if (value.Type == IrType.Bool)
            value = Builder.Emit(Op.BoolToInt, IrType.I32, [value]);
        return to switch
        {
            "i1" => Builder.Emit(Op.SignExtend8, IrType.I32, [ToInt32(value, false)]),
            "i2" => Builder.Emit(Op.SignExtend16, IrType.I32, [ToInt32(value, false)]),
            "u1" => Builder.And(ToInt32(value, false), Constant.I32(0xFF)),
            "u2" => Builder.And(ToInt32(value, false), Constant.I32(0xFFFF)),
            "i4" or "u4" => ToInt32(value, to == "u4"),
            "i8" or "i" => ToInt64(value, Op.FloatToInt, Op.SignExtend),
            "u8" or "u" => ToInt64(value, Op.FloatToUInt, Op.ZeroExtend),
            "r4" => ToFloat(value, IrType.F32),
            "r8" => ToFloat(value, IrType.F64),
            "r.un" or "r4.un" => Builder.Emit(Op.UIntToFloat, to == "r4.un" ? IrType.F32 : IrType.F64, [value]),
            _ => throw Unsupported("conv." + to),
        };
    }

    private Value ToInt64(Value value, Op fromFloat, Op widen) => value.Type.IsFloat
        ? Builder.Emit(fromFloat, IrType.I64, [value])
        : value.Type == IrType.I32 ? Builder.Emit(widen, IrType.I64, [value]) : value;

    private Value ToFloat(Value value, IrType type) => value.Type == type
        ? value
        : Builder.Emit(value.Type.IsFloat ? Op.FloatToFloat : Op.IntToFloat, type, [value]);

    private Value ToInt32(Value value, bool unsigned) => value.Type.IsFloat
        ? Builder.Emit(unsigned ? Op.FloatToUInt : Op.FloatToInt, IrType.I32, [value])
        : value.Type == IrType.I64 ? Builder.Emit(Op.Truncate64, IrType.I32, [value]) : value;

    private Value Scalar(CsValue value) => value is ScalarValue scalar
        ? scalar.Value
        : throw importer.Error("A reference or struct is used as a number.", "Kernels have no pointer arithmetic; index a view.");

    private Value Number(CsValue value) =>
        Scalar(value) is var v && v.Type == IrType.Bool ? Builder.Emit(Op.BoolToInt, IrType.I32, [v]) : v;

    private Value AsInt(CsValue value) => Number(value) is var v && v.Type == IrType.I64 ? Builder.Emit(Op.Truncate64, IrType.I32, [v]) : v;

    private CsValue AsBool(CsValue value) =>
        Scalar(value) is var v && v.Type == IrType.Bool ? value : new ScalarValue(Builder.Binary(Op.Ne, v, Constant.Zero(v.Type)));

    /// <summary>Brings two numbers to one type, as IL's implicit rules do.</summary>
    private (Value, Value) Match(Value left, Value right)
    {
        left = Number(new ScalarValue(left));
        right = Number(new ScalarValue(right));
        if (left.Type == right.Type)
            return (left, right);
        if (left.Type.IsInteger && right.Type.IsInteger || left.Type.IsFloat && right.Type.IsFloat)
        {
            Op widen = left.Type.IsInteger ? Op.SignExtend : Op.FloatToFloat;
            return left.Type.Bytes < right.Type.Bytes
                ? (Builder.Emit(widen, right.Type, [left]), right)
                : (left, Builder.Emit(widen, left.Type, [right]));
        }
        throw importer.Error($"{left.Type} and {right.Type} are combined.", "Convert one of them first.");
    }

    private void Push(Value value) => stack.Push(new ScalarValue(value));
}
