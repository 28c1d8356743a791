namespace VaeGpu.Gpu.Targets.Ptx;

/// <summary>What each operation that only computes is in PTX.</summary>
internal sealed partial class PtxEmitter
{
    // Of the type that the instruction computes: $s s32 or s64, $u u32 or u64, $b b32, b64 or pred, $f f32 or f64.
    private static readonly Dictionary<Op, string> OnIntegers = new()
    {
        [Op.Add] = "add.$s", [Op.Sub] = "sub.$s", [Op.Mul] = "mul.lo.$s", [Op.Neg] = "neg.$s", [Op.MulHighU] = "mul.hi.$u",
        [Op.And] = "and.$b", [Op.Or] = "or.$b", [Op.Xor] = "xor.$b", [Op.Not] = "not.$b",
        [Op.Min] = "min.$s", [Op.Max] = "max.$s",
    };

    private static readonly Dictionary<Op, string> OnFloats = new()
    {
        [Op.Add] = "add.rn.$f", [Op.Sub] = "sub.rn.$f", [Op.Mul] = "mul.rn.$f", [Op.Div] = "div.rn.$f", [Op.Fma] = "fma.rn.$f",
        [Op.Sqrt] = "sqrt.rn.$f", [Op.Neg] = "neg.$f", [Op.Abs] = "abs.$f",
        [Op.Floor] = "cvt.rmi.$f.$f", [Op.Ceiling] = "cvt.rpi.$f.$f", [Op.Truncate] = "cvt.rzi.$f.$f", [Op.RoundEven] = "cvt.rni.$f.$f",
    };

    private static readonly Dictionary<Op, string> OnBools = new()
    {
        [Op.And] = "and.pred", [Op.Or] = "or.pred", [Op.Xor] = "xor.pred", [Op.Ne] = "xor.pred",
    };

    // A comparison of floats is false where one is NaN; neu alone is true.
    private static readonly Dictionary<Op, (string OfIntegers, string OfFloats)> Comparisons = new()
    {
        [Op.Eq] = ("setp.eq.$s", "setp.eq.$f"), [Op.Ne] = ("setp.ne.$s", "setp.neu.$f"),
        [Op.Lt] = ("setp.lt.$s", "setp.lt.$f"), [Op.Le] = ("setp.le.$s", "setp.le.$f"),
        [Op.Gt] = ("setp.gt.$s", "setp.gt.$f"), [Op.Ge] = ("setp.ge.$s", "setp.ge.$f"),
        [Op.LtU] = ("setp.lt.$u", ""), [Op.LeU] = ("setp.le.$u", ""), [Op.GtU] = ("setp.gt.$u", ""), [Op.GeU] = ("setp.ge.$u", ""),
    };

    // From the operand's type to the result's; the result's types are marked by capitals.
    private static readonly Dictionary<Op, string> Conversions = new()
    {
        [Op.SignExtend] = "cvt.s64.s32", [Op.ZeroExtend] = "cvt.u64.u32", [Op.Truncate64] = "cvt.u32.u64",
        [Op.SignExtend8] = "cvt.s32.s8", [Op.SignExtend16] = "cvt.s32.s16",
        [Op.IntToFloat] = "cvt.rn.$F.$s", [Op.UIntToFloat] = "cvt.rn.$F.$u",
    };

    private static readonly string[] Axes = ["x", "y", "z"];

    protected override void WritePure(Instruction i)
    {
        Value[] o = i.Operands;
        if (Positions.Shared(i) is { } shared)
            Share(i, shared);
        else if (i.Op.IsComparison() && o[0].Type != IrType.Bool)
            Apply(i, Pattern(o[0].Type.IsFloat ? Comparisons[i.Op].OfFloats : Comparisons[i.Op].OfIntegers, o[0].Type));
        else if (Conversions.TryGetValue(i.Op, out string? conversion))
            Apply(i, Pattern(conversion, o[0].Type).Replace("$F", PtxTypes.Float(i.Type), StringComparison.Ordinal));
        else if (i.Type == IrType.Bool && OnBools.TryGetValue(i.Op, out string? logic))
            Apply(i, logic);
        else if (i.Type.IsFloat && OnFloats.TryGetValue(i.Op, out string? onFloats))
            Apply(i, Pattern(onFloats, i.Type));
        else if (i.Type.IsInteger && OnIntegers.TryGetValue(i.Op, out string? onIntegers))
            Apply(i, Pattern(onIntegers, i.Type));
        else
            WriteSpecial(i);
    }

