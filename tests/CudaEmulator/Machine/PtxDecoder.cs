namespace VaeGpu.CudaEmulator.Machine;

/// <summary>Finds each statement's form, holds its operands to it, and gives every value its place.</summary>
internal sealed class PtxDecoder(PtxFunction function, Version version, int target, string[] lines)
{
    /// <summary>Modifiers that came later than the instruction they modify.</summary>
    private static readonly Dictionary<string, (string Since, int Target)> Late = new()
    {
        ["L1::evict_normal"] = ("7.4", 70), ["L1::evict_unchanged"] = ("7.4", 70), ["L1::evict_first"] = ("7.4", 70),
        ["L1::evict_last"] = ("7.4", 70), ["L1::no_allocate"] = ("7.4", 70), ["L2::64B"] = ("7.4", 75), ["L2::128B"] = ("7.4", 75),
        ["L2::256B"] = ("7.4", 80), ["shared::cta"] = ("7.8", 30),
    };

    private readonly Dictionary<PtxRegister, PtxSlot> places = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<PtxRegister, int> predicates = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(ulong Value, int Stride), PtxSlot> constants = [];
    private readonly Dictionary<bool, int> constantPredicates = [];
    private readonly Dictionary<string, PtxSlot> specials = [];
    private readonly List<(int[] Reads, int[] Writes)> effects = [];
    private int end;
    private int words;
    private int predicateCount;
    private PtxStatement now = null!;
    private PtxScope scope = null!;
    private int ordinal;

    private const int PredicateBase = 1 << 20;

    public PtxProgram Program()
    {
        PtxOp[] code = new PtxOp[function.Body.Count];
        List<PtxInstruction> instructions = [];
        for (ordinal = 0; ordinal < code.Length; ordinal++)
        {
            (now, scope) = function.Body[ordinal];
            PtxInstruction instruction = Decode();
            instructions.Add(instruction);
            code[ordinal] = instruction.Form.Make(instruction);
            code[ordinal].Line = now.Line;
            if (now.Guard is not null)
            {
                code[ordinal].Guard = Predicate(now.Guard);
                code[ordinal].GuardNegated = now.GuardNegated;
                effects[^1] = ([.. effects[^1].Reads, PredicateBase + code[ordinal].Guard], effects[^1].Writes);
            }
        }
        if (code[^1] is not PtxLeave and not PtxBranch || code[^1].Guard >= 0)
            throw new PtxException(now.Line,
                $"'{function.Name}' can run off its end: its last instruction must be ret, exit or an unconditional bra");
        new PtxDefinedness(code, effects, places.Count, PredicateBase) { ConstantPredicates = [.. constantPredicates.Values] }.Apply();
        return new()
        {
            Code = PtxLayout.Of(code),
            Lines = lines,
            RegisterBytes = end,
            RegisterWords = words,
            Predicates = predicateCount,
            Registers = places.Count + predicateCount,
            Constants = [.. constants.Select(pair => (pair.Value, pair.Key.Value))],
            ConstantPredicates = [.. constantPredicates.Select(pair => (pair.Value, pair.Key))],
            Specials = [.. specials.Select(pair => (pair.Value, pair.Key))],
            ReadsNonCoherent = instructions.Any(instruction => instruction.Has("nc")),
        };
    }

    private PtxInstruction Decode()
    {
        if (!PtxTable.Forms.TryGetValue(now.Opcode, out PtxForm[]? forms))
            throw Refuse("is no instruction that the machine knows");
        PtxException? refusal = null;
        (PtxForm Form, Dictionary<string, string> Chosen)? matching = null;
        foreach (PtxForm form in forms)
        {
            if (form.Match(now.Modifiers) is not { } chosen)
                continue;
            matching ??= (form, chosen);
            if (!form.HasShapeOf(now.Operands, chosen))
                continue;
            try
            {
                return Bind(form, chosen);
            }
            catch (PtxException misfit)
            {
                refusal ??= misfit;
            }
        }
        if (refusal is null && matching is { } nearest)
            return Bind(nearest.Form, nearest.Chosen);
        throw refusal ?? Refuse(
            $"is no form of {now.Opcode} that the machine knows: {string.Join("  ", forms.Select(form => form.Pattern).Distinct())}");
    }

