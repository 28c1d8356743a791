namespace VaeGpu.CudaEmulator.Machine;

/// <summary>
/// A value's place in a warp's registers: lane i lies at Offset + i·Stride. Constants have a place too, filled before the kernel starts.
/// Id numbers the registers, predicates included; −1 for constants.
/// </summary>
internal readonly record struct PtxSlot(int Offset, int Stride, int Id, PtxType Type);

/// <summary>An operand after its names were looked up.</summary>
internal sealed class PtxArgument
{
    public PtxSlot? Slot { get; init; }

    /// <summary>The predicate's number, or −1.</summary>
    public int Predicate { get; init; } = -1;

    public bool Negated { get; init; }

    public Int128? Constant { get; init; }

    public PtxArgument? Second { get; set; }

    public IReadOnlyList<PtxArgument> Elements { get; init; } = [];

    /// <summary>The statement that a label names.</summary>
    public int Target { get; init; } = -1;

    public PtxAddress? Address { get; init; }

    /// <summary>The registers that the operand reads or writes, by number.</summary>
    public IEnumerable<int> Registers(int predicateBase)
    {
        if (Slot is { Id: >= 0 } slot)
            yield return slot.Id;
        if (Address?.Base is { Id: >= 0 } start)
            yield return start.Id;
        if (Predicate >= 0 && Slot is null)
            yield return predicateBase + Predicate;
        foreach (int register in Elements.SelectMany(element => element.Registers(predicateBase)))
            yield return register;
    }
}

/// <summary>Base register (if any) plus constant, in a state space; the variable where one is named.</summary>
internal sealed record PtxAddress(PtxSpace Space, PtxSlot? Base, long Offset, PtxVariable? Variable)
{
    /// <summary>The address for a lane; a register of 32 bits is extended with zeros.</summary>
    public unsafe ulong Of(PtxWarp warp, int lane) => Base is not { } slot ? (ulong)Offset
        : (slot.Stride == 8 ? warp.At<ulong>(slot)[lane] : warp.At<uint>(slot)[lane]) + (ulong)Offset;
}

/// <summary>An instruction whose form was found and whose operands fit.</summary>
internal sealed class PtxInstruction(
    PtxStatement statement, PtxForm form, Dictionary<string, string> chosen, IReadOnlyList<PtxArgument> arguments, PtxFunction function)
{
    public int Line => statement.Line;

    public PtxForm Form => form;

    public PtxFunction Function => function;

    public IReadOnlyList<PtxArgument> Arguments => arguments;

    public int Count => arguments.Count;

    public string? this[string name] => chosen.GetValueOrDefault(name);

    public bool Has(string name) => chosen.ContainsKey(name);

    public PtxType Type(string name = "T") =>
        PtxTypes.TryParse(chosen[name], out PtxType type) ? type : throw Refuse($"{chosen[name]} is no type");

    public PtxSlot Slot(int index) => arguments[index].Slot!.Value;

    public PtxArgument Argument(int index) => arguments[index];

    public PtxSlot[] Slots(int index) => arguments[index].Elements.Count > 0
        ? [.. arguments[index].Elements.Select(element => element.Slot ?? new(-1, 0, -1, PtxType.B32))]
        : [Slot(index)];

    public int Constant(int index) => (int)arguments[index].Constant!.Value;

    public PtxException Refuse(string message) => new(statement.Line, $"{statement.Mnemonic}: {message}");
}

/// <summary>The code of a kernel and what its warps must hold.</summary>
internal sealed class PtxProgram
{
    public required PtxOp[] Code { get; init; }

    public required string[] Lines { get; init; }

    public required int RegisterBytes { get; init; }

    public required int RegisterWords { get; init; }

    public required int Predicates { get; init; }

    /// <summary>General registers and predicates: the length of the table of lanes that wrote each.</summary>
    public required int Registers { get; init; }

    public required IReadOnlyList<(PtxSlot Slot, ulong Value)> Constants { get; init; }

    public required IReadOnlyList<(int Predicate, bool Value)> ConstantPredicates { get; init; }

    public required IReadOnlyList<(PtxSlot Slot, string Name)> Specials { get; init; }

    /// <summary>True where some load is .nc: global bytes that were written are then remembered.</summary>
    public required bool ReadsNonCoherent { get; init; }

    public string TextOf(int line) => Lines[line - 1].Trim();
}
