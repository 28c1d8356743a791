namespace VaeGpu.Gpu.Targets.OpenCL;

/// <summary>What each operation that only computes is in OpenCL C.</summary>
internal sealed partial class OpenCLEmitter
{
    private static readonly Dictionary<Op, string> Infix = new()
    {
        [Op.Add] = "+", [Op.Sub] = "-", [Op.Mul] = "*", [Op.Div] = "/", [Op.DivU] = "/", [Op.Rem] = "%", [Op.RemU] = "%",
        [Op.And] = "&", [Op.Or] = "|", [Op.Xor] = "^", [Op.Shl] = "<<", [Op.Shr] = ">>", [Op.ShrU] = ">>",
        [Op.Eq] = "==", [Op.Ne] = "!=", [Op.Lt] = "<", [Op.Le] = "<=", [Op.Gt] = ">", [Op.Ge] = ">=",
        [Op.LtU] = "<", [Op.LeU] = "<=", [Op.GtU] = ">", [Op.GeU] = ">=",
    };

    private static readonly Dictionary<Op, string> FloatFunctions = new()
    {
        [Op.Fma] = "fma", [Op.Sqrt] = "sqrt", [Op.Abs] = "fabs", [Op.Rem] = "fmod",
        [Op.Floor] = "floor", [Op.Ceiling] = "ceil", [Op.Truncate] = "trunc", [Op.RoundEven] = "rint",
    };

    private Expression Pure(Instruction i)
    {
        Value[] o = i.Operands;
        if (i.Type.IsFloat && FloatFunctions.TryGetValue(i.Op, out string? name))
            return Call(name, o);
        return i.Op switch
        {
            >= Op.Exp and <= Op.Pow => Call(i.Op.ToString().ToLowerInvariant(), o),
            Op.Add or Op.Sub or Op.Mul when i.Type.IsInteger => Wrapping(i.Op, o[0], o[1]),
            Op.Add or Op.Sub or Op.Mul => Plain(i.Op, o[0], o[1]),
            Op.Div when i.Type.IsFloat => Plain(i.Op, o[0], o[1]),
            Op.Div or Op.Rem => Division(i, o[1] is Constant { Bits: not 0 and not -1 }),
            Op.DivU or Op.RemU => Division(i, o[1] is Constant { Bits: not 0 }),
            Op.Neg when i.Type.IsFloat => new($"-{Operand(o[0])}", Atomic: false),
            Op.Neg => new($"{OpenCLTypes.UnsignedLiteral(new(i.Type, 0)).Text} - {Operand(o[0])}", Atomic: false, Unsigned: true),
            Op.MulHighU => new($"mul_hi({Unsigned(o[0])}, {Unsigned(o[1])})", Unsigned: true),
            Op.And or Op.Or or Op.Xor or Op.Eq or Op.Ne => Plain(i.Op, o[0], o[1]),
            Op.Not => new($"{(i.Type == IrType.Bool ? '!' : '~')}{Operand(o[0])}", Atomic: false, IsUnsigned(o[0])),
            Op.Shl => new($"{Operand(o[0])} << {ShiftCount(i)}", Atomic: false, IsUnsigned(o[0])),
            Op.Shr => new($"{Signed(o[0])} >> {ShiftCount(i)}", Atomic: false),
            Op.ShrU => new($"{Unsigned(o[0])} >> {ShiftCount(i)}", Atomic: false, Unsigned: true),
            Op.Min or Op.Max => Extreme(i.Op, i.Type, o[0], o[1]),
            >= Op.Lt and <= Op.Ge => new($"{Signed(o[0])} {Infix[i.Op]} {Signed(o[1])}", Atomic: false),
            >= Op.LtU and <= Op.GeU => new($"{Unsigned(o[0])} {Infix[i.Op]} {Unsigned(o[1])}", Atomic: false),
            Op.Select => new($"{Operand(o[0])} ? {Operand(o[1])} : {Operand(o[2])}", Atomic: false, IsUnsigned(o[1]) || IsUnsigned(o[2])),
            >= Op.SignExtend and <= Op.BoolToInt => Convert(i, o[0]),
            Op.PtrAdd => PointerAdd(o[0], o[1], i.Attribute),
            Op.SharedDynamic => Dynamic(i),
            >= Op.GroupIndex and <= Op.WarpSize => Place(i),
            _ => throw Unknown(i),
        };
    }

    private Expression Plain(Op op, Value a, Value b) =>
        new($"{Operand(a)} {Infix[op]} {Operand(b)}", Atomic: false, IsUnsigned(a) || IsUnsigned(b));

    /// <summary>Arithmetic that wraps: one unsigned operand makes C do it unsigned.</summary>
    private Expression Wrapping(Op op, Value a, Value b)
    {
        if (op == Op.Add && b is Constant { Bits: < 0 } negative)
            return Wrapping(Op.Sub, a, new Constant(b.Type, -negative.Bits));
        bool done = IsUnsigned(a) || IsUnsigned(b);
        string right = b is Constant ? Unsigned(b) : Operand(b);
        string left = done || b is Constant ? Operand(a) : Unsigned(a);
        return new($"{left} {Infix[op]} {right}", Atomic: false, Unsigned: true);
    }