    private void WriteSpecial(Instruction i)
    {
        Value[] o = i.Operands;
        switch (i.Op)
        {
            case Op.Min or Op.Max:
                string extreme = Extreme(i.Op, i.Type, o[0], o[1], awaited.GetValueOrDefault(i));
                operands[i] = new(extreme);
                break;
            case Op.Div or Op.DivU or Op.Rem or Op.RemU:
                WriteDivision(i, o[0], o[1]);
                break;
            case Op.Shl or Op.Shr or Op.ShrU:
                WriteShift(i, o[0], o[1]);
                break;
            case Op.Eq when o[0].Type == IrType.Bool:
                string unequal = registers.New(IrType.Bool);
                Put("xor.pred", unequal, Of(o[0]), Of(o[1]));
                Put("not.pred", Define(i), unequal);
                break;
            case Op.Select:
                WriteSelect(i, o[0], o[1], o[2]);
                break;
            case Op.FloatToInt or Op.FloatToUInt:
                WriteFloatToInt(i, o[0]);
                break;
            case Op.FloatToFloat:
                Apply(i, i.Type == o[0].Type ? "mov." + PtxTypes.Float(i.Type) : i.Type == IrType.F32 ? "cvt.rn.f32.f64" : "cvt.f64.f32");
                break;
            case Op.BitCast:
                Apply(i, "mov." + PtxTypes.Bits(i.Type.Bytes == 8 ? IrType.I64 : IrType.I32));
                break;
            case Op.BoolToInt:
                (string predicate, bool negated) = (Register(o[0], out bool isNegated), isNegated);
                Put("selp.b32", Define(i), negated ? "0" : "1", negated ? "1" : "0", predicate);
                break;
            case Op.Extract:
                if (awaited.ContainsKey(i))
                    Put("mov." + PtxTypes.Move(i.Type), Define(i), wide[o[0]][i.Attribute]);
                else
                    operands[i] = new(wide[o[0]][i.Attribute]);
                break;
            case Op.Address:
                WriteAddress(i);
                break;
            case Op.PtrAdd:
                WriteStep(i, o[0], o[1], i.Attribute);
                break;
            case Op.SharedDynamic:
                usesDynamicShared = true;
                Put("mov.u32", Define(i), "shared_dynamic");
                break;
            case >= Op.GroupIndex and <= Op.WarpSize:
                WritePlace(i);
                break;
            default:
                throw Unknown(i);
        }
    }

    /// <summary>One instruction of all operands.</summary>
    private void Apply(Instruction i, string mnemonic)
    {
        string[] values = [.. i.Operands.Select(Of)];
        Put(mnemonic, [Define(i), .. values]);
    }

    private static string Pattern(string pattern, IrType type)
    {
        int at = pattern.IndexOf('$', StringComparison.Ordinal);
        if (at < 0)
            return pattern;
        return pattern.Replace("$s", PtxTypes.Signed(type), StringComparison.Ordinal)
            .Replace("$u", PtxTypes.Unsigned(type), StringComparison.Ordinal)
            .Replace("$b", PtxTypes.Bits(type), StringComparison.Ordinal)
            .Replace("$f", PtxTypes.Float(type), StringComparison.Ordinal);
    }

    /// <summary>A value that needs no instruction (<see cref="Positions.Shared"/>), unless a register awaits it.</summary>
    private void Share(Instruction i, Value shared)
    {
        Operand start = OperandOf(shared);
        Operand operand = i.Op == Op.Not
            ? start with { Negated = !start.Negated }
            : start with { Offset = start.Offset + ((Constant)i.Operands[1]).Bits * i.Attribute };
        if (!awaited.TryGetValue(i, out string? register))
        {
            operands[i] = operand;
            return;
        }
        Move(register, operand, i.Type);
        operands[i] = new(register);
    }

    /// <summary>
    /// IEEE 754-2019 minimum and maximum. PTX's own give the other operand where one is NaN; both take −0 for less than +0.
    /// Against a constant that is no NaN, and no zero that the other zero would beat, a comparison and a choice are enough.
    /// </summary>
    private string Extreme(Op op, IrType type, Value a, Value b, string? register = null)
    {
        string x = Of(a), y = Of(b), suffix = PtxTypes.Float(type), predicate = registers.New(IrType.Bool);
        register ??= registers.New(type);
        if (b is Constant constant && constant.IsPlainBound(op))
        {
            Put($"setp.{(op == Op.Min ? "ge" : "le")}.{suffix}", predicate, x, y);
            Put("selp." + suffix, register, y, x, predicate);
            return register;
        }
        string number = registers.New(type);
        Put($"{(op == Op.Min ? "min" : "max")}.{suffix}", number, x, y);
        Put("setp.nan." + suffix, predicate, x, y);
        Put("selp." + suffix, register, type == IrType.F32 ? "0f7FC00000" : "0d7FF8000000000000", number, predicate);
        return register;
    }

