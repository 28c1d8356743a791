namespace VaeGpu.Gpu.Targets.Ptx;

/// <summary>Memory, barriers and atomics: what must stand where the IR has it.</summary>
internal sealed partial class PtxEmitter
{
    // Operation and type of an atomic on 32-bit integers; those on 64 bits have the same names with 64.
    private static readonly Dictionary<Op, string> Atomics = new()
    {
        [Op.AtomicAdd] = "add.u32", [Op.AtomicMax] = "max.s32", [Op.AtomicMin] = "min.s32",
        [Op.AtomicMaxU] = "max.u32", [Op.AtomicMinU] = "min.u32",
        [Op.AtomicAnd] = "and.b32", [Op.AtomicOr] = "or.b32", [Op.AtomicXor] = "xor.b32",
        [Op.AtomicExchange] = "exch.b32", [Op.AtomicCompareExchange] = "cas.b32",
    };

    private readonly Dictionary<Value, string[]> wide = new(ReferenceEqualityComparer.Instance);
    private int arrays;
    private bool hasScratch;

    protected override void WriteEffect(Instruction i)
    {
        Value[] o = i.Operands;
        switch (i.Op)
        {
            case Op.Load:
                WriteLoad(i);
                break;
            case Op.Store:
                Put($"st.{PtxTypes.Name(o[0].Type.Space)}.{StoredType(i.Memory)}", Address(o[0]), Stored(o[1], i.Memory));
                break;
            case Op.LoadWide:
                WriteLoadWide(i);
                break;
            case Op.StoreWide:
                string[] stored = [.. o[1..].Select(Register)];
                Put($"st.{PtxTypes.Name(o[0].Type.Space)}.v{Number(stored.Length)}.{StoredType(i.Memory)}", Address(o[0]), Vector(stored));
                break;
            case Op.SharedArray:
                Put("mov.u32", Define(i), DeclareArray("shared", i.Attribute, ref sharedBytes));
                break;
            case Op.LocalArray:
                Put("mov.u32", Define(i), DeclareArray("local", i.Attribute, ref localBytes));
                break;
            case Op.Assembly:
                WriteAssembly((AssemblyText)i);
                break;
            case Op.Barrier:
                Put("bar.sync", "0");
                break;
            case Op.BarrierAnd or Op.BarrierOr:
                Put($"bar.red.{(i.Op == Op.BarrierAnd ? "and" : "or")}.pred", Define(i), "0", Register(o[0]));
                break;
            case Op.BarrierPopCount:
                Put("bar.red.popc.u32", Define(i), "0", Register(o[0]));
                break;
            case Op.GroupBroadcast:
                WriteBroadcast(i);
                break;
            case Op.Independent or Op.InOrder or Op.Prefetch:
                break;
            case Op.FenceGroup:
                Put("membar.cta");
                break;
            case Op.FenceDevice:
                Put("membar.gl");
                break;
            case Op.WarpBarrier:
                Require(PtxIsa.WarpMasks);
                Put("bar.warp.sync", mask);
                break;
            case >= Op.Shuffle and <= Op.ShuffleXor:
                WriteShuffle(i);
                break;
            case >= Op.AtomicAdd and <= Op.AtomicCompareExchange:
                WriteAtomic(i);
                break;
            default:
                throw Unknown(i);
        }
    }

    private void WriteLoad(Instruction i)
    {
        Value[] o = i.Operands;
        string mnemonic = $"{LoadFrom(o[0])}.{PtxTypes.Name(i.Memory)}", address = Address(o[0]);
        if (o.Length == 1)
        {
            Put(mnemonic, Define(i), address);
            return;
        }
        string condition = Register(o[1], out bool negated);
        Operand otherwise = OperandOf(o[2]);
        string register = Define(i);
        Move(register, otherwise, i.Type);
        Line($"{Guard(condition, negated)}{mnemonic} {register}, {address};");
    }

    /// <summary>Two or four registers, zeros where the condition does not hold.</summary>
    private void WriteLoadWide(Instruction i)
    {
        Value[] o = i.Operands;
        IrType type = i.Type with { Lanes = 1 };
        string[] registers = wide[i] = [.. Enumerable.Range(0, i.Type.Lanes).Select(_ => this.registers.New(type))];
        string mnemonic = $"{LoadFrom(o[0])}.v{Number(registers.Length)}.{PtxTypes.Name(i.Memory)}", address = Address(o[0]);
        if (o.Length == 1)
        {
            Put(mnemonic, Vector(registers), address);
            return;
        }
        string condition = Register(o[1], out bool negated);
        foreach (string register in registers)
            Move(register, new(PtxTypes.Literal(Constant.Zero(type))), type);
        Line($"{Guard(condition, negated)}{mnemonic} {Vector(registers)}, {address};");
    }

    private string LoadFrom(Value pointer) => $"ld.{PtxTypes.Name(pointer.Type.Space)}{(views.IsReadOnly(pointer) ? ".nc" : "")}";

    private static string Vector(string[] registers) => $"{{{string.Join(", ", registers)}}}";