    private PtxInstruction Bind(PtxForm form, Dictionary<string, string> chosen)
    {
        Needs(form.Since, form.Target, now.Mnemonic);
        foreach (string modifier in now.Modifiers)
        {
            if (Late.TryGetValue(modifier, out (string Since, int Target) late))
                Needs(Version.Parse(late.Since), late.Target, "." + modifier);
        }
        int required = form.Operands.Count(operand => !operand.Optional);
        if (now.Operands.Count < required || now.Operands.Count > form.Operands.Count)
            throw Refuse($"takes {required} operands, not {now.Operands.Count}");
        List<PtxArgument> arguments = [];
        List<int> reads = [];
        List<int> writes = [];
        for (int i = 0; i < now.Operands.Count; i++)
            arguments.Add(Argument(form.Operands[i], now.Operands[i], chosen, reads, writes));
        if (effects.Count > ordinal)
            effects.RemoveAt(ordinal);
        effects.Add(([.. reads], [.. writes]));
        return new(now, form, chosen, arguments, function);
    }

    private PtxArgument Argument(
        PtxOperandForm form, PtxOperand operand, Dictionary<string, string> chosen, List<int> reads, List<int> writes)
    {
        if (form.IsLabel)
            return new() { Target = Label(operand) };
        if (form.IsAddress)
        {
            PtxArgument address = new() { Address = Address(form, operand, chosen) };
            reads.AddRange(address.Registers(PredicateBase));
            return address;
        }
        if (form.Count is { } name && (chosen.TryGetValue(name, out string? count) || char.IsDigit(name[0])))
            return Vector(form, operand, int.Parse((count ?? name).TrimStart('v', 'x')), chosen, reads, writes);
        PtxArgument argument;
        if (form.Second is { } second && operand is PtxOperand.Pair pair)
        {
            argument = Argument(form with { }, pair.First, chosen, reads, writes);
            argument.Second = Argument(second, pair.Second, chosen, reads, writes);
            return argument;
        }
        argument = Value(form, operand, TypeOf(form, chosen));
        (form.Written ? writes : reads).AddRange(argument.Registers(PredicateBase));
        return argument;
    }

    private PtxArgument Vector(
        PtxOperandForm form, PtxOperand operand, int count, Dictionary<string, string> chosen, List<int> reads, List<int> writes)
    {
        if (operand is not PtxOperand.Vector vector || vector.Elements.Count != count)
            throw Refuse($"takes a vector of {count} where '{Text(operand)}' stands");
        PtxType type = TypeOf(form, chosen);
        PtxArgument[] elements = [.. vector.Elements.Select(element => Value(form, element, type))];
        if (form.Written)
        {
            int[] written = [.. elements.Where(element => element.Slot is not null).Select(element => element.Slot!.Value.Id)];
            if (written.Distinct().Count() != written.Length)
                throw Refuse("writes one register twice");
        }
        PtxArgument argument = new() { Elements = elements };
        (form.Written ? writes : reads).AddRange(argument.Registers(PredicateBase));
        return argument;
    }

    private PtxArgument Value(PtxOperandForm form, PtxOperand operand, PtxType type)
    {
        switch (operand)
        {
            case PtxOperand.Sink when form.Written:
                return new();
            case PtxOperand.Number number when form.Constant:
                return new() { Constant = Integer(number.Value, type) };
            case PtxOperand.Number number when !form.Written:
                if (form.Exact || (form.NoFloat && number.Value.Kind != PtxLiteralKind.Integer))
                    throw Refuse($"'{Text(operand)}' cannot stand where a register of {type.Text()} is expected");
                return type == PtxType.Pred ? new() { Predicate = ConstantPredicate(Integer(number.Value, PtxType.S32) != 0) }
                    : Constant(number.Value, type);
            case PtxOperand.Name { HasOffset: false } name when !form.Constant:
                if (name.Negated && !form.Negatable)
                    throw Refuse($"'!{name.Text}' cannot be negated here");
                return Named(form, name, type);
            case PtxOperand.Name name when form.Variable && !name.Negated:
                return VariableAddress(name, type);
            default:
                throw Refuse($"'{Text(operand)}' cannot stand where {(form.Constant ? "a constant" : type.Text())} is expected");
        }
    }