    /// <summary>
    /// Integer division. By zero PTX gives anything, the IR 0; of the lowest number by −1 the IR gives that number, and no
    /// remainder. A divisor that may be one of these is replaced by 1, and the quotient put right after.
    /// </summary>
    private void WriteDivision(Instruction i, Value a, Value b)
    {
        bool isUnsigned = i.Op is Op.DivU or Op.RemU, isQuotient = i.Op is Op.Div or Op.DivU;
        string suffix = isUnsigned ? PtxTypes.Unsigned(i.Type) : PtxTypes.Signed(i.Type);
        string mnemonic = $"{(isQuotient ? "div" : "rem")}.{suffix}", x = Of(a), y = Of(b);
        if (b is Constant { Bits: not 0 } constant && (isUnsigned || constant.Bits != -1))
        {
            Put(mnemonic, Define(i), x, y);
            return;
        }
        string special = registers.New(IrType.Bool), safe = registers.New(i.Type);
        if (isUnsigned)
        {
            Put("setp.eq." + suffix, special, y, "0");
        }
        else
        {
            string next = registers.New(i.Type);
            Put("add." + suffix, next, y, "1");
            Put("setp.le." + PtxTypes.Unsigned(i.Type), special, next, "1");
        }
        Put("selp." + PtxTypes.Bits(i.Type), safe, "1", y, special);
        if (!isQuotient)
        {
            // The remainder of a division by 1 is 0, as wanted.
            Put(mnemonic, Define(i), x, safe);
            return;
        }
        // The quotient is then a, to be taken 0 or −1 times.
        string quotient = registers.New(i.Type), times = registers.New(i.Type);
        Put(mnemonic, quotient, x, safe);
        Put("selp." + PtxTypes.Bits(i.Type), times, y, "1", special);
        Put("mul.lo." + suffix, Define(i), quotient, times);
    }

    /// <summary>PTX shifts everything out where the count is too large; C# takes the count modulo the width.</summary>
    private void WriteShift(Instruction i, Value a, Value count)
    {
        int most = i.Type == IrType.I32 ? 31 : 63;
        string mnemonic = Pattern(i.Op == Op.Shl ? "shl.$b" : i.Op == Op.Shr ? "shr.$s" : "shr.$u", i.Type), x = Of(a), by;
        if (count is Constant constant)
        {
            by = Number(constant.Int & most);
        }
        else
        {
            by = registers.New(IrType.I32);
            Put("and.b32", by, Of(count), Number(most));
        }
        Put(mnemonic, Define(i), x, by);
    }

    private void WriteSelect(Instruction i, Value condition, Value whenTrue, Value whenFalse)
    {
        if (i.Type == IrType.Bool)
        {
            string yes = registers.New(IrType.Bool), no = registers.New(IrType.Bool), not = registers.New(IrType.Bool);
            string given = Of(condition);
            Put("not.pred", not, given);
            Put("and.pred", yes, given, Of(whenTrue));
            Put("and.pred", no, not, Of(whenFalse));
            Put("or.pred", Define(i), yes, no);
            return;
        }
        string predicate = Register(condition, out bool negated);
        (string a, string b) = negated ? (Of(whenFalse), Of(whenTrue)) : (Of(whenTrue), Of(whenFalse));
        Put("selp." + (i.Type.IsFloat ? PtxTypes.Float(i.Type) : PtxTypes.Bits(i.Type)), Define(i), a, b, predicate);
    }

    /// <summary>Float to integer saturates in PTX, too. Of NaN it makes 0 only between 32-bit types; elsewhere a predicate does.</summary>
    private void WriteFloatToInt(Instruction i, Value a)
    {
        string suffix = i.Op == Op.FloatToUInt ? PtxTypes.Unsigned(i.Type) : PtxTypes.Signed(i.Type), x = Of(a);
        string mnemonic = $"cvt.rzi.{suffix}.{PtxTypes.Float(a.Type)}";
        if (i.Type == IrType.I32 && a.Type == IrType.F32)
        {
            Put(mnemonic, Define(i), x);
            return;
        }
        string number = registers.New(i.Type), isNumber = registers.New(IrType.Bool);
        Put(mnemonic, number, x);
        Put("setp.num." + PtxTypes.Float(a.Type), isNumber, x, x);
        Put("selp." + PtxTypes.Bits(i.Type), Define(i), number, "0", isNumber);
    }

    /// <summary>A step of a computed number of elements; what is constant of it stays with the address.</summary>
    private void WriteStep(Instruction i, Value pointer, Value index, long bytes)
    {
        Operand start = OperandOf(pointer);
        string by = Of(index), size = Number(bytes);
        bool isWide = i.Type.Space == AddressSpace.Global;
        if (!isWide && index.Type == IrType.I64)
        {
            string narrow = registers.New(IrType.I32);
            Put("cvt.u32.u64", narrow, by);
            by = narrow;
        }
        string register = Define(i);
        Put(!isWide ? "mad.lo.s32" : index.Type == IrType.I64 ? "mad.lo.s64" : "mad.wide.s32", register, by, size, start.Text);
        if (start.Offset == 0)
            return;
        if (awaited.ContainsKey(i))
            Put("add." + PtxTypes.Signed(i.Type), register, register, Number(start.Offset));
        else
            operands[i] = new(register, start.Offset);
    }

    private void WritePlace(Instruction i)
    {
        string source = i.Op switch
        {
            Op.GroupIndex => "%tid." + Axes[i.Attribute],
            Op.GridIndex => "%ctaid." + Axes[i.Attribute],
            Op.GridDim => "%nctaid." + Axes[i.Attribute],
            // The passes have put numbers and arithmetic in place of all else.
            _ => throw Unknown(i),
        };
        Put("mov.u32", Define(i), source);
    }
}
