namespace VaeGpu.Gpu.Targets.Ptx;

/// <summary>
/// Where each value is defined and used, as numbers along the text. With them the emitter sees whether a register is free to
/// take a loop's next value at once, so that <c>sum = fma(a, b, sum)</c> is one instruction and not two.
/// </summary>
internal sealed class Positions
{
    private readonly Dictionary<Value, List<int>> uses = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Value, Region> homes = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Instruction, (int Start, int End)> instructions = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Region, int> ends = new(ReferenceEqualityComparer.Instance);
    private int next;

    public Positions(Region body) => Visit(body);

    /// <summary>How often a value is used.</summary>
    public int Uses(Value value) => uses.TryGetValue(value, out List<int>? found) ? found.Count : 0;

    /// <summary>Whether a value is defined in this very region.</summary>
    public bool IsFrom(Region region, Value value) => homes.GetValueOrDefault(value) == region;

    /// <summary>Whether a value is defined in this very region and used exactly once.</summary>
    public bool IsOnceFrom(Region region, Value value) => IsFrom(region, value) && Uses(value) == 1;

    /// <summary>Whether a value is used behind an instruction's start, up to the end of a region.</summary>
    public bool IsUsedAfterStart(Instruction instruction, Region region, Value value) =>
        IsUsed(value, instructions[instruction].Start, ends[region]);

    /// <summary>Whether a value is used behind an instruction's end, up to the end of a region.</summary>
    public bool IsUsedAfterEnd(Instruction instruction, Region region, Value value) =>
        IsUsed(value, instructions[instruction].End, ends[region]);

    private bool IsUsed(Value value, int after, int upTo) =>
        uses.TryGetValue(value, out List<int>? found) && found.Exists(position => position > after && position <= upTo);

    private void Visit(Region region)
    {
        foreach (RegionArgument argument in region.Arguments)
            homes[argument] = region;
        foreach (Instruction instruction in region.Instructions)
        {
            int start = next++;
            foreach (Value operand in instruction.Operands)
                Use(operand, start);
            homes[instruction] = region;
            if (instruction is StructuredInstruction structured)
            {
                foreach (Region inner in structured.Regions)
                    Visit(inner);
                foreach (Result result in structured.Results)
                    homes[result] = region;
                // Every round of the loop asks for its end again.
                if (instruction is For loop)
                    uses[loop.Upper].Add(next);
            }
            instructions[instruction] = (start, instruction is StructuredInstruction ? next++ : start);
        }
        int end = ends[region] = next++;
        foreach (Value value in region.Yields)
            Use(value, end);
        if (region.Condition is { } condition)
            Use(condition, end);
    }

    /// <summary>
    /// The pointer or Bool whose register also stands for a value: a constant step from a pointer is part of the address, and
    /// the opposite of a Bool is read from the same predicate.
    /// </summary>
    public static Value? Shared(Value value) => value switch
    {
        Instruction { Op: Op.PtrAdd } step when step.Operands[1] is Constant => step.Operands[0],
        Instruction { Op: Op.Not } not when not.Type == IrType.Bool => not.Operands[0],
        _ => null,
    };

    private void Use(Value value, int position)
    {
        if (Shared(value) is { } shared)
            Use(shared, position);
        if (!uses.TryGetValue(value, out List<int>? found))
            uses.Add(value, found = []);
        found.Add(position);
    }
}