    private PtxArgument Named(PtxOperandForm form, PtxOperand.Name name, PtxType type)
    {
        if (name.Text == "WARP_SZ" && !form.Written)
            return Constant(PtxLiteral.Of(32), type);
        if (PtxSpecial.IsReserved(name.Text.Split('.')[0]) || PtxSpecial.Knows(name.Text))
        {
            if (!PtxSpecial.Knows(name.Text))
                throw Refuse($"'{name.Text}' is a special register that the machine does not know");
            if (!form.Special || form.Written || !type.Takes(PtxType.U32))
                throw Refuse($"the special register '{name.Text}' (.u32) can only be read, by mov or cvt");
            if (!specials.TryGetValue(name.Text, out PtxSlot slot))
                specials[name.Text] = slot = Place(4, PtxType.U32, -1);
            return new() { Slot = slot };
        }
        switch (Find(name.Text))
        {
            case PtxRegister register:
                bool fits = form.Exact ? type == register.Type : form.Wider ? type.TakesWider(register.Type) : type.Takes(register.Type);
                if (!fits || (form.NoFloat && register.Type.IsFloat()))
                    throw Refuse($"register '{name.Text}' is {register.Type.Text()}; {type.Text()} is expected");
                if (register.Type == PtxType.Pred)
                    return new() { Predicate = Predicate(name.Text), Negated = name.Negated };
                return new() { Slot = Place(register) };
            case PtxVariable when form.Variable:
                return VariableAddress(name, type);
            default:
                throw Refuse($"'{name.Text}' is no register");
        }
    }

    private PtxArgument VariableAddress(PtxOperand.Name name, PtxType type)
    {
        if (Find(name.Text) is not PtxVariable variable)
            throw Refuse($"'{name.Text}' is no variable");
        if (variable.Space is PtxSpace.Param or PtxSpace.Call)
            throw Refuse($"the address of parameter '{name.Text}' cannot be taken");
        if (!type.IsInteger() && !type.IsBits() || type.Bytes() < 4)
            throw Refuse($"the address of '{name.Text}' needs 32 or 64 bits of integer");
        return Constant(PtxLiteral.Of(variable.Address + name.Offset), type);
    }

    private PtxAddress Address(PtxOperandForm form, PtxOperand operand, Dictionary<string, string> chosen)
    {
        if (operand is not PtxOperand.Address address)
            throw Refuse($"'{Text(operand)}' is no address: it needs brackets");
        string spaceName = char.IsUpper(form.Type[0]) ? chosen.GetValueOrDefault(form.Type, "generic") : form.Type;
        PtxSpace space = Enum.Parse<PtxSpace>(spaceName.Split("::")[0], ignoreCase: true);
        if (address.Base is null)
            return space == PtxSpace.Local ? new(space, null, address.Offset, null)
                : throw Refuse("only local memory is addressed by a number");
        switch (Find(address.Base))
        {
            case PtxRegister register:
                if (space == PtxSpace.Param)
                    throw Refuse("a kernel's parameter is addressed by its name");
                bool wide = register.Type is PtxType.B64 or PtxType.U64 or PtxType.S64;
                bool narrow = register.Type is PtxType.B32 or PtxType.U32 or PtxType.S32;
                if (!wide && !(narrow && space is PtxSpace.Shared or PtxSpace.Local))
                {
                    string bits = space is PtxSpace.Shared or PtxSpace.Local ? "32 or 64" : "64";
                    throw Refuse($"address register '{address.Base}' is {register.Type.Text()}; {space} addresses have {bits} bits");
                }
                return new(space, Place(register), address.Offset, null);
            case PtxVariable variable when variable.Space == space || (space == PtxSpace.Param && variable.Space == PtxSpace.Call):
                return new(variable.Space, null, variable.Address + address.Offset, variable);
            case PtxVariable variable:
                throw Refuse($"'{address.Base}' lies in {variable.Space} memory, not {space}");
            default:
                throw Refuse($"'{address.Base}' is no address");
        }
    }

    private int Label(PtxOperand operand) =>
        operand is PtxOperand.Name { Negated: false, HasOffset: false } name && Find(name.Text) is PtxLabel { Statement: >= 0 } label
            ? label.Statement : throw Refuse($"'{Text(operand)}' is no label of this block or one around it");

    private PtxSymbol Find(string name)
    {
        if (scope.Find(name) is not { } symbol)
            throw Refuse($"'{name}' is not declared here");
        return symbol.Order <= ordinal ? symbol : throw Refuse($"'{name}' is used before its declaration");
    }