    /// <summary>An address as an instruction takes it: a register and a constant of 32 bits.</summary>
    private string Address(Value pointer)
    {
        Operand operand = OperandOf(pointer);
        if (operand.Offset is < -int.MaxValue or > int.MaxValue)
            operand = new(Of(pointer));
        return operand.Offset == 0 ? $"[{operand.Text}]" : $"[{operand.Text}+{Number(operand.Offset)}]";
    }

    /// <summary>A value to be stored; of a literal only the bits that are.</summary>
    private string Stored(Value value, MemoryType type) => value is Constant constant && type.Bytes() < sizeof(int)
        ? Number(constant.Bits & (1 << 8 * type.Bytes()) - 1)
        : Of(value);

    /// <summary>The low bits are what is stored, whatever their sign.</summary>
    private static string StoredType(MemoryType type) => PtxTypes.Name(type switch
    {
        MemoryType.I8 => MemoryType.U8,
        MemoryType.I16 => MemoryType.U16,
        _ => type,
    });

    private string DeclareArray(string space, long bytes, ref long total)
    {
        string name = $"{space}{Number(arrays++)}";
        Declare(space, name, bytes);
        total += (bytes + 15) & ~15L;
        return name;
    }

    private void Declare(string space, string name, long bytes) =>
        declarations.Append("    .").Append(space).Append(" .align 16 .b8 ").Append(name).Append('[').Append(Number(bytes)).Append("];\n");

    /// <summary>One thread writes, all read. The barrier before is for those that still read what an earlier one wrote.</summary>
    private void WriteBroadcast(Instruction i)
    {
        IrType type = i.Type == IrType.Bool ? IrType.I32 : i.Type;
        string value = Register(i.Operands[0]), register = type == i.Type ? Define(i) : registers.New(type);
        if (i.Type == IrType.Bool)
        {
            string number = registers.New(type);
            Put("selp.b32", number, "1", "0", value);
            value = number;
        }
        if (!hasScratch)
        {
            hasScratch = true;
            Declare("shared", "group_scratch", 16);
            sharedBytes += 16;
        }
        string isSource = registers.New(IrType.Bool), suffix = PtxTypes.Move(type);
        Put("bar.sync", "0");
        Put("setp.eq.s32", isSource, LinearIndex(), Of(i.Operands[1]));
        Line($"{Guard(isSource, false)}st.shared.{suffix} [group_scratch], {value};");
        Put("bar.sync", "0");
        Put("ld.shared." + suffix, register, "[group_scratch]");
        if (i.Type == IrType.Bool)
            Put("setp.ne.s32", Define(i), register, "0");
    }

    private void WriteAtomic(Instruction i)
    {
        Value[] o = i.Operands;
        bool isFloat = i.Memory == MemoryType.F32;
        string space = PtxTypes.Name(o[0].Type.Space);
        if (isFloat && i.Op is Op.AtomicMin or Op.AtomicMax || isFloat && i.Op == Op.AtomicAdd && o[0].Type.Space != AddressSpace.Shared)
        {
            WriteFloatAtomic(i, space);
            return;
        }
        // A sum of floats in shared memory keeps subnormal numbers, in global memory it does not.
        string operation = isFloat && i.Op == Op.AtomicAdd ? "add.f32" : Atomics[i.Op];
        if (i.Memory == MemoryType.I64)
            operation = operation.Replace("32", "64", StringComparison.Ordinal);
        string[] values = [Address(o[0]), .. o[1..].Select(Register)];
        if (positions.Uses(i) == 0 && i.Op is not (Op.AtomicExchange or Op.AtomicCompareExchange))
            Put($"red.{space}.{operation}", values);
        else
            Put($"atom.{space}.{operation}", [Define(i), .. values]);
    }

    /// <summary>
    /// A loop that exchanges until nobody came between. Its first guess, 0, needs no load: where it is wrong the exchange
    /// fails and tells what is there.
    /// </summary>
    private void WriteFloatAtomic(Instruction i, string space)
    {
        string address = Address(i.Operands[0]), value = Register(i.Operands[1]), label = $"AGAIN_{Number(labels++)}";
        string seen = registers.New(IrType.F32), expected = registers.New(IrType.F32), next = registers.New(IrType.F32);
        string raced = registers.New(IrType.Bool);
        string expectedBits = registers.New(IrType.I32), nextBits = registers.New(IrType.I32), seenBits = registers.New(IrType.I32);
        Put("mov.u32", seenBits, "0");
        Label(label);
        Put("mov.b32", expectedBits, seenBits);
        Put("mov.b32", expected, expectedBits);
        if (i.Op == Op.AtomicAdd)
        {
            Put("add.rn.f32", next, expected, value);
        }
        else
        {
            var current = new RegionArgument(IrType.F32);
            operands[current] = new(expected);
            Extreme(i.Op == Op.AtomicMin ? Op.Min : Op.Max, IrType.F32, current, i.Operands[1], next);
        }
        Put("mov.b32", nextBits, next);
        Put($"atom.{space}.cas.b32", seenBits, address, expectedBits, nextBits);
        Put("setp.ne.s32", raced, seenBits, expectedBits);
        Jump(label, Guard(raced, false), true);
        if (positions.Uses(i) > 0)
            Put("mov.b32", Define(i), seenBits);
    }
}