    /// <summary>Integer division; a divisor that may be 0 or −1 takes a function that gives every case a value.</summary>
    private Expression Division(Instruction i, bool isSafe)
    {
        bool isUnsigned = i.Op is Op.DivU or Op.RemU;
        (string a, string b) = isUnsigned
            ? (Unsigned(i.Operands[0]), Unsigned(i.Operands[1]))
            : (Signed(i.Operands[0]), Signed(i.Operands[1]));
        if (isSafe)
            return new($"{a} {Infix[i.Op]} {b}", Atomic: false, isUnsigned);
        string name = i.Op switch { Op.Div => "div", Op.Rem => "rem", Op.DivU => "divu", _ => "remu" };
        return new($"{helpers.Use(name, OpenCLTypes.Name(i.Type.Scalar))}({a}, {b})", Unsigned: isUnsigned);
    }

    private Expression Extreme(Op op, IrType type, Value a, Value b)
    {
        string name = op == Op.Min ? "min" : "max";
        if (type.IsInteger)
            return new($"{name}({Signed(a)}, {Signed(b)})");
        if (b is Constant constant && constant.IsPlainBound(op))
            name = op == Op.Min ? "at_most" : "at_least";
        return Call(helpers.Use(name, OpenCLTypes.Name(type.Scalar)), a, b);
    }

    private string ShiftCount(Instruction i)
    {
        int mask = i.Type == IrType.I32 ? 31 : 63;
        return i.Operands[1] is Constant count ? $"{count.Int & mask}" : $"({Operand(i.Operands[1])} & {mask})";
    }

    private Expression Convert(Instruction i, Value a)
    {
        string type = OpenCLTypes.Name(i.Type.Scalar);
        return i.Op switch
        {
            Op.SignExtend => new($"(long){Signed(a)}"),
            Op.ZeroExtend => new($"(ulong){Unsigned(a)}", Unsigned: true),
            Op.Truncate64 => new($"(int){Operand(a)}"),
            Op.SignExtend8 => new($"(int)(char){Operand(a)}"),
            Op.SignExtend16 => new($"(int)(short){Operand(a)}"),
            Op.IntToFloat => new($"({type}){Signed(a)}"),
            Op.UIntToFloat => new($"({type}){Unsigned(a)}"),
            Op.FloatToInt => Call(helpers.Use(type, OpenCLTypes.Name(a.Type.Scalar)), a),
            Op.FloatToUInt => Call(helpers.Use("u" + type, OpenCLTypes.Name(a.Type.Scalar)), a) with { Unsigned = true },
            Op.BitCast => Call("as_" + type, a),
            _ => new($"({type}){Operand(a)}"),
        };
    }

    /// <summary>A step from a pointer, in elements where the bytes allow.</summary>
    private Expression PointerAdd(Value pointer, Value index, long bytes)
    {
        int size = pointers.Element(pointer)?.Bytes() ?? 1;
        string start = Operand(pointer);
        if (index is Constant constant && constant.Bits * bytes % size == 0)
            return new(start, Index: Literal(Constant.I64(constant.Bits * bytes / size)).Replace("L", "", StringComparison.Ordinal));
        if (bytes == size)
            return new(start, Index: Signed(index));
        if (bytes % size == 0)
            return new(start, Index: $"(long){Signed(index)} * {bytes / size}");
        string space = OpenCLTypes.Name(pointer.Type.Space);
        return new($"(({pointers.Name(pointer)})(({space} char*){start} + (long){Signed(index)} * {bytes}))");
    }

    private Expression Dynamic(Instruction i)
    {
        usesDynamicShared = true;
        return new($"(({pointers.Name(i)})shared_dynamic)");
    }

    private static Expression Place(Instruction i) => i.Op switch
    {
        Op.GroupIndex => new($"(int)get_local_id({i.Attribute})"),
        Op.GroupDim => new($"(int)get_local_size({i.Attribute})"),
        Op.GridIndex => new($"(int)get_group_id({i.Attribute})"),
        Op.GridDim => new($"(int)get_num_groups({i.Attribute})"),
        // A warp is one thread.
        Op.LaneIndex => new("0"),
        Op.WarpIndex => new(OpenCLHelpers.LinearIndex),
        _ => new("1"),
    };

    private Expression Call(string function, params Value[] arguments) => new($"{function}({string.Join(", ", arguments.Select(Whole))})");

    private Expression Of(Value value) => value is Constant constant ? OpenCLTypes.Literal(constant) : expressions[value];

    private static string Literal(Constant constant) => OpenCLTypes.Literal(constant).Operand;

    private string Whole(Value value) => Of(value).Whole;

    private string Operand(Value value) => Of(value).Operand;

    private bool IsUnsigned(Value value) => Of(value).Unsigned;

    private string Signed(Value value)
    {
        Expression expression = Of(value);
        return expression.Unsigned ? $"({OpenCLTypes.Name(value.Type.Scalar)}){expression.Operand}" : expression.Operand;
    }

    private string Unsigned(Value value)
    {
        Expression expression = value is Constant constant ? OpenCLTypes.UnsignedLiteral(constant) : Of(value);
        return expression.Unsigned ? expression.Operand : $"({OpenCLTypes.Unsigned(value.Type)}){expression.Operand}";
    }
}
