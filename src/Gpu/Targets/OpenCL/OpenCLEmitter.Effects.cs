namespace VaeGpu.Gpu.Targets.OpenCL;

/// <summary>Memory, synchronization and atomics: what must stand where the IR has it.</summary>
internal sealed partial class OpenCLEmitter
{
    private static readonly Dictionary<Op, string> AtomicNames = new()
    {
        [Op.AtomicAdd] = "add", [Op.AtomicMax] = "max", [Op.AtomicMin] = "min", [Op.AtomicMaxU] = "max", [Op.AtomicMinU] = "min",
        [Op.AtomicAnd] = "and", [Op.AtomicOr] = "or", [Op.AtomicXor] = "xor",
        [Op.AtomicExchange] = "xchg", [Op.AtomicCompareExchange] = "cmpxchg",
    };

    protected override void WriteEffect(Instruction i)
    {
        Value[] o = i.Operands;
        switch (i.Op)
        {
            case Op.Load:
                string read = Access(o[0], i.Memory);
                Assign(i, o.Length == 1 ? read : $"{Operand(o[1])} ? {read} : {Operand(o[2])}");
                break;
            case Op.Store:
                Statement(i, $"{Access(o[0], i.Memory)} = {Whole(o[1])};");
                break;
            case Op.SharedArray or Op.WarpBarrier or Op.Independent or Op.InOrder or Op.Prefetch:
                // Arrays are declared at the top; a warp is one thread, which waits for nobody.
                break;
            case Op.Barrier:
                Statement(i, OpenCLHelpers.Barrier + ";");
                break;
            case Op.FenceGroup or Op.FenceDevice:
                Statement(i, OpenCLHelpers.Fence + ";");
                break;
            case Op.BarrierAnd:
                Assign(i, $"{GroupCount("!" + Operand(o[0]))} == 0");
                break;
            case Op.BarrierOr:
                Assign(i, $"{GroupCount(Whole(o[0]))} != 0");
                break;
            case Op.BarrierPopCount:
                Assign(i, GroupCount(Whole(o[0])));
                break;
            case Op.GroupBroadcast:
                WriteBroadcast(i);
                break;
            case >= Op.Shuffle and <= Op.ShuffleXor:
                // The only lane there is is the thread itself.
                Assign(i, Whole(o[0]));
                break;
            case >= Op.AtomicAdd and <= Op.AtomicCompareExchange:
                WriteAtomic(i);
                break;
            default:
                throw Unknown(i);
        }
    }

    /// <summary>The element behind a pointer, as a place to read or write.</summary>
    private string Access(Value pointer, MemoryType type)
    {
        Expression e = Of(pointer);
        if (pointers.Element(pointer) == type)
            return e.Index is null ? $"*{e.Operand}" : $"{e.Text}[{e.Index}]";
        return $"*({pointers.Name(pointer.Type.Space, type)}){e.Operand}";
    }

    private string GroupCount(string predicate)
    {
        usesScratch = true;
        return $"{helpers.Use("group_count")}((__local int*)&group_scratch, {predicate})";
    }

    private void WriteBroadcast(Instruction i)
    {
        usesScratch = true;
        string type = i.Type == IrType.Bool ? "int" : OpenCLTypes.Name(i.Type.Scalar);
        string call =
            $"{helpers.Use("group_broadcast", type)}((__local {type}*)&group_scratch, {Whole(i.Operands[0])}, {Whole(i.Operands[1])})";
        Assign(i, i.Type == IrType.Bool ? call + " != 0" : call);
    }

    private void WriteAtomic(Instruction i)
    {
        string call = i.Memory switch
        {
            MemoryType.F32 when i.Op is Op.AtomicAdd or Op.AtomicMin or Op.AtomicMax => FloatAtomic(i),
            MemoryType.F32 when i.Op == Op.AtomicExchange => AtomicCall(i, "atomic_", "float"),
            MemoryType.I32 => AtomicCall(i, "atomic_", i.Op is Op.AtomicMaxU or Op.AtomicMinU ? "uint" : "int"),
            MemoryType.I64 => AtomicCall(i, "atom_", i.Op is Op.AtomicMaxU or Op.AtomicMinU ? "ulong" : "long"),
            _ => throw Unknown(i),
        };
        usesLongAtomics |= i.Memory == MemoryType.I64;
        if (uses.UsersOf(i).Count > 0)
            Assign(i, call);
        else
            Statement(i, call + ";");
    }

    private string AtomicCall(Instruction i, string prefix, string type)
    {
        IEnumerable<string> values = i.Operands.Skip(1)
            .Select(v => !v.Type.IsInteger ? Whole(v) : type[0] == 'u' ? Unsigned(v) : Signed(v));
        return $"{prefix}{AtomicNames[i.Op]}((volatile {OpenCLTypes.Name(i.Operands[0].Type.Space)} {type}*){Operand(i.Operands[0])}, "
            + $"{string.Join(", ", values)})";
    }

    /// <summary>OpenCL C has no arithmetic atomics on floats: a loop exchanges until nobody came between.</summary>
    private string FloatAtomic(Instruction i)
    {
        string name = AtomicNames[i.Op], space = OpenCLTypes.Name(i.Operands[0].Type.Space);
        if (i.Op != Op.AtomicAdd)
            helpers.Use(name, "float");
        return $"{helpers.Use("atomic_" + name, "float", space)}((volatile {space} uint*){Operand(i.Operands[0])}, {Whole(i.Operands[1])})";
    }
}