    private int Predicate(string name)
    {
        if (Find(name) is not PtxRegister { Type: PtxType.Pred } register)
            throw Refuse($"'{name}' is no predicate");
        return predicates.TryGetValue(register, out int number) ? number : predicates[register] = predicateCount++;
    }

    private int ConstantPredicate(bool value) =>
        constantPredicates.TryGetValue(value, out int number) ? number : constantPredicates[value] = predicateCount++;

    private PtxArgument Constant(PtxLiteral literal, PtxType type)
    {
        ulong bits = Bits(literal, type);
        int stride = type.Bytes() == 8 ? 8 : 4;
        if (!constants.TryGetValue((bits, stride), out PtxSlot slot))
            constants[(bits, stride)] = slot = Place(stride, type, -1);
        return new() { Slot = slot, Constant = (Int128)bits };
    }

    private ulong Bits(PtxLiteral literal, PtxType type)
    {
        switch (literal.Kind)
        {
            case PtxLiteralKind.Integer when !type.IsFloat():
                return (ulong)Integer(literal, type) & (type.Bytes() == 8 ? ulong.MaxValue : (1ul << (8 * type.Bytes())) - 1);
            case PtxLiteralKind.Single when type is PtxType.F32 or PtxType.B32:
                return (ulong)literal.Integer;
            case PtxLiteralKind.Double when type is PtxType.F64 or PtxType.B64:
                return (ulong)literal.Integer;
            case PtxLiteralKind.Decimal when type == PtxType.F32:
                return BitConverter.SingleToUInt32Bits((float)literal.Real);
            case PtxLiteralKind.Decimal when type == PtxType.F64:
                return BitConverter.DoubleToUInt64Bits(literal.Real);
            default:
                throw Refuse($"a number of this kind cannot stand where {type.Text()} is expected");
        }
    }

    private Int128 Integer(PtxLiteral literal, PtxType type)
    {
        if (literal.Kind != PtxLiteralKind.Integer)
            throw Refuse("an integer is expected");
        // A constant is cut to the instruction's type. Where that is what a narrow store does, it says nothing; elsewhere it is a mistake.
        int bits = Math.Max(32, 8 * type.Bytes());
        Int128 lowest = -((Int128)1 << (bits - 1));
        Int128 highest = ((Int128)1 << bits) - 1;
        return literal.Integer >= lowest && literal.Integer <= highest ? literal.Integer
            : throw Refuse($"{literal.Integer} does not fit {type.Text()}");
    }

    private PtxSlot Place(PtxRegister register)
    {
        if (!places.TryGetValue(register, out PtxSlot slot))
        {
            int stride = register.Type.Bytes() == 8 ? 8 : 4;
            places[register] = slot = Place(stride, register.Type, places.Count);
            words += stride / 4;
        }
        return slot;
    }

    private PtxSlot Place(int stride, PtxType type, int id)
    {
        PtxSlot slot = new(end, stride, id, type);
        end += 32 * stride;
        return slot;
    }

    private PtxType TypeOf(PtxOperandForm form, Dictionary<string, string> chosen)
    {
        bool wide = form.Type.EndsWith("wide", StringComparison.Ordinal);
        string name = wide ? form.Type[..^4] : form.Type;
        if (!PtxTypes.TryParse(chosen.GetValueOrDefault(name, name), out PtxType type))
            throw Refuse($"'{chosen.GetValueOrDefault(name, name)}' is no type");
        return wide ? type.Wide() : type;
    }

    private void Needs(Version since, int least, string what)
    {
        if (version < since)
            throw new PtxException(now.Line, $"{what} needs .version {since}; the module says {version}");
        if (target < least)
            throw new PtxException(now.Line, $"{what} needs .target sm_{least}; the module says sm_{target}");
    }

    private PtxException Refuse(string message) => new(now.Line, $"{now.Mnemonic} {message}");

    private static string Text(PtxOperand operand) => operand switch
    {
        PtxOperand.Name name => (name.Negated ? "!" : "") + name.Text,
        PtxOperand.Number { Value: var value } =>
            value.Kind == PtxLiteralKind.Integer ? value.Integer.ToString(null, null) : FormattableString.Invariant($"{value.Real}"),
        PtxOperand.Address address => $"[{address.Base}+{address.Offset}]",
        PtxOperand.Vector vector => "{" + string.Join(", ", vector.Elements.Select(Text)) + "}",
        PtxOperand.Pair pair => Text(pair.First) + "|" + Text(pair.Second),
        _ => "_",
    };
}
